#pragma once

#include <QWidget>

namespace mixscope {

/// A painted widget whose content a screen reader reads as text (see accessibility.cpp).
class TextSurface : public QWidget {
    Q_OBJECT
public:
    using QWidget::QWidget;
    virtual QString plainText() const = 0;
};

} // namespace mixscope
