#pragma once

#include <QChar>
#include <QObject>

#include <array>
#include <vector>

namespace mixscope {

/// Tokens first … last, both included; empty when first is -1.
struct TokenRange {
    int first = -1;
    int last = -1;
    bool empty() const { return first < 0; }
    int tokens() const { return empty() ? 0 : last - first + 1; }
    bool contains(int token) const { return !empty() && token >= first && token <= last; }
    bool operator==(const TokenRange&) const = default;
};

/// The one selection that drives all views: token, source token (one it looks at), layer, head; a
/// range of tokens and up to four pinned tokens. A hover is a preview that gives way when the mouse leaves; a click
/// locks. Beside the focused layer it remembers the last one of each kind, so that an attention map
/// and a state can be seen together. UI thread only.
class Selection : public QObject {
    Q_OBJECT
public:
    explicit Selection(QObject* parent = nullptr)
        : QObject(parent)
    {
    }

    /// A layer and the head focused in it; layer -1: the model has no such layer.
    struct Focus {
        int layer = -1;
        int head = 0;
        bool operator==(const Focus&) const = default;
    };
    /// What the selection must know of a layer.
    struct Layer {
        int heads = 0;
        bool attention = false; ///< has an attention map
        bool state = false; ///< has a recurrent state
    };

    int layer() const { return layer_; }
    int head() const { return head_; }
    int headCount() const { return heads_; }
    /// The focused layer if it has attention, else the one that was focused last. The focused
    /// layer when the kinds of the layers are not known.
    Focus attention() const { return layerTable_.empty() ? Focus {layer_, head_} : attention_; }
    Focus state() const { return layerTable_.empty() ? Focus {layer_, head_} : state_; }
    /// Token in focus: hovered, else locked, else (following) the newest; -1 when there is none.
    int token() const;
    /// Source token: hovered, else locked; -1 when there is none.
    int source() const { return source_ >= 0 ? source_ : lockedSource_; }
    int lockedSource() const { return lockedSource_; }
    bool following() const { return locked_ < 0; }
    int lockedToken() const { return locked_; }
    int newest() const { return newest_; }
    const TokenRange& range() const { return range_; }

    static constexpr int kPins = 4;
    /// Tokens pinned as A, B, C, D; -1 where the place is free.
    const std::array<int, kPins>& pins() const { return pins_; }
    /// Place of a pinned token, -1 when it is not pinned.
    int pinOf(int token) const;
    bool pinned() const; ///< at least one token is
    static QChar pinName(int place) { return QChar(u'A' + place); }
    /// Pins a token in the first free place, or takes its pin away. False when all are taken.
    bool togglePin(int token);

public Q_SLOTS:
    void setLayer(int layer);
    void setHead(int head);
    /// The layers of a model; focuses the first with attention, else the first.
    void setLayers(std::vector<Layer> layers);
    void focus(int layer, int head);
    void setLayerCount(int layers);
    void setHeadCount(int heads); ///< of the present layer; clamps the head
    void hoverToken(int token); ///< -1: the mouse has left
    void hoverSource(int token);
    /// -1: follow the newest again. A locked source after the token is let go: it sees none of it.
    void lockToken(int token);
    void lockSource(int token); ///< -1: none
    void setNewest(int token); ///< history after it is void: what points there is released
    /// Tokens from `first` on are new or others than before; `newest` is the last of them.
    void setHistory(int first, int newest);
    void setRange(mixscope::TokenRange range); ///< ends in any order; empty: no range
    void clearPins();

Q_SIGNALS:
    void layerChanged(int layer);
    void headChanged(int head);
    void tokenChanged(int token); ///< the token in focus, or whether it is locked
    void sourceChanged(int token);
    void followingChanged(bool following);
    void rangeChanged();
    void pinsChanged();

private:
    void setPosition(int hovered, int locked, int newest);
    void setSource(int hovered, int locked);
    void remember();

    int layer_ = 0;
    int head_ = 0;
    int layers_ = 0;
    int heads_ = 0;
    std::vector<Layer> layerTable_;
    Focus attention_, state_;
    int hovered_ = -1;
    int locked_ = -1;
    int newest_ = -1;
    int source_ = -1; ///< hovered
    int lockedSource_ = -1;
    TokenRange range_;
    std::array<int, kPins> pins_ {-1, -1, -1, -1};
};

} // namespace mixscope
