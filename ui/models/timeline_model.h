#pragma once

#include <QString>

#include <array>
#include <cstddef>
#include <vector>

namespace mixscope {

class Conversation;
class RunStore;
struct ModelInfo;

/// What the timeline draws, kept by token in flat tables: tokens are appended, never gone over
/// again, and a tick costs what is new in it. UI thread only.
class TimelineModel {
public:
    enum class Role : unsigned char { markup, user, model };
    /// Time of a token by kind of layer.
    enum Kind { attention, recurrent, rest, kKinds };
    struct Token {
        Role role = Role::markup;
        bool begins = false; ///< first token of a message
        bool shed = false; ///< some of its detail was skipped
        float surprise = 0.0F; ///< bits; 0 when unknown
        std::array<float, kKinds> ms {};
    };
    /// A lane with a row for each layer of a kind. Values are NaN where nothing was captured.
    struct Rows {
        std::vector<int> layers;
        std::vector<std::vector<float>> values; ///< by row, then token
        int count() const { return int(layers.size()); }
    };
    /// Keys more than this many tokens before the query are far.
    static constexpr int kFar = 16;

    TimelineModel(const RunStore& store, const Conversation& conversation)
        : store_(store)
        , conversation_(conversation)
    {
    }

    /// Takes tokens from `first` on again, and attention rows that have come since, as many as a
    /// tick can bear. Returns the first token that looks different now, tokens() when none does.
    int update(int first);
    /// Rows of a layer have come; they are taken at the next update.
    void attentionCame(int layer);
    /// Rows wait for the next update.
    bool pending() const;

    int tokens() const { return int(tokens_.size()); }
    const Token& token(int index) const { return tokens_[std::size_t(index)]; }
    /// Mean over the heads of ‖ΔS‖/‖S‖, by recurrent layer.
    const Rows& change() const { return change_; }
    /// Share of the attention on far keys, mean over the heads, 0 … 1, by attention layer.
    const Rows& far() const { return far_; }
    /// Entropy of the router as a part of what the number of experts allows, 0 … 1.
    const Rows& router() const { return router_; }
    /// A change as a part of the layer's locked range.
    float changePart(int row, float value) const;
    /// Time of a full bar: at least one and a half times the median token, only ever grows.
    double scaleMs() const { return scaleMs_; }

private:
    void begin();
    Token read(int index) const;
    void readChange(int first);
    void readRouter(int first);
    int readFar(int first);
    void widen();

    const RunStore& store_;
    const Conversation& conversation_;
    const ModelInfo* model_ = nullptr;
    std::vector<Kind> kinds_; ///< by place in TokenTime::layer_ms
    std::vector<Token> tokens_;
    Rows change_, far_, router_;
    std::vector<int> farNext_; ///< by row of far_: tokens before are looked at
    double scaleMs_ = 0.0;
    int nextCheck_ = 1;
};

} // namespace mixscope
