#pragma once

#include <QImage>
#include <QWidget>

#include <vector>

namespace mixscope {

/// A signed matrix as it is now, coloured around zero. The range is symmetric and locked: it widens
/// in steps when the matrix outgrows it and never shrinks, until fitNow(). UI thread only.
class MatrixMap : public QWidget {
    Q_OBJECT
public:
    MatrixMap(const QString& accessibleName, QWidget* parent);

    /// values: [rows, columns]. `what` names whose matrix it is; another name unlocks the range.
    void setMatrix(const QString& what, int rows, int columns, const std::vector<float>& values);
    /// Why there is no matrix.
    void setNothing(const QString& sentence);
    bool empty() const { return values_.empty(); }
    float range() const { return range_; } ///< colours end at ± this
    void fitNow(); ///< range = ±3σ of the matrix shown
    /// Cells in one drawn cell (largest size wins, with its sign), 1 when drawn cell by cell.
    int pooling() const;
    QRect imageRect() const;
    QSize sizeHint() const override { return {160, 160}; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    void paintPicture(class QPainter& painter) const;

    QString what_, nothing_;
    int rows_ = 0;
    int columns_ = 0;
    std::vector<float> values_;
    float range_ = 0.0F;
};

} // namespace mixscope
