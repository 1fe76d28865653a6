#pragma once

#include "engine/chat_template.h"
#include "engine/generation_config.h"

#include <QDateTime>
#include <QObject>
#include <QString>
#include <QThreadPool>
#include <QVariant>

#include <functional>
#include <optional>
#include <set>
#include <string_view>
#include <vector>

class QSqlDatabase;
class QSqlQuery;

namespace mixscope {

/// What a list of conversations shows of one.
struct ConversationHeader {
    qint64 id = 0;
    QString title;
    QString model; ///< name of the model it was held with
    QString folder; ///< where that model lay
    QDateTime created, changed;
    int messages = 0;
};

/// A conversation as it was held.
struct StoredConversation {
    ConversationHeader header;
    Sampling sampling;
    QString systemPrompt;
    std::vector<ChatMessage> messages;
};

/// Conversations in an SQLite file. What is written is there after a crash of the program: each
/// call is one transaction in a write-ahead log. The log is not forced to the disk each time
/// (synchronous = normal), so a power failure may cost the newest calls, never the file. Moving the
/// log into the file, which waits for the disk, is done on a thread of its own.
///
/// Expected failures are told by troubled(), once until something works again: a damaged file is
/// kept aside and a new one begun; where none can be used, conversations are kept in memory.
/// Writing returns false and changes nothing when it fails. UI thread only.
class ConversationStore : public QObject {
    Q_OBJECT
public:
    /// Opens or creates the file. Empty: in memory.
    explicit ConversationStore(const QString& file = {}, QObject* parent = nullptr);
    ~ConversationStore() override;

    /// Where the file belongs: the user's data folder, as XDG_DATA_HOME says.
    static QString usualFile();
    /// Whether what is written outlives the program.
    bool onDisk() const { return onDisk_; }

    /// Newest first; with a search, those that have its text in their title or a message.
    std::vector<ConversationHeader> list(const QString& search = {});
    /// nullopt when there is none of that id.
    std::optional<StoredConversation> load(qint64 id);

    /// A new, empty conversation; 0 when it cannot be written.
    qint64 begin(const QString& title, const QString& model, const QString& folder);
    bool describe(qint64 id, const Sampling& sampling, const QString& systemPrompt);
    /// Makes the messages from `first` on those of `messages`, in one transaction; what was
    /// appended to them before is part of them now.
    bool write(qint64 id, const std::vector<ChatMessage>& messages, std::size_t first);
    /// What has come of a message that is still being written: costs as much as the addition.
    bool append(qint64 id, std::size_t message, std::string_view text,
                const std::vector<TokenId>& ids);
    bool rename(qint64 id, const QString& title);
    /// Puts a conversation in the bin, from where undo takes it. The next start empties the bin.
    bool remove(qint64 id);
    bool undoRemove(qint64 id);

Q_SIGNALS:
    void changed(); ///< a list would be another now
    void troubled(const QString& what, const QString& hint);
    /// The file was damaged and a new one has begun: no id counts any more.
    void restarted();

private:
    bool openFile();
    void openMemory();
    void close();
    bool migrate();
    QString setAside();
    void recover();
    QSqlDatabase database() const;
    bool run(const char* sql, const QVariantList& values = {});
    bool step(QSqlQuery& query, const char* sql, const QVariantList& values);
    bool transact(const std::function<bool()>& work);
    bool touch(qint64 id);
    void emptyLog();
    void onFailure(const QSqlQuery& query);
    void say(const QString& what, const QString& hint);
    std::set<qint64> thoseSaying(const QString& folded);
    void addPieces(qint64 id, int position, ChatMessage& message);

    QString file_, connection_;
    QThreadPool behind_; ///< one thread, for what waits for the disk
    int calls_ = 0; ///< since the log was emptied
    bool onDisk_ = false;
    bool damaged_ = false;
    bool said_ = false;
};

} // namespace mixscope
