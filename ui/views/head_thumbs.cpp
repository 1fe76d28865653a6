#include "ui/views/head_thumbs.h"

#include "ui/models/run_store.h"
#include "ui/views/attention_look.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace mixscope {

namespace {

/// The cell of every kept weight.
const std::vector<std::uint8_t>& thumbCells()
{
    static const std::vector<std::uint8_t> cells = cellTable(thumbScale());
    return cells;
}

} // namespace

void TokenRepeats::update(const RunStore& store, int firstChanged)
{
    if (firstChanged < int(before_.size())) { // a rewind: which copies are gone is not known
        before_.clear();
        last_.clear();
    }
    for (int token = int(before_.size()); token < store.tokens(); ++token) {
        const auto found = last_.try_emplace(store.token(token).id, -1).first;
        before_.push_back(std::exchange(found->second, token));
    }
}

int TokenRepeats::before(int token) const
{
    return token >= 0 && knows(token) ? before_[std::size_t(token)] : -1;
}

HeadThumbs::HeadThumbs(int heads)
    : heads_(std::size_t(heads))
{
}

void HeadThumbs::reset(int heads)
{
    heads_.clear();
    heads_.resize(std::size_t(heads));
    missing_.clear();
    tokensPerCell_ = 1;
    done_ = drawn_ = later_ = repeated_ = 0;
}

bool HeadThumbs::update(const AttentionStore* rows, int tokens, std::int64_t cells,
                        const TokenRepeats* repeats)
{
    std::vector<int> after; // keys that followed earlier copies of the query's token
    const auto draw = [&](int query) {
        while (query >= kCells * tokensPerCell_)
            coarsen();
        after.clear();
        for (int at = repeats != nullptr ? repeats->before(query) : -1; at >= 0;
             at = repeats->before(at)) {
            if (at + 1 < query) after.push_back(at + 1);
        }
        for (int head = 0; head < heads(); ++head)
            drawRow(heads_[std::size_t(head)], rows->fractions(head, query), after);
        ++drawn_;
        later_ += query > 0 ? 1 : 0;
        repeated_ += after.empty() ? 0 : 1;
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

void HeadThumbs::drawRow(Head& head, std::span<const std::uint16_t> row,
                         const std::vector<int>& after)
{
    const std::vector<std::uint8_t>& cellOf = thumbCells();
    const std::size_t step = std::size_t(tokensPerCell_);
    const int index = int(row.size() - 1) / tokensPerCell_;
    const auto before = head.cells.line(0, index);
    line_.assign(before.begin(), before.end());
    line_.resize(std::max(line_.size(), (row.size() + step - 1) / step), 0);
    for (std::size_t cell = 0; cell * step < row.size(); ++cell) {
        const auto part = row.subspan(cell * step, std::min(step, row.size() - cell * step));
        line_[cell] = std::max(line_[cell], cellOf[*std::max_element(part.begin(), part.end())]);
    }
    while (head.cells.lines() < index) {
        const int line = head.cells.lines();
        head.cells.setBlank(line, line + 1); // not captured
    }
    head.cells.setLine(index, line_);
    head.entropy += mixscope::entropyBits(row);
    if (row.size() < 2) return;
    head.sink += row[0];
    head.previous += row[row.size() - 2];
    for (const int key : after)
        head.induction += row[std::size_t(key)];
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

HeadScores HeadThumbs::scores(int head) const
{
    constexpr float none = std::numeric_limits<float>::quiet_NaN();
    const Head& of = heads_[std::size_t(head)];
    const auto mean = [](double sum, int rows) { return rows > 0 ? float(sum / rows) : none; };
    return {mean(of.entropy, drawn_), mean(of.sink / kWeightSteps, later_),
            mean(of.previous / kWeightSteps, later_), mean(of.induction / kWeightSteps, repeated_)};
}

ValueScale thumbScale()
{
    return {ValueScale::Kind::root, 0.0F, 1.0F};
}

std::array<QRgb, 256> thumbColors(const ValueScale& scale, const std::vector<unsigned>& map)
{
    const std::array<QRgb, 256> shown = cellColors(map);
    std::array<QRgb, 256> colors {};
    for (std::size_t cell = 1; cell < colors.size(); ++cell)
        colors[cell] = shown[scale.cell(thumbScale().value(float(cell - 1) / 254.0F))];
    return colors;
}

void LayerThumbs::truncate(int tokens)
{
    for (auto& [layer, thumbs] : layers_) {
        if (tokens < thumbs.tokens()) thumbs.reset(thumbs.heads());
    }
}

HeadThumbs& LayerThumbs::of(int layer, int heads)
{
    return layers_.try_emplace(layer, heads).first->second;
}

const HeadThumbs* LayerThumbs::find(int layer) const
{
    const auto found = layers_.find(layer);
    return found == layers_.end() ? nullptr : &found->second;
}

} // namespace mixscope
