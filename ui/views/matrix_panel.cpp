#include "ui/views/matrix_panel.h"

#include "ui/export/table_writer.h"
#include "ui/plot/matrix_map.h"
#include "ui/plot/value_scale.h"
#include "ui/theme.h"
#include "ui/views/norm_strip.h"
#include "ui/views/parts.h"

#include <QGridLayout>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

namespace mixscope {

namespace {

constexpr int kStrip = 22; ///< depth of the bars, before the scale

bool sameHead(const StateFrame& a, const StateFrame& b)
{
    return a.layer == b.layer && a.head == b.head && a.values.size() == b.values.size();
}

} // namespace

MatrixPanel::MatrixPanel(QWidget* parent)
    : QWidget(parent)
    , caption_(new Caption(this))
    , matrix_(new MatrixMap(tr("State matrix"), this))
    , rows_(new NormStrip(tr("Norms of the rows"), Qt::Vertical, this))
    , columns_(new NormStrip(tr("Norms of the columns"), Qt::Horizontal, this))
    , range_(new Caption(this))
{
    auto* grid = new QGridLayout;
    grid->setSpacing(2);
    grid->addWidget(matrix_, 0, 0);
    grid->addWidget(rows_, 0, 1);
    grid->addWidget(columns_, 1, 0);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(caption_);
    column->addLayout(grid);
    column->addWidget(range_);
}

void MatrixPanel::take(const StateFrame& frame)
{
    if (frame.position == frame_.position && sameHead(frame, frame_)) return;
    before_ = sameHead(frame, frame_) && frame.position > frame_.position ? std::move(frame_)
                                                                          : StateFrame {};
    frame_ = frame;
    redraw();
}

void MatrixPanel::setWanted(int layer, int head, const QString& nothing)
{
    if (layer == layer_ && head == head_ && nothing == nothing_) return;
    layer_ = layer;
    head_ = head;
    nothing_ = nothing;
    redraw();
}

void MatrixPanel::setShow(Show show)
{
    show_ = show;
    redraw();
}

void MatrixPanel::fitNow()
{
    matrix_->fitNow();
    redraw();
}

void MatrixPanel::setSide(int pixels)
{
    const int strip = Theme::instance().px(kStrip);
    const int side = std::max(Theme::instance().px(32), pixels - strip);
    matrix_->setFixedSize(side, side);
    rows_->setFixedSize(strip, side);
    columns_->setFixedSize(side, strip);
    setFixedWidth(side + strip + 2);
    redraw();
}

std::vector<float> MatrixPanel::values() const
{
    if (frame_.layer != layer_ || frame_.head != head_) return {};
    if (show_ == Show::state) return frame_.values;
    if (!sameHead(before_, frame_)) return {};
    std::vector<float> change = frame_.values;
    std::transform(change.begin(), change.end(), before_.values.begin(), change.begin(),
                   std::minus<> {});
    return change;
}

/// "S · token 58", "S(58) − S(57)".
QString MatrixPanel::whose() const
{
    return show_ == Show::state ? tr("S · token %1").arg(frame_.position)
                                : tr("S(%1) − S(%2)").arg(frame_.position).arg(before_.position);
}

void MatrixPanel::redraw()
{
    const std::vector<float> shown = nothing_.isEmpty() ? values() : std::vector<float> {};
    if (shown.empty()) {
        caption_->setText(layer_ < 0 ? QString() : tr("layer %1 · head %2").arg(layer_).arg(head_));
        const bool second = show_ == Show::change && !frame_.values.empty();
        matrix_->setNothing(!nothing_.isEmpty() ? nothing_
                                : second        ? tr("Comes with the token after the next.")
                                                : tr("Comes with the next token."));
        matrix_->setAccessibleDescription(tr("No matrix yet"));
        range_->setText({});
        rows_->setNorms({}, 1.0F, 1);
        columns_->setNorms({}, 1.0F, 1);
        return;
    }
    caption_->setText(tr("%1 · layer %2 · head %3 · %4 × %5")
                          .arg(whose())
                          .arg(layer_)
                          .arg(head_)
                          .arg(frame_.rows)
                          .arg(frame_.columns));
    matrix_->setMatrix(tr("layer %1 head %2 %3").arg(layer_).arg(head_).arg(int(show_)),
                       frame_.rows, frame_.columns, shown);
    showNorms(shown);
    const QString pooled =
        matrix_->pooling() > 1 ? tr(" · largest of %1×%1").arg(matrix_->pooling()) : QString();
    range_->setText(tr("±%1 (3σ, locked)%2 · bars: norms of rows, columns")
                        .arg(shortNumber(double(matrix_->range())), pooled));
    matrix_->setAccessibleDescription(
        tr("State matrix, layer %1, head %2, %3 by %4 %5, colours end at ±%6")
            .arg(layer_)
            .arg(head_)
            .arg(frame_.rows)
            .arg(frame_.columns)
            .arg(show_ == Show::state ? tr("after token %1").arg(frame_.position)
                                      : tr("of the change %1").arg(whose()),
                 shortNumber(double(matrix_->range()))));
}

void MatrixPanel::showNorms(const std::vector<float>& values)
{
    std::vector<float> rows(std::size_t(frame_.rows), 0.0F),
        columns(std::size_t(frame_.columns), 0.0F);
    for (std::size_t r = 0; r < rows.size(); ++r) {
        for (std::size_t c = 0; c < columns.size(); ++c) {
            const float square = values[r * columns.size() + c] * values[r * columns.size() + c];
            rows[r] += square;
            columns[c] += square;
        }
    }
    for (std::vector<float>* norms : {&rows, &columns})
        for (float& each : *norms)
            each = std::sqrt(each);
    // A row whose cells all lie at the end of the colours fills the strip: locked as they are.
    const QSize picture = matrix_->imageRect().size();
    rows_->setNorms(std::move(rows), matrix_->range() * std::sqrt(float(frame_.columns)),
                    picture.height());
    columns_->setNorms(std::move(columns), matrix_->range() * std::sqrt(float(frame_.rows)),
                       picture.width());
}

void MatrixPanel::writeTable(TableWriter& table) const
{
    const std::vector<float> shown = nothing_.isEmpty() ? values() : std::vector<float> {};
    for (std::size_t i = 0; i < shown.size(); ++i) {
        table.cell(frame_.position)
            .cell(whose())
            .cell(layer_)
            .cell(head_)
            .cell(tr("row %1, column %2").arg(int(i) / frame_.columns).arg(int(i) % frame_.columns))
            .cell(double(shown[i]))
            .endRow();
    }
}

} // namespace mixscope
