#pragma once

#include "../attention.h"
#include "gemm.h"
#include "kernel_table.h"
#include "rows.h"

// Attention in one pass over the keys ("flash"): scores of a block of keys, softmax with a running
// maximum, weighted values added to a running sum. The queries of a group share the keys and
// values of their head, so a block of the cache is read and widened to f32 once for all of them.
// Source: Dao et al., "FlashAttention", arXiv:2205.14135; Milakov and Gimelshein, "Online
// normalizer calculation for softmax", arXiv:1805.02867.
namespace mixscope::cpu {

constexpr Index kKeyBlock = 64;

template <class V>
Index padded_head(Index head_dim)
{
    return (head_dim + kPanel<V> - 1) / kPanel<V> * kPanel<V>;
}

template <class V>
Index attend_scratch(Index rows, Index head_dim)
{
    const Index keys = head_dim * kKeyBlock; // transposed, a multiple of the panel
    const Index values = padded_head<V>(head_dim) * kKeyBlock;
    return rows * head_dim + keys + values + rows * kKeyBlock;
}

/// scores[begin, end) -> exp(score - largest), 0 elsewhere in the block; returns the factor that
/// brings older sums to the new maximum.
template <class V>
float softmax_block(float* scores, Index begin, Index end, float& largest, float& sum)
{
    for (Index s = 0; s < begin; ++s) scores[s] = -__builtin_inff();
    for (Index s = end; s < kKeyBlock; ++s) scores[s] = -__builtin_inff();
    auto top = V::load(scores);
    for (Index s = V::kWidth; s < kKeyBlock; s += V::kWidth) top = V::max(top, V::load(scores + s));
    const float found = V::largest(top);
    const float now = found > largest ? found : largest;
    auto block_sum = V::zero();
    for (Index s = 0; s < kKeyBlock; s += V::kWidth) {
        const auto p = exp<V>(V::load(scores + s) - V::set(now));
        V::store(scores + s, p);
        block_sum = block_sum + p;
    }
    const float factor = __builtin_expf(largest - now);
    largest = now;
    sum = sum * factor + V::sum(block_sum);
    return factor;
}

/// The work of one AttendPart: pointers into its scratch and the op.
template <class V, class E>
struct Attention {
    static constexpr Index kColumns = kPanel<V>;

    Attention(const Attend& attend, const AttendPart& attend_part, float* scratch)
        : op(attend)
        , part(attend_part)
        , head_dim(op.q.shape[2])
        , padded(padded_head<V>(head_dim))
        , group(op.q.shape[1] / op.k_cache.shape[1])
        , rows((part.token_end - part.token_begin) * group)
        , first(op.length - op.q.shape[0])
        , q(scratch)
        , k(q + rows * head_dim)
        , v(k + head_dim * kKeyBlock)
        , scores(v + padded * kKeyBlock)
    {
    }

    Index head(Index r) const { return part.kv_head * group + r % group; }
    Index token(Index r) const { return part.token_begin + r / group; }
    /// Keys [begin, end) that row r sees.
    Index end_of(Index r) const { return first + token(r) + 1; }
    Index begin_of(Index r) const
    {
        const Index begin = end_of(r) - op.window;
        return op.window > 0 && begin > 0 ? begin : 0;
    }

    void run() const
    {
        for (Index r = 0; r < rows; ++r) {
            const float* from = row_at<V>(op.q, token(r), head(r));
            for_each_piece<V>(head_dim, [&](Index i, Index n) {
                store_n<V>(q + r * head_dim + i, V::set(op.scale) * load_n<V>(from + i, n), n);
            });
            part.largest[r] = -__builtin_inff();
            part.sum[r] = 0.0F;
            for (Index i = 0; i < padded; ++i) part.out[r * padded + i] = 0.0F;
        }
        const Index oldest = begin_of(0) > part.key_begin ? begin_of(0) : part.key_begin;
        const Index newest = end_of(rows - 1) < part.key_end ? end_of(rows - 1) : part.key_end;
        for (Index s = oldest / kKeyBlock * kKeyBlock; s < newest; s += kKeyBlock) block(s, newest);
    }

    /// Keys [start, start + kKeyBlock) as far as they lie before `newest`.
    void block(Index start, Index newest) const
    {
        const Index keys = newest - start < kKeyBlock ? newest - start : kKeyBlock;
        const Index step = op.k_cache.stride[0];
        const Index offset = start * step + part.kv_head * head_dim;
        const E* keys_at = static_cast<const E*>(op.k_cache.data) + offset;
        for (Index c = 0; c < kKeyBlock; c += kColumns) {
            pack_panel<V>(keys_at + c * step, step, keys - c, head_dim, k + c * head_dim);
            multiply_panel<V>(rows, q, head_dim, head_dim, k + c * head_dim,
                              {scores + c, kKeyBlock, kColumns, false});
        }
        widen_values(static_cast<const E*>(op.v_cache.data) + offset, step, keys);
        for (Index r = 0; r < rows; ++r) weigh(r, start, keys);
        for (Index c = 0; c < padded; c += kColumns) {
            multiply_panel<V>(rows, scores, kKeyBlock, keys, v + c * kKeyBlock,
                              {part.out + c, padded, kColumns, true});
        }
    }

    /// Scores of row r -> softmax weights against the running maximum; older sums are brought to
    /// it. Raw scores go to probs, which are finished when the sum over all keys is known.
    void weigh(Index r, Index start, Index keys) const
    {
        float* row = scores + r * kKeyBlock;
        const Index begin = begin_of(r) > start ? begin_of(r) - start : 0;
        const Index end = end_of(r) - start < keys ? end_of(r) - start : keys;
        if (begin >= end) {
            for (Index s = 0; s < kKeyBlock; ++s) row[s] = 0.0F;
            return;
        }
        if (op.probs.data != nullptr) {
            float* probs = row_at<V>(op.probs, head(r), token(r)) + start;
            for (Index s = begin; s < end; ++s) probs[s] = row[s];
        }
        const float factor = softmax_block<V>(row, begin, end, part.largest[r], part.sum[r]);
        if (factor == 1.0F) return;
        float* out = part.out + r * padded;
        for (Index i = 0; i < padded; i += V::kWidth) V::store(out + i, V::set(factor) * V::load(out + i));
    }

    /// Values as panels [keys][kColumns].
    void widen_values(const E* from, Index step, Index keys) const
    {
        for (Index c = 0; c < padded; c += V::kWidth) {
            const Index n = head_dim - c;
            float* to = v + c / kColumns * kColumns * kKeyBlock + c % kColumns;
            for (Index s = 0; s < keys; ++s) {
                const auto values = n > 0 ? load_n<V>(from + s * step + c, n) : V::zero();
                V::store(to + s * kColumns, values);
            }
        }
    }

    const Attend& op;
    const AttendPart& part;
    Index head_dim;
    Index padded; ///< head_dim rounded up to whole panels
    Index group; ///< queries heads of a KV head
    Index rows; ///< (token, head of the group) pairs
    Index first; ///< position of token 0
    float* q; ///< [rows, head_dim], scaled
    float* k; ///< panels [head_dim][kColumns]
    float* v; ///< panels [kKeyBlock][kColumns]
    float* scores; ///< [rows, kKeyBlock]
};

template <class V>
void attend(const Attend& op, const AttendPart& part, float* scratch)
{
    const DType type = op.k_cache.dtype;
    if (type == DType::bf16) return Attention<V, BFloat16>(op, part, scratch).run();
    if (type == DType::f16) return Attention<V, Half>(op, part, scratch).run();
    Attention<V, float>(op, part, scratch).run();
}

/// scores[0, n) -> exp(score - largest) / sum
template <class V>
void finish_probs(float* scores, Index n, float largest, float sum)
{
    for_each_piece<V>(n, [&](Index i, Index count) {
        const auto p = exp<V>(load_n<V>(scores + i, count) - V::set(largest));
        store_n<V>(scores + i, p / V::set(sum), count);
    });
}

} // namespace mixscope::cpu
