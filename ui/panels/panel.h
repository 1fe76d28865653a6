#pragma once

#include <QFrame>
#include <QString>

class QHBoxLayout;
class QPainter;
class QScrollArea;
class QVBoxLayout;

namespace mixscope {

/// A card of the window: rounded, with a painted title, a note beside it and room for controls at
/// the right of the headline. Painted, so that a screen reader finds the content by the name and
/// not its title.
class Panel : public QFrame {
    Q_OBJECT
public:
    explicit Panel(const QString& title, QWidget* parent = nullptr);

    void setNote(const QString& note);
    /// Said in place of the title: an icon and a word in a colour of the palette.
    struct Badge {
        QString icon, text;
        const char* role = "text";
    };
    void setBadge(const Badge& badge); ///< empty: the title again
    QHBoxLayout* tools() const { return tools_; } ///< right end of the headline
    QVBoxLayout* content() const { return content_; } ///< below the headline

protected:
    void paintEvent(QPaintEvent* event) override;
    virtual void restyle();

private:
    int paintBadge(QPainter& painter, const QRect& line) const;

    QString title_, note_;
    Badge badge_;
    QVBoxLayout* column_;
    QWidget* headline_;
    QHBoxLayout* tools_;
    QVBoxLayout* content_;
};

/// Puts a widget into an area that scrolls it when there is less room than it needs; the ground
/// behind shows through.
QScrollArea* scrolling(QWidget* inside, QWidget* parent);

/// A word beside a control, painted: the control itself carries the accessible name.
class Tag : public QWidget {
    Q_OBJECT
public:
    explicit Tag(const QString& text, QWidget* parent = nullptr);

    void setText(const QString& text);
    QString text() const { return text_; }
    void setMono(bool mono);
    /// The width of this text is always kept, so that neighbours do not move.
    void reserve(const QString& widest);
    /// A colour token of the palette by name ("muted", "ok", "warn", "text").
    void setRole(const char* role);
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return sizeHint(); }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QFont textFont() const;

    QString text_, widest_;
    const char* role_ = "muted";
    bool mono_ = false;
};

} // namespace mixscope
