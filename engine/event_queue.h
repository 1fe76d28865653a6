#pragma once

#include "engine/events.h"

#include <mutex>
#include <utility>
#include <vector>

namespace mixscope {

/// Hand-over of events from the engine to the window: in order, without loss along the token
/// axis. When the reader falls behind by more than the budget, new batches shed attention rows
/// first and per-head values next (marked in `shed`); ids, text, times are never dropped. Neither
/// side waits for the other longer than a move.
class EventQueue {
public:
    explicit EventQueue(std::size_t budget_bytes = std::size_t(64) << 20)
        : budget_(budget_bytes)
    {
    }

    void push(Event event)
    {
        const std::lock_guard lock(mutex_);
        if (auto* batch = std::get_if<TokenBatch>(&event); batch != nullptr) {
            shed(*batch);
            bytes_ += batch->bytes();
        }
        events_.push_back(std::move(event));
    }

    /// Moves everything queued to the end of `out`.
    void drain(std::vector<Event>& out)
    {
        std::vector<Event> taken;
        {
            const std::lock_guard lock(mutex_);
            taken.swap(events_);
            bytes_ = 0;
        }
        for (Event& event : taken) out.push_back(std::move(event));
    }

private:
    void shed(TokenBatch& batch) const
    {
        if (bytes_ > budget_ && !batch.attention.empty()) {
            batch.attention.clear();
            batch.shed |= 1U;
        }
        if (bytes_ > 2 * budget_ && !batch.values.empty()) {
            batch.values.clear();
            batch.layout = std::make_shared<CaptureLayout>();
            batch.ops.clear();
            batch.shed |= 2U;
        }
    }

    std::mutex mutex_;
    std::vector<Event> events_;
    std::size_t bytes_ = 0;
    std::size_t budget_;
};

} // namespace mixscope
