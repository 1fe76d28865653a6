#pragma once

#include <QWidget>

#include <vector>

namespace mixscope {

/// Bars along one edge of a matrix: the norm of each row or column, on a locked scale.
class NormStrip : public QWidget {
    Q_OBJECT
public:
    NormStrip(const QString& accessibleName, Qt::Orientation along, QWidget* parent);
    /// `length`: pixels that all bars cover together, as the matrix beside them.
    void setNorms(std::vector<float> norms, float top, int length);
    const std::vector<float>& norms() const { return norms_; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    Qt::Orientation along_;
    std::vector<float> norms_;
    float top_ = 1.0F;
    int length_ = 1;
};

} // namespace mixscope
