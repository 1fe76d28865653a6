#include "ui/models/model_planner.h"

#include "ui/engine_port.h"

#include <utility>

namespace mixscope {

ModelPlanner::ModelPlanner(const EnginePort& engine, QObject* parent)
    : QObject(parent)
    , engine_(engine)
{
    thread_.setMaxThreadCount(1);
}

void ModelPlanner::plan(const std::filesystem::path& folder, Answer answer)
{
    thread_.start([this, folder, answer = std::move(answer)] {
        QMetaObject::invokeMethod(
            this, [answer, plan = engine_.plan(folder)] { answer(plan); }, Qt::QueuedConnection);
    });
}

} // namespace mixscope
