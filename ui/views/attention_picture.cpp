#include "ui/views/attention_picture.h"

#include "ui/models/attention_store.h"

#include <algorithm>
#include <iterator>
#include <limits>

namespace mixscope {

namespace {
constexpr float kNone = std::numeric_limits<float>::quiet_NaN();
} // namespace

AttentionPicture::AttentionPicture()
    : cellOf_(cellTable(look_.scale))
{
    reset();
}

void AttentionPicture::setLook(const AttentionLook& look)
{
    if (look == look_) return;
    if (look.scale != look_.scale) cellOf_ = cellTable(look.scale);
    look_ = look;
    mean_ = look.meanPooled ? meanTables(look.scale) : nullptr;
    reset();
}

void AttentionPicture::reset()
{
    pyramid_ = std::make_unique<Pyramid>(Pyramid::Pool::lines_and_cells, mean_.get());
    missing_.clear();
    entropy_.clear();
    sums_.clear();
    rowsOf_.clear();
    inSums_.clear();
    counted_ = 0;
}

void AttentionPicture::truncate(int tokens)
{
    if (tokens >= pyramid_->lines()) return;
    pyramid_->truncate(tokens);
    missing_.erase(std::lower_bound(missing_.begin(), missing_.end(), tokens), missing_.end());
    entropy_.resize(std::size_t(tokens));
    if (tokens >= counted_) return;
    sums_.clear(); // the void rows cannot be taken out again: count those that stay
    rowsOf_.clear();
    inSums_.clear();
    counted_ = 0;
}

bool AttentionPicture::update(const AttentionStore* rows, int tokens, std::int64_t cells)
{
    const auto kept = [&](int query) { return rows != nullptr && rows->has_row(query); };
    const std::int64_t heads =
        rows != nullptr && look_.heads.kind != HeadChoice::Kind::one ? rows->heads() : 1;
    lookForDropped(rows);
    std::size_t left = 0;
    for (const int query : missing_) {
        if (cells > 0 && kept(query)) {
            drawRow(*rows, query);
            if (query < counted_) count(*rows, query);
            cells -= (query + 1) * heads;
        } else {
            missing_[left++] = query;
        }
    }
    missing_.resize(left);
    while (pyramid_->lines() < tokens && cells > 0) {
        const int query = pyramid_->lines();
        entropy_.resize(std::size_t(query) + 1, kNone);
        if (kept(query)) {
            drawRow(*rows, query);
            cells -= (query + 1) * heads;
        } else {
            pyramid_->setBlank(query, query + 1);
            missing_.push_back(query);
            --cells;
        }
    }
    for (; counted_ < pyramid_->lines() && cells > 0; ++counted_) {
        if (!kept(counted_)) continue;
        count(*rows, counted_);
        cells -= (counted_ + 1) * heads / 2;
    }
    return cells > 0;
}

void AttentionPicture::lookForDropped(const AttentionStore* rows)
{
    if (rows == nullptr || rows->drops() == drops_) return;
    drops_ = rows->drops();
    std::vector<int> gone;
    for (int query = 0; query < pyramid_->lines(); ++query) {
        if (rows->dropped(query) && !std::binary_search(missing_.begin(), missing_.end(), query))
            gone.push_back(query);
    }
    for (const int query : gone) {
        pyramid_->setBlank(query, query + 1);
        entropy_[std::size_t(query)] = kNone;
    }
    std::vector<int> all;
    std::merge(missing_.begin(), missing_.end(), gone.begin(), gone.end(), std::back_inserter(all));
    missing_ = std::move(all);
}

void AttentionPicture::drawRow(const AttentionStore& rows, int query)
{
    if (look_.heads.kind != HeadChoice::Kind::max) { // a maximum over heads is no distribution
        AttentionLook whole = look_;
        if (look_.sink == Sink::hide) whole.sink = Sink::show;
        entropy_[std::size_t(query)] = mixscope::entropyBits(shownRow(rows, whole, query, buffer_));
    }
    const auto row = shownRow(rows, look_, query, buffer_);
    line_.resize(row.size());
    for (std::size_t i = 0; i < row.size(); ++i)
        line_[i] = cellOf_[row[i]];
    if (look_.sink != Sink::show) line_[0] = 0;
    pyramid_->setLine(query, line_);
}

void AttentionPicture::count(const AttentionStore& rows, int query)
{
    if (inSums_.size() <= std::size_t(query)) inSums_.resize(std::size_t(query) + 1, false);
    if (inSums_[std::size_t(query)]) return;
    inSums_[std::size_t(query)] = true;
    const auto row = shownRow(rows, look_, query, buffer_);
    if (sums_.size() < row.size()) {
        sums_.resize(row.size(), 0);
        rowsOf_.resize(row.size(), 0);
    }
    for (std::size_t key = 0; key < row.size(); ++key)
        sums_[key] += row[key];
    for (std::size_t key = 0; key < row.size(); ++key)
        ++rowsOf_[key];
}

float AttentionPicture::entropyBits(int query) const
{
    return query >= 0 && query < int(entropy_.size()) ? entropy_[std::size_t(query)] : kNone;
}

float AttentionPicture::received(int key) const
{
    if (key < 0 || key >= int(sums_.size()) || rowsOf_[std::size_t(key)] == 0) return kNone;
    if (key == 0 && look_.sink != Sink::show) return kNone;
    const double rows = rowsOf_[std::size_t(key)];
    return float(double(sums_[std::size_t(key)]) / rows / kWeightSteps);
}

} // namespace mixscope
