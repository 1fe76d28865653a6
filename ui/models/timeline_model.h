#pragma once

#include <QString>

#include <array>
#include <vector>

namespace mixscope {

class Conversation;
class RunStore;

/// What the timeline draws, one entry a token, kept up to date cheaply. UI thread only.
class TimelineModel {
public:
    enum class Role : unsigned char { markup, user, model };
    /// Time of a token by kind of layer.
    enum Kind { attention, recurrent, rest, kKinds };
    struct Token {
        Role role = Role::markup;
        float surprise = 0.0F; ///< bits; 0 when unknown
        std::array<float, kKinds> ms {};
    };

    TimelineModel(const RunStore& store, const Conversation& conversation)
        : store_(store)
        , conversation_(conversation)
    {
    }

    /// Takes tokens from `first` on again.
    void update(int first);
    int tokens() const { return int(tokens_.size()); }
    const Token& token(int index) const { return tokens_[std::size_t(index)]; }
    const std::vector<int>& stateLayers() const { return stateLayers_; } ///< layers with a state
    /// Mean over the heads of ‖ΔS‖/‖S‖, as a part of the layer's locked range; NaN when unknown.
    float change(int row, int token) const;
    /// Time of a full bar: at least twice the median of the tokens, only ever grows.
    double scaleMs() const { return scaleMs_; }

private:
    Token read(int index) const;
    void widen();

    const RunStore& store_;
    const Conversation& conversation_;
    std::vector<Token> tokens_;
    std::vector<int> stateLayers_;
    double scaleMs_ = 0.0;
    int nextCheck_ = 1;
};

} // namespace mixscope
