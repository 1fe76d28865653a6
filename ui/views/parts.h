#pragma once

#include <QPushButton>
#include <QString>
#include <QStringList>
#include <QWidget>

#include <vector>

class QButtonGroup;
class QToolButton;

namespace mixscope {

struct LayerInfo;

/// A row of buttons of which one is down ("linear | √ | log"). Reached by Tab, moved by arrows.
/// Folded, it is one button that says which is down and opens a menu of all (see ToolRow).
class SegmentBar : public QWidget {
    Q_OBJECT
public:
    SegmentBar(const QString& accessibleName, const QStringList& options, QWidget* parent);
    int chosen() const;
    void choose(int option);
    void setFolded(bool folded);
    bool folded() const { return folded_; }
    int wideWidth() const; ///< pixels it takes with all buttons beside each other
    int foldedWidth() const; ///< … and as one button, whichever option is down

Q_SIGNALS:
    void chosenChanged(int option);

private:
    void restyle();
    QButtonGroup* group_;
    QToolButton* fold_;
    bool folded_ = false;
};

/// One line of a BarList.
struct BarRow {
    QString index; ///< faint, left
    QString text;
    QString value; ///< right, as printed
    double part = 0.0; ///< length of the bar, 0 … 1
    bool strong = false;
};

/// Labelled horizontal bars: what a token looks at, load of experts, choices of the model.
class BarList : public QWidget {
    Q_OBJECT
public:
    BarList(const QString& accessibleName, const QString& kind, QWidget* parent);
    void setRows(std::vector<BarRow> rows);
    void setMark(double part)
    {
        mark_ = part;
    } ///< a thin line at this place in all bars, < 0: none
    void setIndexWidth(int characters) { indexCharacters_ = characters; }
    void setTextWidth(int characters) { textCharacters_ = characters; }
    int rowHeight() const;
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

Q_SIGNALS:
    void rowHovered(int row); ///< -1: none
    void rowClicked(int row);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;

private:
    int rowAt(QPointF at) const;

    std::vector<BarRow> rows_;
    QString kind_;
    double mark_ = -1.0;
    int indexCharacters_ = 3;
    int textCharacters_ = 9;
};

/// A small heading inside a view.
class Caption : public QWidget {
    Q_OBJECT
public:
    explicit Caption(QWidget* parent);
    void setText(const QString& text);
    QString text() const { return text_; }
    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QString text_;
};

/// A small button for the row of tools, styled by the theme.
class SmallButton : public QPushButton {
    Q_OBJECT
public:
    SmallButton(const QString& text, QWidget* parent);

private:
    void restyle();
};

/// Colour name of a layer: "attn", "ssm" (any recurrent mixer), else "mlp".
QString kindOf(const LayerInfo& layer);
/// Tokens after which half of what was written is gone, from the factor kept per token.
float halfLifeTokens(float keep);
/// 256 colours for half-lives, 1 to 10⁵ tokens on a logarithmic scale.
const std::vector<unsigned>& halfLifeMap();
/// "38 tokens", "> 10⁵ tokens", "–" when the factor is unknown.
QString halfLifeText(float keep);
/// "1 token", "38 tokens".
QString tokensText(int tokens);
/// "attention", "Mamba-2" as people write it.
QString mixerName(const LayerInfo& layer);

/// How many places an arrow key moves in a grid that is filled row by row; 0 for other keys.
int gridStep(int key, int columns);

} // namespace mixscope
