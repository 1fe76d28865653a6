#include "ui/models/conversation.h"

#include <utility>

namespace mixscope {

namespace {
constexpr const char* kText = "text"; // the role of what a model without a chat goes on with
}

Conversation::Conversation(EnginePort& engine, QObject* parent)
    : QObject(parent)
    , engine_(engine)
{
}

bool Conversation::canContinue() const
{
    return !busy() && !messages_.empty() && (messages_.back().role == "assistant" || messages_.back().role == kText);
}

bool Conversation::canRegenerate() const
{
    for (const ChatMessage& message : messages_) {
        if (message.role == "user" || (message.role == kText && !before_.empty())) return true;
    }
    return false;
}

QString Conversation::roleOf(int message) const
{
    if (message < 0 || message >= int(messages_.size())) return {};
    return QString::fromStdString(messages_[std::size_t(message)].role);
}

void Conversation::setSampling(const Sampling& sampling)
{
    sampling_ = sampling;
    Q_EMIT samplingChanged();
}

void Conversation::setSystemPrompt(const QString& text)
{
    if (std::exchange(systemPrompt_, text) != text) Q_EMIT systemPromptChanged();
}

void Conversation::send(const QString& text)
{
    if (busy() || text.trimmed().isEmpty()) return;
    if (plain_) {
        std::string whole; // of another model's conversation: what was said, one after the other
        for (const ChatMessage& message : messages_)
            whole += message.role == kText ? message.content : message.content + '\n';
        messages_ = {{kText, whole + text.toStdString(), {}}};
        return ask(GenerateRequest::Mode::plain);
    }
    for (ChatMessage& message : messages_) {
        if (message.role == kText) message.role = "user"; // begun with a model that knows no chat
    }
    if (messages_.empty() && !systemPrompt_.isEmpty()) {
        messages_.push_back({"system", systemPrompt_.toStdString(), {}});
    }
    messages_.push_back({"user", text.toStdString(), {}});
    ask(GenerateRequest::Mode::reply);
}

void Conversation::stop()
{
    if (busy()) engine_.stop();
}

void Conversation::continueReply()
{
    if (canContinue())
        ask(plain_ ? GenerateRequest::Mode::plain : GenerateRequest::Mode::continue_reply);
}

void Conversation::regenerate()
{
    if (!canRegenerate()) return;
    stop();
    ++sampling_.seed;
    Q_EMIT samplingChanged();
    if (messages_.back().role == kText) {
        messages_.back() = {kText, before_, {}};
        return ask(GenerateRequest::Mode::plain);
    }
    while (messages_.back().role != "user")
        messages_.pop_back();
    ask(GenerateRequest::Mode::reply);
}

void Conversation::edit(int message, const QString& text)
{
    if (roleOf(message) != "user" || text.trimmed().isEmpty()) return;
    stop();
    messages_.resize(std::size_t(message) + 1);
    messages_.back() = {"user", text.toStdString(), {}};
    ask(GenerateRequest::Mode::reply);
}

void Conversation::newChat()
{
    stop();
    reset();
}

void Conversation::reset()
{
    messages_.clear();
    end();
    Q_EMIT changed();
    Q_EMIT cleared();
}

void Conversation::restore(std::vector<ChatMessage> messages, const Sampling& sampling,
                           const QString& systemPrompt)
{
    newChat();
    messages_ = std::move(messages);
    setSystemPrompt(systemPrompt);
    setSampling(sampling);
    Q_EMIT changed();
}

void Conversation::finish(const Finished& finished)
{
    if (finished.request != request_ || messages_.empty()) return; // of a reply since given up
    ChatMessage& reply = messages_.back();
    reply.content = before_ + finished.text;
    reply.ids = std::exchange(idsBefore_, {});
    reply.ids.insert(reply.ids.end(), finished.ids.begin(), finished.ids.end());
    if (reply.role == kText) reply.ids.clear(); // they are not those of the whole text
    if (reply.content.empty()) messages_.pop_back();
    end();
    Q_EMIT changed();
}

void Conversation::fail(const Failed& failure, const QString& written)
{
    if (failure.request == 0 || failure.request != request_) return;
    if (!messages_.empty() && messages_.back().role != "user") {
        ChatMessage& reply = messages_.back();
        const std::string text = written.toStdString();
        if (text.size() > reply.content.size()) {
            reply.content = text;
            reply.ids.clear(); // the exact tokens are not known
        }
        if (reply.content.empty()) messages_.pop_back();
    }
    end();
    Q_EMIT changed();
}

void Conversation::ask(GenerateRequest::Mode mode)
{
    GenerateRequest request;
    request.id = ++lastRequest_;
    request.mode = mode;
    request.messages = messages_;
    request.sampling = sampling_;
    if (mode != GenerateRequest::Mode::reply) {
        before_ = messages_.back().content;
        idsBefore_ = messages_.back().ids;
    } else {
        before_.clear();
        idsBefore_.clear();
        messages_.push_back({"assistant", {}, {}});
    }
    request_ = request.id;
    engine_.generate(std::move(request));
    Q_EMIT changed();
    Q_EMIT busyChanged();
}

void Conversation::end()
{
    if (std::exchange(request_, 0) != 0) Q_EMIT busyChanged();
}

} // namespace mixscope
