#pragma once

#include <QHash>
#include <QObject>
#include <QString>
#include <QTimer>
#include <QVariant>

#include <memory>
#include <optional>
#include <vector>

class QSettings;

namespace mixscope {

/// One value that a setting may have, and what it is called on screen.
struct SettingChoice {
    const char* value;
    const char* label;
};

/// A row of the table of settings: everything that the program and its settings window know of it.
/// Words are English source text; show them through Settings::say().
struct SettingInfo {
    enum class Kind {
        choice, ///< QString, one of `choices`
        number, ///< int in [low, high]
        flag, ///< bool
        text, ///< QString, one line
    };
    const char* id;
    const char* group;
    const char* title;
    const char* help; ///< one or two sentences
    const char* words; ///< further words to find it by
    Kind kind;
    QVariant fallback; ///< the value until somebody sets another
    int low = 0, high = 0, step = 1;
    const char* unit = ""; ///< written behind a number
    std::vector<SettingChoice> choices = {};
};

/// What a person set, kept in one file between starts, and what the program notes for itself
/// (window, recent models, where the tour was left). A value that the file cannot have meant reads
/// as the fallback; a file that cannot be written costs nothing but one sentence. UI thread only.
class Settings : public QObject {
    Q_OBJECT
public:
    /// Reads the file if there is one. Empty: nothing outlives this object.
    explicit Settings(const QString& file = {}, QObject* parent = nullptr);
    ~Settings() override;

    static const std::vector<SettingInfo>& table();
    static const SettingInfo* find(const QString& id); ///< nullptr: no such setting
    static QString say(const char* text); ///< a word of the table in the language of the screen
    /// Whether a row has all words of a search in its title, help, group, words or choices.
    static bool matches(const SettingInfo& info, const QString& search);
    /// Where the file belongs: the user's configuration folder, as XDG_CONFIG_HOME says.
    static QString usualFile();

    QString file() const { return file_; }
    QVariant value(const QString& id) const;
    bool changedByUser(const QString& id) const; ///< set, and not to the fallback
    /// Values out of bounds and unknown ids change nothing.
    void set(const QString& id, const QVariant& value);
    void reset(const QString& id);
    /// Counts for this start only and is not kept; ends when the setting is set or reset.
    void overrule(const QString& id, const QVariant& value);

    /// Notes of the program itself; a null QVariant when there is none.
    QVariant note(const QString& key) const;
    void setNote(const QString& key, const QVariant& value);

    /// Writes now what else is written a moment after each change.
    void save();

Q_SIGNALS:
    void changed(const QString& id);
    /// The file cannot be read or written: what happened and what becomes of the settings.
    void troubled(const QString& what, const QString& hint);

private:
    QVariant stored(const QString& key) const;
    void store(const QString& key, const QVariant& value);
    void setAside();

    QString file_;
    std::unique_ptr<QSettings> disk_; ///< null: in memory only
    QHash<QString, QVariant> memory_; ///< what was set while this runs; a null one: reset
    QHash<QString, QVariant> overruled_;
    QTimer soon_;
    bool said_ = false; ///< trouble is told once
};

} // namespace mixscope
