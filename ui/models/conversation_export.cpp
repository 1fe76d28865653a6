#include "ui/models/conversation_export.h"

#include "ui/models/conversation_rows.h"

#include <QCoreApplication>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QSaveFile>

namespace mixscope {

namespace {

QString say(const char* text)
{
    return QCoreApplication::translate("Conversations", text);
}

QString speaker(const ChatMessage& message, const QString& model)
{
    if (message.role == "user") return say("You");
    if (message.role == "system") return say("System");
    return message.role == "text" ? say("Text") : model;
}

QJsonObject jsonOf(const ChatMessage& message)
{
    const QString text = QString::fromStdString(message.content);
    QJsonObject json {{"role", QString::fromStdString(message.role)}, {"content", text}};
    const QByteArray exact = blobOf(message.content);
    if (text.toUtf8() != exact) json["content_base64"] = QString::fromLatin1(exact.toBase64());
    if (message.ids.empty()) return json;
    QJsonArray ids;
    for (const TokenId id : message.ids)
        ids.append(id);
    json["ids"] = ids;
    return json;
}

} // namespace

QByteArray markdownOf(const StoredConversation& conversation)
{
    const ConversationHeader& header = conversation.header;
    QString text =
        QStringLiteral("# %1\n\n*%2 · %3*\n")
            .arg(header.title, header.model, header.created.toString("yyyy-MM-dd HH:mm"));
    for (const ChatMessage& message : conversation.messages) {
        text += QStringLiteral("\n## %1\n\n").arg(speaker(message, header.model));
        text += QString::fromStdString(message.content).remove(QChar(0)) + '\n';
    }
    return text.toUtf8();
}

QByteArray jsonOf(const StoredConversation& conversation)
{
    const ConversationHeader& header = conversation.header;
    QJsonArray messages;
    for (const ChatMessage& message : conversation.messages)
        messages.append(jsonOf(message));
    const QJsonObject json {
        {"format", "mixscope-conversation"},
        {"version", 1},
        {"title", header.title},
        {"model", header.model},
        {"created", header.created.toUTC().toString(Qt::ISODateWithMs)},
        {"changed", header.changed.toUTC().toString(Qt::ISODateWithMs)},
        {"sampling", QJsonDocument::fromJson(textOf(conversation.sampling).toUtf8()).object()},
        {"system_prompt", conversation.systemPrompt},
        {"messages", messages},
    };
    return QJsonDocument(json).toJson();
}

Result<void> exportConversation(const StoredConversation& conversation, const QString& path)
{
    const QString ending = QFileInfo(path).suffix().toLower();
    if (ending != "md" && ending != "json") {
        return Error {ErrorCode::bad_argument,
                      say("a conversation is not written as .%1").arg(ending).toStdString(),
                      say("Choose a name that ends in .md or .json.").toStdString()};
    }
    QSaveFile file(path);
    const QByteArray bytes = ending == "md" ? markdownOf(conversation) : jsonOf(conversation);
    if (file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size() && file.commit())
        return {};
    return Error {ErrorCode::io,
                  say("%1 cannot be written: %2").arg(path, file.errorString()).toStdString(),
                  say("Choose another folder.").toStdString()};
}

} // namespace mixscope
