#pragma once

#include <QObject>
#include <QString>
#include <QStringList>

namespace mixscope {

class Settings;

/// The folders of the models that were opened last, newest first, kept with the settings. UI
/// thread only.
class RecentModels : public QObject {
    Q_OBJECT
public:
    static constexpr int kMost = 8;

    explicit RecentModels(Settings& settings, QObject* parent = nullptr);

    QStringList folders() const;
    void add(const QString& folder);
    void remove(const QString& folder);

private:
    Settings& settings_;
};

/// The folder of a model: the path itself, or the folder a file of the model lies in. Empty when
/// there is nothing at the path.
QString modelFolderOf(const QString& path);
/// Whether something that could be a model lies in the folder.
bool hasModel(const QString& folder);

} // namespace mixscope
