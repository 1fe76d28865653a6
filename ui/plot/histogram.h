#pragma once

#include "ui/plot/value_scale.h"

#include <QWidget>

#include <limits>
#include <vector>

namespace mixscope {

/// How often values fall into equal parts of a locked scale. The height axis is linear and ends at
/// the fullest bin, whose count is printed.
class Histogram : public QWidget {
    Q_OBJECT
public:
    static constexpr int kBins = 48;

    Histogram(const QString& accessibleName, QWidget* parent);
    void setScale(const ValueScale& scale, const std::vector<unsigned>& map, const QString& unit);
    const ValueScale& scale() const { return scale_; }
    void clear();
    void add(float value); ///< NaN is ignored
    /// To be called when values were added.
    void show();
    /// A line at a value, NaN: none.
    void setMark(float value);
    long count() const { return count_; }
    /// Parts of all values below the first and above the last hundredth of the scale.
    double lowPart() const;
    double highPart() const;
    QSize minimumSizeHint() const override { return {100, 60}; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    ValueScale scale_;
    std::vector<unsigned> map_;
    QString unit_;
    std::vector<long> bins_ = std::vector<long>(kBins, 0);
    long count_ = 0;
    long low_ = 0;
    long high_ = 0;
    float mark_ = std::numeric_limits<float>::quiet_NaN();
};

} // namespace mixscope
