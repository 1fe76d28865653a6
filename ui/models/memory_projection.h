#pragma once

#include <optional>

namespace mixscope {

struct ModelInfo;

/// Bytes of memory against tokens: what does not grow and what each token adds.
struct MemoryCurve {
    double fixed_bytes = 0.0;
    double bytes_per_token = 0.0;
    double at(double tokens) const { return fixed_bytes + bytes_per_token * tokens; }
};

/// Tokens at which two curves are equal; NaN when they never are at a positive number.
double crossing(const MemoryCurve& a, const MemoryCurve& b);

/// What the memory of a sequence would be without end: for this model, and for models of as many
/// layers that are all like its first attention layer, or all like its first recurrent one.
/// Absent where the model has no such layer to take the numbers from. Weights are not counted.
struct MemoryProjection {
    explicit MemoryProjection(const ModelInfo& model);

    int layers = 0;
    int attention_layer = -1; ///< whose KV cache pure_attention multiplies
    int recurrent_layer = -1; ///< whose state pure_recurrent multiplies
    MemoryCurve model;
    std::optional<MemoryCurve> pure_attention;
    std::optional<MemoryCurve> pure_recurrent;
};

} // namespace mixscope
