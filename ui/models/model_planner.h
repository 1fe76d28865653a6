#pragma once

#include "engine/model_plan.h"

#include <QObject>
#include <QThreadPool>

#include <filesystem>
#include <functional>

namespace mixscope {

class EnginePort;

/// Asks what a model folder holds, on a thread of its own, as it waits for files. The answer comes
/// on the UI thread, one for each question, in their order.
class ModelPlanner : public QObject {
    Q_OBJECT
public:
    using Answer = std::function<void(const Result<ModelPlan>&)>;

    explicit ModelPlanner(const EnginePort& engine, QObject* parent = nullptr);

    void plan(const std::filesystem::path& folder, Answer answer);

private:
    const EnginePort& engine_;
    QThreadPool thread_; ///< last: at its end it waits for what runs
};

} // namespace mixscope
