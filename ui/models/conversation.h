#pragma once

#include "ui/engine_port.h"

#include <QObject>
#include <QString>

#include <cstdint>
#include <vector>

namespace mixscope {

/// The conversation as messages, and what a person does with it: send, stop, go on, ask again,
/// change what was said. The engine keeps what stays valid by itself. UI thread only.
class Conversation : public QObject {
    Q_OBJECT
public:
    explicit Conversation(EnginePort& engine, QObject* parent = nullptr);

    const std::vector<ChatMessage>& messages() const { return messages_; }
    bool empty() const { return messages_.empty(); }
    /// The reply that is under way, 0 when none is.
    std::uint64_t request() const { return request_; }
    /// A reply was asked for and has not ended.
    bool busy() const { return request_ != 0; }
    bool canContinue() const;
    bool canRegenerate() const;
    /// "user", "assistant", "system", "text"; empty for markup (-1) and unknown messages.
    QString roleOf(int message) const;

    /// Plain: the model knows no chat. All that is said is one text, which the model goes on with.
    void setPlain(bool plain) { plain_ = plain; }
    const Sampling& sampling() const { return sampling_; }
    void setSampling(const Sampling& sampling);
    QString systemPrompt() const { return systemPrompt_; }
    /// Used from the next new chat on, or at once when nothing has been said.
    void setSystemPrompt(const QString& text);

public Q_SLOTS:
    void send(const QString& text);
    void stop();
    /// Goes on with the last reply.
    void continueReply();
    /// Answers the last user message again, with the next seed.
    void regenerate();
    /// Replaces a user message, drops what came after it, and asks for a new reply.
    void edit(int message, const QString& text);
    void newChat();
    /// Forgets everything without a word to the engine: another model has been opened.
    void reset();
    /// Takes up a conversation that was held before; the next reply computes what it needs.
    void restore(std::vector<mixscope::ChatMessage> messages, const mixscope::Sampling& sampling,
                 const QString& systemPrompt);
    void finish(const mixscope::Finished& end);
    /// `written` is what had come of the message before; it stays.
    void fail(const mixscope::Failed& failure, const QString& written = {});

Q_SIGNALS:
    void changed(); ///< messages came, went or were replaced
    void busyChanged();
    void samplingChanged();
    void systemPromptChanged();
    void cleared(); ///< a new chat has begun

private:
    void ask(GenerateRequest::Mode mode);
    void end();

    EnginePort& engine_;
    std::vector<ChatMessage> messages_;
    Sampling sampling_;
    QString systemPrompt_;
    std::uint64_t request_ = 0; ///< 0: none
    std::uint64_t lastRequest_ = 0;
    bool plain_ = false;
    std::string before_; ///< text of a message that goes on, before it does
    std::vector<TokenId> idsBefore_;
};

} // namespace mixscope
