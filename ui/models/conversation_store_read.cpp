#include "ui/models/conversation_rows.h"
#include "ui/models/conversation_store.h"

#include <QSqlDatabase>
#include <QSqlQuery>

#include <algorithm>
#include <set>

namespace mixscope {

namespace {

ConversationHeader headerOf(const QSqlQuery& row)
{
    ConversationHeader header;
    header.id = row.value(0).toLongLong();
    header.title = row.value(1).toString();
    header.model = row.value(2).toString();
    header.folder = row.value(3).toString();
    header.created = QDateTime::fromMSecsSinceEpoch(row.value(4).toLongLong());
    header.changed = QDateTime::fromMSecsSinceEpoch(row.value(5).toLongLong());
    header.messages = row.value(6).toInt();
    return header;
}

} // namespace

std::vector<ConversationHeader> ConversationStore::list(const QString& search)
{
    std::vector<ConversationHeader> found;
    QSqlQuery query(database());
    if (!step(query,
              "SELECT id, title, model, folder, created, changed, (SELECT count(*) FROM messages "
              "WHERE conversation = id) FROM conversations WHERE removed = 0 ORDER BY changed "
              "DESC, id DESC",
              {})) {
        return {};
    }
    while (query.next())
        found.push_back(headerOf(query));
    const QString folded = foldedText(search.trimmed());
    if (folded.isEmpty()) return found;
    const std::set<qint64> saying = thoseSaying(folded);
    const auto lacks = [&](const ConversationHeader& header) {
        return saying.count(header.id) == 0 && !foldedText(header.title).contains(folded);
    };
    found.erase(std::remove_if(found.begin(), found.end(), lacks), found.end());
    return found;
}

/// The conversations in which a message has this text, those included whose end was never written.
std::set<qint64> ConversationStore::thoseSaying(const QString& folded)
{
    std::set<qint64> found;
    QSqlQuery query(database());
    if (!step(query, "SELECT DISTINCT conversation FROM messages WHERE instr(folded, ?) > 0",
              {folded})) {
        return found;
    }
    while (query.next())
        found.insert(query.value(0).toLongLong());
    query.finish();
    if (!step(query, "SELECT DISTINCT conversation, position FROM pieces", {})) return found;
    while (query.next()) {
        const qint64 id = query.value(0).toLongLong();
        ChatMessage rest;
        addPieces(id, query.value(1).toInt(), rest);
        if (foldedText(QString::fromStdString(rest.content)).contains(folded)) found.insert(id);
    }
    return found;
}

void ConversationStore::addPieces(qint64 id, int position, ChatMessage& message)
{
    QSqlQuery query(database());
    if (!step(query,
              "SELECT content, ids FROM pieces WHERE conversation = ? AND position = ? ORDER BY "
              "number",
              {id, position})) {
        return;
    }
    while (query.next()) {
        message.content += query.value(0).toByteArray().toStdString();
        const std::vector<TokenId> ids = idsOf(query.value(1).toByteArray());
        message.ids.insert(message.ids.end(), ids.begin(), ids.end());
    }
}

std::optional<StoredConversation> ConversationStore::load(qint64 id)
{
    StoredConversation whole;
    QSqlQuery query(database());
    if (!step(query,
              "SELECT id, title, model, folder, created, changed, 0, sampling, system FROM "
              "conversations WHERE id = ? AND removed = 0",
              {id})
        || !query.next()) {
        return std::nullopt;
    }
    whole.header = headerOf(query);
    whole.sampling = samplingOf(query.value(7).toString());
    whole.systemPrompt = query.value(8).toString();
    query.finish();
    if (!step(query,
              "SELECT role, content, ids, position FROM messages WHERE conversation = ? ORDER BY "
              "position",
              {id})) {
        return std::nullopt;
    }
    while (query.next()) {
        ChatMessage message {query.value(0).toString().toStdString(),
                             query.value(1).toByteArray().toStdString(),
                             idsOf(query.value(2).toByteArray())};
        addPieces(id, query.value(3).toInt(), message);
        // A reply that ended before its first token has left nothing to show.
        if (!message.content.empty()) whole.messages.push_back(std::move(message));
    }
    whole.header.messages = int(whole.messages.size());
    return whole;
}

} // namespace mixscope
