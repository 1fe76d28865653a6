#pragma once

#include "ui/plot/stack_plot.h"

#include <QWidget>

#include <vector>

namespace mixscope {

/// Names of the parts of a stacked plot beside their colours, in one line.
class Legend : public QWidget {
    Q_OBJECT
public:
    explicit Legend(QWidget* parent);
    void setParts(std::vector<StackPart> parts);
    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    std::vector<StackPart> parts_;
};

} // namespace mixscope
