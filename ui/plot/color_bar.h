#pragma once

#include "ui/plot/value_scale.h"

#include <QWidget>

#include <vector>

namespace mixscope {

/// The colours of a map with the values they stand for, upright, beside the map. Drawn only; the
/// scale's range is the owner's.
class ColorBar : public QWidget {
    Q_OBJECT
public:
    explicit ColorBar(QWidget* parent);
    /// `map`: 256 colours from the scale's low end to its high end.
    void setScale(const ValueScale& scale, const std::vector<unsigned>& map, const QString& unit);
    /// Insets that line the bar up with the plot beside it.
    void setInsets(int top, int bottom);
    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    ValueScale scale_;
    std::vector<unsigned> map_;
    QString unit_;
    int top_ = 0;
    int bottom_ = 0;
};

} // namespace mixscope
