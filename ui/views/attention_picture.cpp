#include "ui/views/attention_picture.h"

#include "ui/models/run_store.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace mixscope {

namespace {

constexpr std::size_t kSteps = 65536; ///< weights are kept in steps of 1/65535

std::vector<std::uint8_t> cellTable(const ValueScale& scale)
{
    std::vector<std::uint8_t> cells(kSteps);
    for (std::size_t i = 0; i < kSteps; ++i)
        cells[i] = scale.cell(float(i) / float(kSteps - 1));
    return cells;
}

/// −p·log₂p of every step.
const std::vector<float>& entropyTable()
{
    static const std::vector<float> table = [] {
        std::vector<float> bits(kSteps, 0.0F);
        for (std::size_t i = 1; i < kSteps; ++i) {
            const double p = double(i) / double(kSteps - 1);
            bits[i] = float(-p * std::log2(p));
        }
        return bits;
    }();
    return table;
}

} // namespace

float entropyBits(std::span<const std::uint16_t> row)
{
    const std::vector<float>& bits = entropyTable();
    float sum = 0.0F;
    for (const std::uint16_t weight : row)
        sum += bits[weight];
    return sum;
}

AttentionPicture::AttentionPicture()
    : cellOf_(cellTable(scale_))
{
}

void AttentionPicture::setLook(ValueScale scale, Sink sink)
{
    if (scale == scale_ && sink == sink_) return;
    scale_ = scale;
    sink_ = sink;
    cellOf_ = cellTable(scale);
    reset();
}

void AttentionPicture::truncate(int tokens)
{
    pyramid_.truncate(tokens);
    missing_.erase(std::lower_bound(missing_.begin(), missing_.end(), tokens), missing_.end());
}

bool AttentionPicture::update(const AttentionStore* rows, int head, int tokens, std::int64_t cells)
{
    const auto captured = [&](int query) { return rows != nullptr && rows->has_row(query); };
    std::size_t left = 0;
    for (const int query : missing_) {
        if (cells > 0 && captured(query)) {
            drawRow(rows->fractions(head, query), query);
            cells -= query + 1;
        } else {
            missing_[left++] = query;
        }
    }
    missing_.resize(left);
    while (pyramid_.lines() < tokens && cells > 0) {
        const int query = pyramid_.lines();
        if (captured(query)) {
            drawRow(rows->fractions(head, query), query);
        } else {
            line_.assign(std::size_t(query) + 1, 0);
            pyramid_.setLine(query, line_);
            missing_.push_back(query);
        }
        cells -= query + 1;
    }
    return cells > 0;
}

void AttentionPicture::drawRow(std::span<const std::uint16_t> row, int query)
{
    line_.resize(row.size());
    if (sink_ == Sink::renormalise && query > 0) {
        const float rest = float(kSteps - 1) - float(row[0]);
        const float factor = rest > 0 ? float(kSteps - 1) / rest : 0.0F;
        for (std::size_t i = 0; i < row.size(); ++i) {
            line_[i] = cellOf_[std::size_t(std::min(float(row[i]) * factor + 0.5F, 65535.0F))];
        }
    } else {
        for (std::size_t i = 0; i < row.size(); ++i)
            line_[i] = cellOf_[row[i]];
    }
    if (sink_ != Sink::show) line_[0] = 0;
    pyramid_.setLine(query, line_);
}

HeadThumbs::HeadThumbs(int heads)
    : heads_(std::size_t(heads))
    , cellOf_(cellTable({}))
{
}

void HeadThumbs::setScale(const ValueScale& scale)
{
    cellOf_ = cellTable(scale);
    reset(heads());
}

void HeadThumbs::reset(int heads)
{
    heads_.assign(std::size_t(heads), {});
    missing_.clear();
    tokensPerCell_ = 1;
    done_ = 0;
    drawn_ = 0;
}

bool HeadThumbs::update(const AttentionStore* rows, int tokens, std::int64_t cells)
{
    const auto draw = [&](int query) {
        while (query >= kCells * tokensPerCell_)
            coarsen();
        for (int head = 0; head < heads(); ++head) {
            drawRow(heads_[std::size_t(head)], rows->fractions(head, query));
        }
        ++drawn_;
        cells -= std::int64_t(query + 1) * heads();
    };
    const auto captured = [&](int query) { return rows != nullptr && rows->has_row(query); };
    std::size_t left = 0;
    for (const int query : missing_) {
        if (cells > 0 && captured(query))
            draw(query);
        else
            missing_[left++] = query;
    }
    missing_.resize(left);
    while (done_ < tokens && cells > 0) {
        if (captured(done_))
            draw(done_);
        else
            missing_.push_back(done_);
        ++done_;
    }
    return cells > 0;
}

void HeadThumbs::drawRow(Head& head, std::span<const std::uint16_t> row)
{
    const std::size_t step = std::size_t(tokensPerCell_);
    const int index = int(row.size() - 1) / tokensPerCell_;
    const auto before = head.cells.line(0, index);
    line_.assign(before.begin(), before.end());
    line_.resize(std::max(line_.size(), (row.size() + step - 1) / step), 0);
    for (std::size_t cell = 0; cell * step < row.size(); ++cell) {
        const auto part = row.subspan(cell * step, std::min(step, row.size() - cell * step));
        line_[cell] = std::max(line_[cell], cellOf_[*std::max_element(part.begin(), part.end())]);
    }
    while (head.cells.lines() < index)
        head.cells.setLine(head.cells.lines(), {}); // not captured
    head.cells.setLine(index, line_);
    head.entropySum += mixscope::entropyBits(row);
}

void HeadThumbs::coarsen()
{
    for (Head& head : heads_) {
        Pyramid half(Pyramid::Pool::lines_and_cells);
        for (int i = 0; i < head.cells.lines(1); ++i)
            half.setLine(i, head.cells.line(1, i));
        head.cells = std::move(half);
    }
    tokensPerCell_ *= 2;
}

float HeadThumbs::entropyBits(int head) const
{
    if (drawn_ == 0) return std::numeric_limits<float>::quiet_NaN();
    return float(heads_[std::size_t(head)].entropySum / drawn_);
}

} // namespace mixscope
