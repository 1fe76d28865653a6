#pragma once

#include "engine/chat_template.h"
#include "engine/events.h"

#include <QElapsedTimer>
#include <QObject>

#include <vector>

namespace mixscope {

class Conversation;
class ConversationStore;
class FramePoller;
class RunStore;

/// Writes the conversation of the window into the store: whole messages when they come or go, and
/// with every tick what the model has written since the last one. When writing fails it is tried
/// again every few seconds, with all that has come meanwhile. UI thread only.
class ConversationRecorder : public QObject {
    Q_OBJECT
public:
    ConversationRecorder(Conversation& conversation, RunStore& run, FramePoller& poller,
                         ConversationStore& store, QObject* parent = nullptr);

    /// Off: the present conversation and those to come are not written.
    void setEnabled(bool enabled);
    /// The stored conversation that the window shows; 0: none yet.
    qint64 current() const { return id_; }
    /// Takes a stored conversation into the window. Emits openedOther() when another model held it.
    bool open(qint64 id);

Q_SIGNALS:
    void currentChanged();
    void openedOther(const QString& model); ///< its name

private:
    void onChanged();
    void onRestarted();
    void take(const PromptReady& prompt);
    void tick();
    void write();
    void append();
    void forget();
    bool begin();
    bool succeeded(bool good);

    Conversation& conversation_;
    RunStore& run_;
    ConversationStore& store_;
    bool enabled_ = true;
    bool opening_ = false;
    qint64 id_ = 0;
    std::vector<ChatMessage> written_; ///< what the store has of the messages, without pieces
    bool behind_ = false; ///< the store lacks a message, or how it is sampled
    int first_ = -1; ///< first token of the reply under way; -1: none is
    int next_ = -1; ///< first one that is not written
    QElapsedTimer failed_; ///< since writing failed last; invalid: it works
};

} // namespace mixscope
