#include "ui/models/settings.h"

#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QSettings>
#include <QStandardPaths>

#include <algorithm>
#include <cmath>

namespace mixscope {

namespace {

constexpr int kSoonMs = 300; // a value that is dragged is written once
constexpr int kLongestText = 4000;

/// The value in the setting's own type; nothing when it cannot be one.
std::optional<QVariant> valid(const SettingInfo& info, const QVariant& value)
{
    using Kind = SettingInfo::Kind;
    switch (info.kind) {
    case Kind::choice: {
        const QString word = value.toString();
        for (const SettingChoice& choice : info.choices) {
            if (word == QLatin1String(choice.value)) return word;
        }
        return std::nullopt;
    }
    case Kind::number: {
        bool good = false;
        const double number = value.toDouble(&good);
        if (!good || !std::isfinite(number) || number < info.low || number > info.high)
            return std::nullopt;
        return int(std::lround(number));
    }
    case Kind::flag: {
        const QString word = value.toString();
        if (word == "true") return true;
        return word == "false" ? std::optional<QVariant>(false) : std::nullopt;
    }
    case Kind::text: {
        const QString text = value.toString();
        const bool line = std::all_of(text.begin(), text.end(),
                                      [](QChar c) { return c >= u' ' && c != QChar(0x7f); });
        return line && text.size() <= kLongestText ? std::optional<QVariant>(text) : std::nullopt;
    }
    }
    return std::nullopt;
}

QString keyOf(const QString& id)
{
    return "settings/" + id;
}
QString keyOfNote(const QString& key)
{
    return "notes/" + key;
}

} // namespace

Settings::Settings(const QString& file, QObject* parent)
    : QObject(parent)
    , file_(file)
{
    soon_.setSingleShot(true);
    soon_.setInterval(kSoonMs);
    connect(&soon_, &QTimer::timeout, this, &Settings::save);
    if (file_.isEmpty()) return;
    QDir().mkpath(QFileInfo(file_).absolutePath());
    disk_ = std::make_unique<QSettings>(file_, QSettings::IniFormat);
    if (disk_->status() != QSettings::FormatError) return;
    disk_.reset();
    setAside();
    disk_ = std::make_unique<QSettings>(file_, QSettings::IniFormat);
}

Settings::~Settings()
{
    if (soon_.isActive()) save();
}

/// A file in which something cannot be read is kept under another name before one is written anew.
void Settings::setAside()
{
    const QString aside = file_ + ".damaged";
    QFile::remove(aside);
    if (!QFile::rename(file_, aside)) return;
    // Whoever listens is only there when the constructor is done.
    QMetaObject::invokeMethod(
        this,
        [this, aside] {
            Q_EMIT troubled(tr("the settings could not be read"),
                            tr("They start anew; the old file is kept as %1.").arg(aside));
        },
        Qt::QueuedConnection);
}

QString Settings::usualFile()
{
    return QStandardPaths::writableLocation(QStandardPaths::AppConfigLocation) + "/mixscope.ini";
}

const SettingInfo* Settings::find(const QString& id)
{
    for (const SettingInfo& info : table()) {
        if (id == QLatin1String(info.id)) return &info;
    }
    return nullptr;
}

QString Settings::say(const char* text)
{
    return QCoreApplication::translate("Settings", text);
}

bool Settings::matches(const SettingInfo& info, const QString& search)
{
    QStringList all {say(info.group), say(info.title), say(info.help), say(info.words)};
    for (const SettingChoice& choice : info.choices)
        all << say(choice.label);
    const QString text = all.join('\n');
    for (const QString& word : search.split(' ', Qt::SkipEmptyParts)) {
        if (!text.contains(word, Qt::CaseInsensitive)) return false;
    }
    return true;
}

QVariant Settings::stored(const QString& key) const
{
    if (const auto found = memory_.find(key); found != memory_.end()) return *found;
    return disk_ ? disk_->value(key) : QVariant();
}

void Settings::store(const QString& key, const QVariant& value)
{
    memory_[key] = value;
    if (!disk_) return;
    if (value.isValid())
        disk_->setValue(key, value);
    else
        disk_->remove(key);
    soon_.start();
}

QVariant Settings::value(const QString& id) const
{
    const SettingInfo* info = find(id);
    if (info == nullptr) return {};
    if (const auto found = overruled_.find(id); found != overruled_.end()) return *found;
    return valid(*info, stored(keyOf(id))).value_or(info->fallback);
}

bool Settings::changedByUser(const QString& id) const
{
    const SettingInfo* info = find(id);
    return info != nullptr
        && valid(*info, stored(keyOf(id))).value_or(info->fallback) != info->fallback;
}

void Settings::set(const QString& id, const QVariant& value)
{
    const SettingInfo* info = find(id);
    const std::optional<QVariant> good = info ? valid(*info, value) : std::nullopt;
    if (!good || *good == this->value(id)) return;
    overruled_.remove(id);
    store(keyOf(id), *good);
    Q_EMIT changed(id);
}

void Settings::reset(const QString& id)
{
    if (find(id) == nullptr) return;
    overruled_.remove(id);
    store(keyOf(id), {});
    Q_EMIT changed(id);
}

void Settings::overrule(const QString& id, const QVariant& value)
{
    const SettingInfo* info = find(id);
    const std::optional<QVariant> good = info ? valid(*info, value) : std::nullopt;
    if (!good) return;
    overruled_[id] = *good;
    Q_EMIT changed(id);
}

QVariant Settings::note(const QString& key) const
{
    return stored(keyOfNote(key));
}

void Settings::setNote(const QString& key, const QVariant& value)
{
    if (note(key) != value) store(keyOfNote(key), value);
}

void Settings::save()
{
    soon_.stop();
    if (!disk_) return;
    disk_->sync();
    if (disk_->status() == QSettings::NoError || std::exchange(said_, true)) return;
    Q_EMIT troubled(tr("%1 cannot be written").arg(file_),
                    tr("Your settings count until you quit, but are not kept."));
}

} // namespace mixscope
