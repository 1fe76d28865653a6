#include "ui/models/model_card.h"

#include "engine/model_plan.h"
#include "ui/models/status_text.h"
#include "ui/views/parts.h"

#include <QCoreApplication>
#include <QLocale>
#include <QStringList>

#include <algorithm>

namespace mixscope {

namespace {

constexpr int kShortestContext = 256;

QString say(const char* text)
{
    return QCoreApplication::translate("ModelCard", text);
}

} // namespace

MemoryNeed memoryNeed(const ModelInfo& model, int tokens)
{
    return {double(model.weight_bytes), double(model.state_bytes),
            double(model.kv_bytes_per_token) * tokens};
}

std::vector<int> contextSteps(int limit)
{
    std::vector<int> steps;
    for (int tokens = kShortestContext; tokens < limit; tokens *= 2)
        steps.push_back(tokens);
    steps.push_back(limit);
    return steps;
}

QString layersText(const ModelInfo& model)
{
    std::vector<std::pair<QString, int>> kinds; // in order of their first layer
    for (const LayerInfo& layer : model.layers) {
        const QString name = mixerName(layer);
        const auto known = std::find_if(kinds.begin(), kinds.end(),
                                        [&](const auto& kind) { return kind.first == name; });
        if (known == kinds.end())
            kinds.emplace_back(name, 1);
        else
            ++known->second;
    }
    QStringList words;
    for (const auto& [name, count] : kinds)
        words << QStringLiteral("%1 %2").arg(count).arg(name);
    QString text =
        say("%1 layers: %2").arg(model.layers.size()).arg(words.join(QStringLiteral(", ")));
    const auto routed = std::find_if(model.layers.begin(), model.layers.end(),
                                     [](const LayerInfo& layer) { return layer.n_experts > 0; });
    if (routed != model.layers.end())
        text +=
            say("; %1 of %2 experts a token").arg(routed->n_experts_used).arg(routed->n_experts);
    return text;
}

QString parametersText(double parameters)
{
    const QLocale locale;
    if (parameters >= 1e9) return say("%1 billion").arg(locale.toString(parameters / 1e9, 'g', 3));
    if (parameters >= 1e6) return say("%1 million").arg(locale.toString(parameters / 1e6, 'g', 3));
    return locale.toString(qlonglong(parameters));
}

std::vector<std::pair<QString, QString>> modelNumbers(const ModelInfo& model, int tokens)
{
    const QLocale locale;
    const MemoryNeed need = memoryNeed(model, tokens);
    return {{say("parameters"), parametersText(double(model.parameters))},
            {say("weights, %1").arg(QString::fromStdString(model.weight_dtype)),
             bytesText(need.weights)},
            {say("recurrent state, fixed"), bytesText(need.state)},
            {say("KV cache per token"), bytesText(double(model.kv_bytes_per_token))},
            {say("KV cache at %1 tokens").arg(locale.toString(tokens)), bytesText(need.kv)}};
}

QString fitText(const ModelPlan& plan, int tokens)
{
    const double need = memoryNeed(plan.info, tokens).total(), free = double(plan.free_bytes);
    if (need <= free) return say("%1 of %2 that are free").arg(bytesText(need), bytesText(free));
    return say("%1, but only %2 are free: choose a smaller model or close other programs")
        .arg(bytesText(need), bytesText(free));
}

} // namespace mixscope
