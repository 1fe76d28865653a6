#include "ui/models/recent_models.h"

#include "ui/models/settings.h"

#include <QDir>
#include <QFileInfo>

namespace mixscope {

namespace {
constexpr const char* kNote = "models/recent";
}

RecentModels::RecentModels(Settings& settings, QObject* parent)
    : QObject(parent)
    , settings_(settings)
{
}

QStringList RecentModels::folders() const
{
    QStringList kept = settings_.note(kNote).toStringList();
    kept.removeAll({});
    return kept.mid(0, kMost);
}

void RecentModels::add(const QString& folder)
{
    QStringList kept = folders();
    const QString path = QDir::cleanPath(QFileInfo(folder).absoluteFilePath());
    kept.removeAll(path);
    kept.prepend(path);
    settings_.setNote(kNote, kept.mid(0, kMost));
}

void RecentModels::remove(const QString& folder)
{
    QStringList kept = folders();
    kept.removeAll(folder);
    settings_.setNote(kNote, kept);
}

QString modelFolderOf(const QString& path)
{
    if (path.isEmpty()) return {};
    const QFileInfo info(path);
    if (info.isDir()) return path;
    return info.isFile() ? info.absolutePath() : QString();
}

bool hasModel(const QString& folder)
{
    return QFileInfo::exists(folder + "/config.json");
}

} // namespace mixscope
