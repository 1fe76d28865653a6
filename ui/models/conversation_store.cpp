#include "ui/models/conversation_store.h"

#include "ui/models/conversation_rows.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QSqlDatabase>
#include <QSqlError>
#include <QSqlQuery>
#include <QStandardPaths>

#include <utility>

namespace mixscope {

namespace {

// SQLite's result codes that are told apart (sqlite.org/rescode.html).
constexpr int kCorrupt = 11, kFull = 13, kNotADatabase = 26, kBusy = 5, kLocked = 6;
constexpr int kBusyMs = 100; // how long a call waits for another program's lock
// After so many calls the log, a few MB then, is moved into the file; at the end of a message, when
// nobody writes and it can be moved whole, if it is large. Only then does it begin anew.
constexpr int kLogCalls = 500;
constexpr qint64 kLargeLog = 1 << 20; // bytes

/// Each row is one version of the schema; a file is brought from its version to the last.
const std::vector<std::vector<const char*>> kMigrations {
    {
        "CREATE TABLE conversations (id INTEGER PRIMARY KEY AUTOINCREMENT, title TEXT NOT NULL, "
        "model TEXT NOT NULL, folder TEXT NOT NULL, created INTEGER NOT NULL, changed INTEGER NOT "
        "NULL, sampling TEXT NOT NULL DEFAULT '', system TEXT NOT NULL DEFAULT '', removed INTEGER "
        "NOT NULL DEFAULT 0)",
        // `content` has the exact bytes; `folded` is what a search looks at.
        "CREATE TABLE messages (conversation INTEGER NOT NULL REFERENCES conversations (id) ON "
        "DELETE CASCADE, position INTEGER NOT NULL, role TEXT NOT NULL, content BLOB NOT NULL, ids "
        "BLOB NOT NULL, folded TEXT NOT NULL, PRIMARY KEY (conversation, position))",
        // What has come of a message since it was last written whole.
        "CREATE TABLE pieces (number INTEGER PRIMARY KEY, conversation INTEGER NOT NULL, position "
        "INTEGER NOT NULL, content BLOB NOT NULL, ids BLOB NOT NULL, FOREIGN KEY (conversation, "
        "position) REFERENCES messages (conversation, position) ON DELETE CASCADE)",
        "CREATE INDEX pieces_of ON pieces (conversation, position)",
    },
};

int codeOf(const QSqlError& error)
{
    return error.nativeErrorCode().toInt() & 0xff; // without the extension of the code
}

qint64 now()
{
    return QDateTime::currentMSecsSinceEpoch();
}

} // namespace

ConversationStore::ConversationStore(const QString& file, QObject* parent)
    : QObject(parent)
    , file_(file)
    , connection_(QStringLiteral("conversations-%1").arg(reinterpret_cast<quintptr>(this)))
{
    behind_.setMaxThreadCount(1);
    if (!file_.isEmpty()) QDir().mkpath(QFileInfo(file_).absolutePath());
    if (!file_.isEmpty() && openFile()) return;
    if (damaged_)
        recover();
    else
        openMemory();
}

ConversationStore::~ConversationStore()
{
    close();
}

QString ConversationStore::usualFile()
{
    return QStandardPaths::writableLocation(QStandardPaths::AppDataLocation)
        + "/conversations.sqlite";
}

QSqlDatabase ConversationStore::database() const
{
    return QSqlDatabase::database(connection_, false);
}

bool ConversationStore::openFile()
{
    damaged_ = false;
    {
        QSqlDatabase database = QSqlDatabase::addDatabase("QSQLITE", connection_);
        database.setConnectOptions(QStringLiteral("QSQLITE_BUSY_TIMEOUT=%1").arg(kBusyMs));
        database.setDatabaseName(file_);
        database.open(); // what is wrong with it shows in the first statement
    }
    onDisk_ = run("PRAGMA journal_mode = WAL") && run("PRAGMA synchronous = NORMAL")
        && run("PRAGMA wal_autocheckpoint = 0") && run("PRAGMA journal_size_limit = 1048576")
        && migrate();
    return onDisk_;
}

void ConversationStore::openMemory()
{
    close();
    if (!file_.isEmpty()) {
        say(tr("%1 cannot be opened").arg(file_),
            tr("What is said is not kept this time; the file stays as it is."));
    }
    {
        QSqlDatabase database = QSqlDatabase::addDatabase("QSQLITE", connection_);
        database.setDatabaseName(":memory:");
        database.open();
    }
    migrate();
}

void ConversationStore::close()
{
    onDisk_ = false;
    behind_.waitForDone();
    database().close();
    QSqlDatabase::removeDatabase(connection_);
}

bool ConversationStore::migrate()
{
    if (!run("PRAGMA foreign_keys = ON") || !run("PRAGMA secure_delete = ON")) return false;
    QSqlQuery version(database());
    if (!step(version, "PRAGMA user_version", {}) || !version.next()) return false;
    std::size_t at = version.value(0).toUInt();
    version.finish();
    if (at > kMigrations.size()) return false; // of a later version of the program
    for (; at < kMigrations.size(); ++at) {
        const bool done = transact([&] {
            for (const char* sql : kMigrations[at]) {
                if (!run(sql)) return false;
            }
            return run(qPrintable(QStringLiteral("PRAGMA user_version = %1").arg(at + 1)));
        });
        if (!done) return false;
    }
    return run("DELETE FROM conversations WHERE removed = 1");
}

/// The damaged file, and what belongs to it, under a name that no file has. Empty when that fails.
QString ConversationStore::setAside()
{
    close();
    QString aside;
    for (int i = 1; aside.isEmpty() || QFile::exists(aside); ++i)
        aside = QStringLiteral("%1.damaged-%2").arg(file_).arg(i);
    if (!QFile::rename(file_, aside)) return {};
    for (const char* part : {"-wal", "-shm"})
        QFile::rename(file_ + part, aside + part);
    return aside;
}

void ConversationStore::recover()
{
    const QString aside = setAside();
    if (aside.isEmpty() || !openFile()) {
        openMemory();
    } else {
        said_ = false;
        say(tr("%1 is damaged").arg(file_),
            tr("It is kept as %1, and a new one has begun.").arg(QFileInfo(aside).fileName()));
    }
    Q_EMIT restarted();
    Q_EMIT changed();
}

bool ConversationStore::run(const char* sql, const QVariantList& values)
{
    QSqlQuery query(database());
    return step(query, sql, values);
}

bool ConversationStore::step(QSqlQuery& query, const char* sql, const QVariantList& values)
{
    query.setForwardOnly(true);
    bool good = query.prepare(sql);
    for (const QVariant& value : values) {
        const bool nothing = value.typeId() == QMetaType::QString && value.toString().isNull();
        query.addBindValue(nothing ? QVariant("")
                                   : value); // a null string would be written as NULL
    }
    good = good && query.exec();
    if (!good) onFailure(query);
    if (onDisk_ && ++calls_ >= kLogCalls) emptyLog();
    return good;
}

/// The log goes into the file without holding up whoever writes on. Nothing is lost where it fails:
/// the log then grows until the next time, or until the file is closed.
void ConversationStore::emptyLog()
{
    calls_ = 0;
    behind_.start([file = file_, name = connection_ + "-log"] {
        {
            QSqlDatabase database = QSqlDatabase::addDatabase("QSQLITE", name);
            database.setDatabaseName(file);
            if (database.open()) QSqlQuery(database).exec("PRAGMA wal_checkpoint(PASSIVE)");
        }
        QSqlDatabase::removeDatabase(name);
    });
}

void ConversationStore::onFailure(const QSqlQuery& query)
{
    const int code = codeOf(query.lastError());
    const bool found = !damaged_ && (code == kCorrupt || code == kNotADatabase);
    damaged_ = damaged_ || found;
    if (!onDisk_) return; // openFile() and its callers say what becomes of it
    // Not now: whoever runs the statement still holds the connection.
    if (found) QMetaObject::invokeMethod(this, &ConversationStore::recover, Qt::QueuedConnection);
    if (damaged_) return;
    const QString why = code == kFull      ? tr("the disk is full")
        : code == kBusy || code == kLocked ? tr("another program has locked the file")
                                           : query.lastError().databaseText();
    say(tr("the conversation cannot be written: %1").arg(why),
        tr("It goes on, and is written as soon as that works again."));
}

/// Later, as whoever listens is not there yet while the file is opened; once until a write works.
void ConversationStore::say(const QString& what, const QString& hint)
{
    if (std::exchange(said_, true)) return;
    QMetaObject::invokeMethod(
        this, [this, what, hint] { Q_EMIT troubled(what, hint); }, Qt::QueuedConnection);
}

bool ConversationStore::transact(const std::function<bool()>& work)
{
    if (run("BEGIN IMMEDIATE") && work() && run("COMMIT")) {
        if (onDisk_) said_ = false;
        return true;
    }
    QSqlQuery(database()).exec("ROLLBACK");
    return false;
}

bool ConversationStore::touch(qint64 id)
{
    return run("UPDATE conversations SET changed = ? WHERE id = ?", {now(), id});
}

qint64 ConversationStore::begin(const QString& title, const QString& model, const QString& folder)
{
    qint64 id = 0;
    const bool good = transact([&] {
        QSqlQuery query(database());
        const bool added = step(query,
                                "INSERT INTO conversations (title, model, folder, created, "
                                "changed) VALUES (?, ?, ?, ?, ?)",
                                {titleOf(title), model, folder, now(), now()});
        id = query.lastInsertId().toLongLong();
        return added;
    });
    if (good) Q_EMIT changed();
    return good ? id : 0;
}

bool ConversationStore::describe(qint64 id, const Sampling& sampling, const QString& systemPrompt)
{
    return run("UPDATE conversations SET sampling = ?, system = ? WHERE id = ?",
               {textOf(sampling), systemPrompt, id});
}

bool ConversationStore::write(qint64 id, const std::vector<ChatMessage>& messages,
                              std::size_t first)
{
    const bool good = transact([&] {
        if (!run("DELETE FROM messages WHERE conversation = ? AND position >= ?",
                 {id, qulonglong(first)})) {
            return false;
        }
        for (std::size_t i = first; i < messages.size(); ++i) {
            const ChatMessage& message = messages[i];
            if (!run("INSERT INTO messages (conversation, position, role, content, ids, folded) "
                     "VALUES (?, ?, ?, ?, ?, ?)",
                     {id, qulonglong(i), QString::fromStdString(message.role),
                      blobOf(message.content), blobOf(message.ids),
                      foldedText(QString::fromStdString(message.content))})) {
                return false;
            }
        }
        return touch(id);
    });
    if (onDisk_ && QFileInfo(file_ + "-wal").size() > kLargeLog) emptyLog();
    if (good) Q_EMIT changed();
    return good;
}

bool ConversationStore::append(qint64 id, std::size_t message, std::string_view text,
                               const std::vector<TokenId>& ids)
{
    return run("INSERT INTO pieces (conversation, position, content, ids) VALUES (?, ?, ?, ?)",
               {id, qulonglong(message), blobOf(text), blobOf(ids)});
}

bool ConversationStore::rename(qint64 id, const QString& title)
{
    const QString line = titleOf(title);
    const bool good =
        !line.isEmpty() && run("UPDATE conversations SET title = ? WHERE id = ?", {line, id});
    if (good) Q_EMIT changed();
    return good;
}

bool ConversationStore::remove(qint64 id)
{
    const bool good = run("UPDATE conversations SET removed = 1 WHERE id = ?", {id});
    if (good) Q_EMIT changed();
    return good;
}

bool ConversationStore::undoRemove(qint64 id)
{
    const bool good = run("UPDATE conversations SET removed = 0 WHERE id = ?", {id});
    if (good) Q_EMIT changed();
    return good;
}

} // namespace mixscope
