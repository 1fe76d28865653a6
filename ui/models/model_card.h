#pragma once

#include <QString>

#include <utility>
#include <vector>

namespace mixscope {

struct ModelInfo;
struct ModelPlan;

/// Bytes that a model takes with a number of tokens in its context.
struct MemoryNeed {
    double weights = 0.0;
    double state = 0.0; ///< recurrent: the same for any number of tokens
    double kv = 0.0;
    double total() const { return weights + state + kv; }
};
MemoryNeed memoryNeed(const ModelInfo& model, int tokens);

/// Lengths of a context to choose from: powers of two up to the limit, and the limit.
std::vector<int> contextSteps(int limit);

/// "10 layers: 8 mamba2, 2 attention, each with 2 of 4 experts": what the layers are, in words.
QString layersText(const ModelInfo& model);

/// "13.1 million": three digits and a word.
QString parametersText(double parameters);

/// What a model is and takes, by name.
std::vector<std::pair<QString, QString>> modelNumbers(const ModelInfo& model, int tokens);

/// "35 MB of 12 GB that are free" or what is missing and what to do about it.
QString fitText(const ModelPlan& plan, int tokens);

} // namespace mixscope
