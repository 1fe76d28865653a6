#pragma once

#include <QAbstractListModel>
#include <QString>

#include <functional>
#include <vector>

namespace mixscope {

/// Something that can be found by name and done.
struct PaletteEntry {
    QString text; ///< "Layer 3 attention"
    QString group; ///< what it is: "command", "layer", "token"
    QString keys = {}; ///< "Ctrl+K"
    bool enabled = true; ///< can be done now
    std::function<void()> run;
    QString words = {}; ///< further words to find it by
};

/// What the palette lists: entries known by name, best match first, and those that a finder makes
/// of what was typed. UI thread only.
class PaletteModel : public QAbstractListModel {
    Q_OBJECT
public:
    enum Role { Group = Qt::UserRole, Keys };
    using Finder = std::function<std::vector<PaletteEntry>(const QString& query)>;
    static constexpr int kMost = 60; ///< rows

    using QAbstractListModel::QAbstractListModel;

    void setEntries(std::vector<PaletteEntry> entries, Finder finder);
    void setQuery(const QString& query);
    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    Qt::ItemFlags flags(const QModelIndex& index) const override;
    /// What a row does; nothing when it cannot be done now.
    std::function<void()> runOf(int row) const;

private:
    std::vector<PaletteEntry> entries_, shown_;
    Finder finder_;
};

} // namespace mixscope
