#include "ui/models/conversation_recorder.h"

#include "ui/frame_poller.h"
#include "ui/models/conversation.h"
#include "ui/models/conversation_store.h"
#include "ui/models/run_store.h"

#include <algorithm>
#include <utility>

namespace mixscope {

namespace {

constexpr qint64 kRetryMs = 3000;
constexpr qsizetype kTitle = 48; // characters of the first message that name a conversation

/// The first words of a text.
QString titleFrom(const QString& text)
{
    const QString line = text.simplified();
    if (line.size() <= kTitle) return line;
    const qsizetype space = line.lastIndexOf(' ', kTitle);
    return line.left(space > kTitle / 2 ? space : kTitle) + QChar(0x2026);
}

bool same(const ChatMessage& a, const ChatMessage& b)
{
    return a.role == b.role && a.content == b.content && a.ids == b.ids;
}

} // namespace

ConversationRecorder::ConversationRecorder(Conversation& conversation, RunStore& run,
                                           FramePoller& poller, ConversationStore& store,
                                           QObject* parent)
    : QObject(parent)
    , conversation_(conversation)
    , run_(run)
    , store_(store)
{
    connect(&conversation_, &Conversation::changed, this, &ConversationRecorder::onChanged);
    connect(&conversation_, &Conversation::cleared, this, &ConversationRecorder::forget);
    connect(&conversation_, &Conversation::samplingChanged, this,
            [this] { behind_ = behind_ || (id_ != 0 && !opening_); });
    connect(&poller, &FramePoller::promptReady, this, &ConversationRecorder::take);
    connect(&poller, &FramePoller::frame, this, &ConversationRecorder::tick);
    connect(&store_, &ConversationStore::restarted, this, &ConversationRecorder::onRestarted);
}

void ConversationRecorder::setEnabled(bool enabled)
{
    if (std::exchange(enabled_, enabled) == enabled) return;
    if (!enabled) forget(); // what is written of it stays; what follows is not kept
    behind_ = enabled;
}

void ConversationRecorder::onChanged()
{
    if (opening_) return;
    first_ = next_ = -1;
    behind_ = true;
    if (!failed_.isValid()) write(); // else the next tick that may try again
}

void ConversationRecorder::onRestarted()
{
    const int first = first_;
    forget();
    first_ = next_ = first;
    behind_ = true;
}

void ConversationRecorder::forget()
{
    id_ = 0;
    written_.clear();
    first_ = next_ = -1;
    behind_ = false;
    Q_EMIT currentChanged();
}

bool ConversationRecorder::open(qint64 id)
{
    std::optional<StoredConversation> stored = store_.load(id);
    if (!stored) return false;
    opening_ = true;
    conversation_.restore(stored->messages, stored->sampling, stored->systemPrompt);
    opening_ = false;
    id_ = id;
    written_ = std::move(stored->messages);
    behind_ = false;
    Q_EMIT currentChanged();
    const ModelInfo* model = run_.model();
    if (model != nullptr && stored->header.model != QString::fromStdString(model->name))
        Q_EMIT openedOther(stored->header.model);
    return true;
}

void ConversationRecorder::take(const PromptReady& prompt)
{
    if (prompt.request == conversation_.request()) first_ = next_ = prompt.prompt_tokens;
}

void ConversationRecorder::tick()
{
    if (failed_.isValid() && failed_.elapsed() < kRetryMs) return;
    if (behind_) write();
    if (!behind_ && next_ >= 0) append();
}

bool ConversationRecorder::succeeded(bool good)
{
    if (good)
        failed_.invalidate();
    else
        failed_.start();
    return good;
}

bool ConversationRecorder::begin()
{
    const ModelInfo* model = run_.model();
    const auto first =
        std::find_if(conversation_.messages().begin(), conversation_.messages().end(),
                     [](const ChatMessage& message) { return message.role != "system"; });
    if (model == nullptr || first == conversation_.messages().end()) return false;
    id_ = store_.begin(titleFrom(QString::fromStdString(first->content)),
                       QString::fromStdString(model->name), QString::fromStdString(model->path));
    if (id_ != 0) Q_EMIT currentChanged();
    return id_ != 0;
}

void ConversationRecorder::write()
{
    const std::vector<ChatMessage>& messages = conversation_.messages();
    if (!enabled_ || messages.empty()) return; // an empty one has been left, not emptied
    if (id_ == 0 && !succeeded(begin())) return;
    const auto differ =
        std::mismatch(written_.begin(), written_.end(), messages.begin(), messages.end(), same);
    const auto first = std::size_t(differ.first - written_.begin());
    const bool news = first < std::max(written_.size(), messages.size());
    if (!succeeded(
            (!news || store_.write(id_, messages, first))
            && store_.describe(id_, conversation_.sampling(), conversation_.systemPrompt()))) {
        return;
    }
    written_ = messages;
    behind_ = false;
}

/// What the model has written since the last tick. Whole messages replace it when the reply ends.
void ConversationRecorder::append()
{
    if (run_.tokens() <= next_) return; // the prompt is still being read
    std::string text;
    std::vector<TokenId> ids;
    // A vocabulary writes a space before the first word, which is not a part of the message.
    bool begins = next_ == first_ && written_.back().content.empty();
    for (int i = next_; i < run_.tokens(); ++i) {
        const TokenInfo& token = run_.token(i);
        if (token.special) continue;
        text.append(token.text, begins && token.text.starts_with(' ') ? 1 : 0);
        ids.push_back(token.id);
        begins = begins && token.text.empty();
    }
    if (ids.empty() || succeeded(store_.append(id_, written_.size() - 1, text, ids)))
        next_ = run_.tokens();
}

} // namespace mixscope
