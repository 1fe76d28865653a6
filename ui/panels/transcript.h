#pragma once

#include "ui/models/transcript_text.h"
#include "ui/models/transcript_tint.h"

#include <QTextEdit>

#include <vector>

class QTextBlockFormat;

namespace mixscope {

class Conversation;
class RunStore;
class Selection;

/// The conversation as text. A token can be hovered, clicked and pinned; tokens are tinted by a
/// chosen quantity; the focused token has a frame. Only the end is touched while the
/// model writes. UI thread only.
class Transcript : public QTextEdit {
    Q_OBJECT
public:
    Transcript(RunStore& store, Selection& selection, Conversation& conversation,
               QWidget* parent = nullptr);

    /// Brings the text up to date; cheap when nothing has changed.
    void refresh();
    /// Token under a point of the viewport, -1 when there is none.
    int tokenAt(QPoint at) const;
    /// Rectangles of a token in the viewport, one a line; empty when it is not in the text.
    std::vector<QRectF> rectsOf(int token) const;
    void setTint(Tint tint);
    Tint tint() const { return tint_; }
    void setChips(bool chips); ///< every token in a frame of its own
    bool chips() const { return chips_; }
    /// What else might stand in place of the focused token; false when that was not captured.
    bool showAlternatives();

Q_SIGNALS:
    void editWanted(int message);
    void pinsFull(); ///< a token could not be pinned: all places are taken

protected:
    void paintEvent(QPaintEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    QMimeData* createMimeDataFromSelection() const override;

private:
    struct Piece {
        int token;
        int begin; ///< document position
        int end;
        int part = 0; ///< the token has part `part` of `parts` of a character's bytes
        int parts = 1;
    };
    struct Box {
        int begin; ///< document positions of a name drawn in a box
        int end;
    };
    struct Message {
        int index;
        bool user;
        int begin; ///< document position of its text
        int end;
    };
    void rebuild();
    void append();
    bool onlyAppends() const;
    void insert(const std::vector<TextPiece>& pieces);
    void place(const TextPiece& piece, int begin, int end);
    QTextBlockFormat paragraph(int above, int side) const;
    std::vector<QRectF> boxesOf(const Piece& piece) const;
    std::vector<QRectF> rectsBetween(int begin, int end) const;
    void addMessage(int index, const QString& role, const QString& content);
    QString labelOf(const QString& role) const;
    const Message* messageAt(QPoint at) const;
    QRectF bubble(const Message& message) const;
    void paintBubbles(QPainter& painter) const;
    void paintBoxes(QPainter& painter) const;
    void paintTint(QPainter& painter) const;
    void paintChips(QPainter& painter) const;
    void paintFocus(QPainter& painter) const;
    void paintPins(QPainter& painter) const;
    QColor tintColor() const;
    template <class Parts, class Draw> void eachVisible(const Parts& parts, Draw draw) const;
    void pin(int token);
    void showToken(int token);

    RunStore& store_;
    Selection& selection_;
    Conversation& conversation_;
    std::vector<Piece> pieces_; ///< by token
    std::vector<Box> boxes_; ///< by position
    std::vector<Message> messages_;
    TextJoiner joiner_; ///< of the last message
    int built_ = 0; ///< tokens that are in the text
    bool rebuild_ = true;
    bool atEnd_ = true; ///< the end is in sight and stays so while text comes
    QPoint pressed_;
    Tint tint_ = Tint::attention;
    bool chips_ = false;
};

} // namespace mixscope
