#pragma once

#include "../conv1d.h"
#include "rows.h"

namespace mixscope::cpu {

/// Floats of scratch that conv1d needs: weights, past inputs and bias of one vector of channels.
template <class V>
Index conv1d_scratch(Index taps)
{
    return 2 * taps * V::kWidth;
}

/// `n` channels from c on, one vector. Weights and state lie channel by channel; they are
/// transposed to tap by tap so that a vector holds the same tap of neighbouring channels.
template <class V, class W>
void convolve(const CausalConv1d& op, Index c, Index n, float* scratch)
{
    constexpr Index kWidth = V::kWidth;
    const Index tokens = op.x.shape[0];
    const Index taps = op.weight.shape[1];
    const Index past = taps - 1;
    const W* w = static_cast<const W*>(op.weight.data) + c * taps;
    float* state = static_cast<float*>(op.state.data) + c * past;
    float* weights = scratch;
    float* before = scratch + taps * kWidth; // the inputs before x[0], oldest first
    for (Index i = 0; i < n; ++i) {
        for (Index k = 0; k < taps; ++k) weights[k * kWidth + i] = V::scalar(w[i * taps + k]);
        for (Index k = 0; k < past; ++k) before[k * kWidth + i] = state[i * past + k];
    }
    const auto bias = op.bias.data != nullptr ? load_n<V>(op.bias, c, n) : V::zero();
    const float* x = static_cast<const float*>(op.x.data) + c;
    const Index step = op.x.stride[0];
    for (Index t = 0; t < tokens; ++t) {
        auto sum = bias;
        for (Index k = 0; k < taps; ++k) {
            const Index from = t - past + k;
            const auto input = from < 0 ? V::load(before + (from + past) * kWidth) : load_n<V>(x + from * step, n);
            sum = V::fma(V::load(weights + k * kWidth), input, sum);
        }
        store_n<V>(row_at<V>(op.out, t) + c, silu<V>(sum), n);
    }
    for (Index k = 0; k < past; ++k) {
        const Index from = tokens - past + k;
        for (Index i = 0; i < n; ++i) {
            state[i * past + k] = from < 0 ? before[(from + past) * kWidth + i] : x[from * step + i];
        }
    }
}

template <class V>
void conv1d(const CausalConv1d& op, Index begin, Index end, float* scratch)
{
    for (Index c = begin; c < end; c += V::kWidth) {
        const Index n = end - c < V::kWidth ? end - c : V::kWidth;
        if (op.weight.dtype == DType::f32) convolve<V, float>(op, c, n, scratch);
        if (op.weight.dtype == DType::f16) convolve<V, Half>(op, c, n, scratch);
        if (op.weight.dtype == DType::bf16) convolve<V, BFloat16>(op, c, n, scratch);
    }
}

} // namespace mixscope::cpu
