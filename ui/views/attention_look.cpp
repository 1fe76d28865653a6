#include "ui/views/attention_look.h"

#include "ui/models/attention_store.h"

#include <algorithm>
#include <cmath>

namespace mixscope {

namespace {

constexpr std::size_t kSteps = std::size_t(kWeightSteps) + 1;

/// −p·log₂p of every step.
const std::vector<float>& entropyTable()
{
    static const std::vector<float> table = [] {
        std::vector<float> bits(kSteps, 0.0F);
        for (std::size_t i = 1; i < kSteps; ++i) {
            const double p = double(i) / kWeightSteps;
            bits[i] = float(-p * std::log2(p));
        }
        return bits;
    }();
    return table;
}

std::span<const std::uint16_t> meanOfHeads(const AttentionStore& rows, int query,
                                           std::vector<std::uint16_t>& buffer)
{
    std::vector<std::uint32_t> sum(std::size_t(query) + 1, 0);
    for (int head = 0; head < rows.heads(); ++head) {
        const auto row = rows.fractions(head, query);
        for (std::size_t i = 0; i < row.size(); ++i)
            sum[i] += row[i];
    }
    const auto heads = std::uint32_t(rows.heads());
    buffer.resize(sum.size());
    std::transform(sum.begin(), sum.end(), buffer.begin(),
                   [heads](std::uint32_t s) { return std::uint16_t((s + heads / 2) / heads); });
    return buffer;
}

std::span<const std::uint16_t> maxOfHeads(const AttentionStore& rows, int query,
                                          std::vector<std::uint16_t>& buffer)
{
    buffer.assign(std::size_t(query) + 1, 0);
    for (int head = 0; head < rows.heads(); ++head) {
        const auto row = rows.fractions(head, query);
        for (std::size_t i = 0; i < row.size(); ++i)
            buffer[i] = std::max(buffer[i], row[i]);
    }
    return buffer;
}

std::span<const std::uint16_t> chosenRow(const AttentionStore& rows, HeadChoice choice, int query,
                                         std::vector<std::uint16_t>& buffer)
{
    switch (choice.kind) {
    case HeadChoice::Kind::mean:
        return meanOfHeads(rows, query, buffer);
    case HeadChoice::Kind::max:
        return maxOfHeads(rows, query, buffer);
    case HeadChoice::Kind::one:
        break;
    }
    return rows.fractions(choice.head, query);
}

} // namespace

std::span<const std::uint16_t> shownRow(const AttentionStore& rows, const AttentionLook& look,
                                        int query, std::vector<std::uint16_t>& buffer)
{
    if (!rows.has_row(query)) return {};
    const auto row = chosenRow(rows, look.heads, query, buffer);
    if (look.sink == Sink::show || query == 0) return row;
    if (row.data() != buffer.data()) buffer.assign(row.begin(), row.end());
    if (look.sink == Sink::renormalise) {
        const int rest = kWeightSteps - int(buffer[0]);
        const float factor = rest > 0 ? float(kWeightSteps) / float(rest) : 0.0F;
        for (std::uint16_t& weight : buffer) {
            weight = std::uint16_t(std::min(float(weight) * factor + 0.5F, float(kWeightSteps)));
        }
    }
    buffer[0] = 0;
    return buffer;
}

float entropyBits(std::span<const std::uint16_t> row)
{
    const std::vector<float>& bits = entropyTable();
    float sum = 0.0F;
    for (const std::uint16_t weight : row)
        sum += bits[weight];
    return sum;
}

std::vector<std::uint8_t> cellTable(const ValueScale& scale)
{
    std::vector<std::uint8_t> cells(kSteps);
    for (std::size_t i = 0; i < kSteps; ++i)
        cells[i] = scale.cell(float(i) / float(kWeightSteps));
    return cells;
}

std::unique_ptr<MeanTables> meanTables(const ValueScale& scale)
{
    auto tables = std::make_unique<MeanTables>();
    tables->cellOf = cellTable(scale);
    // Cell 1 is "the low end or less", nearly always nothing; counted as the low end it would lift
    // the mean of a dark area to the floor of a logarithmic scale.
    for (int cell = 2; cell < 256; ++cell) {
        tables->valueOf[std::size_t(cell)] =
            std::uint16_t(std::lround(scale.value(float(cell - 1) / 254.0F) * kWeightSteps));
    }
    return tables;
}

} // namespace mixscope
