#include "ui/models/palette_model.h"

#include "ui/models/fuzzy.h"

#include <algorithm>
#include <utility>

namespace mixscope {

void PaletteModel::setEntries(std::vector<PaletteEntry> entries, Finder finder)
{
    entries_ = std::move(entries);
    finder_ = std::move(finder);
    setQuery({});
}

void PaletteModel::setQuery(const QString& query)
{
    std::vector<std::pair<int, const PaletteEntry*>> ranked;
    for (const PaletteEntry& entry : entries_) {
        const bool said = query.size() > 2 && entry.words.contains(query, Qt::CaseInsensitive);
        const int score = std::max(fuzzyScore(query, entry.text), said ? 0 : -1);
        if (score >= 0) ranked.emplace_back(score + (entry.enabled ? 1 : 0), &entry);
    }
    std::stable_sort(ranked.begin(), ranked.end(),
                     [](const auto& a, const auto& b) { return a.first > b.first; });
    beginResetModel();
    shown_.clear();
    for (const auto& [score, entry] : ranked)
        shown_.push_back(*entry);
    if (finder_ && !query.trimmed().isEmpty()) {
        std::vector<PaletteEntry> found = finder_(query.trimmed());
        // A number means a place; words that were found come after what is known by name.
        const bool number = query.trimmed().front().isDigit();
        shown_.insert(number ? shown_.begin() : shown_.end(),
                      std::make_move_iterator(found.begin()), std::make_move_iterator(found.end()));
    }
    if (shown_.size() > std::size_t(kMost)) shown_.resize(std::size_t(kMost));
    endResetModel();
}

int PaletteModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : int(shown_.size());
}

QVariant PaletteModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid() || index.row() >= rowCount()) return {};
    const PaletteEntry& entry = shown_[std::size_t(index.row())];
    switch (role) {
    case Qt::DisplayRole:
        return entry.text;
    case Qt::AccessibleTextRole:
        return entry.keys.isEmpty() ? entry.text : tr("%1, %2").arg(entry.text, entry.keys);
    case Group:
        return entry.group;
    case Keys:
        return entry.keys;
    default:
        return {};
    }
}

Qt::ItemFlags PaletteModel::flags(const QModelIndex& index) const
{
    if (!index.isValid()) return Qt::NoItemFlags;
    const bool enabled = shown_[std::size_t(index.row())].enabled;
    return Qt::ItemIsSelectable | (enabled ? Qt::ItemIsEnabled : Qt::NoItemFlags);
}

std::function<void()> PaletteModel::runOf(int row) const
{
    if (row < 0 || row >= rowCount() || !shown_[std::size_t(row)].enabled) return {};
    return shown_[std::size_t(row)].run;
}

} // namespace mixscope
