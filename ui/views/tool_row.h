#pragma once

#include <QWidget>

class QHBoxLayout;

namespace mixscope {

/// A row of controls that copes with the room it gets: segment bars fold into one button each,
/// from the last to the first, until all of them fit.
class ToolRow : public QWidget {
    Q_OBJECT
public:
    explicit ToolRow(QWidget* parent);
    QHBoxLayout* row() const { return row_; }
    QSize sizeHint() const override; ///< with nothing folded
    QSize minimumSizeHint() const override; ///< with everything folded

protected:
    void resizeEvent(QResizeEvent* event) override;
    bool event(QEvent* event) override;

private:
    enum class Bars { wide, folded };
    int widthWith(Bars bars) const;
    void fit();
    QHBoxLayout* row_;
};

} // namespace mixscope
