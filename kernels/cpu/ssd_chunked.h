#pragma once

#include "../scan.h"
#include "gemm.h"
#include "rows.h"
#include "ssd.h"

// The scan of Mamba-2 as products of matrices over blocks of tokens. Inside a block, with
// keep(j, i) = keep[j+1] … keep[i]:
//   out[i]   = sum over j <= i of  (c[i] · b[j]) keep(j, i) dt[j] x[j]  +  keep(start, i) S c[i]
//   S        <- keep(start, end) S + sum over j of  keep(j, end) dt[j] x[j] ⊗ b[j]
// The products of `keep` are formed by multiplication, each factor at most 1, so nothing
// overflows and a keep of 0 is exact; no exponentials or ratios are needed.
// Source: Dao and Gu, "Transformers are SSMs", arXiv:2405.21060, section 6.
namespace mixscope::cpu {

constexpr Index kScanBlock = 64;

template <class V>
Index whole_panels(Index n)
{
    return (n + kPanel<V> - 1) / kPanel<V> * kPanel<V>;
}

/// Floats of scratch that scan_chunked needs.
template <class V>
Index scan_chunked_scratch(Index p, Index n)
{
    constexpr Index kBlock = kScanBlock;
    const Index token_by_token = 2 * kBlock * kBlock + kBlock;
    const Index panels = kBlock * (whole_panels<V>(n) + whole_panels<V>(p)) + n * kPanel<V>;
    return token_by_token + kBlock * (n + p) + panels;
}

/// Copies `rows` rows of n elements into panels [rows][kPanel], zeros to the end of the last one.
template <class V>
void copy_to_panels(const float* from, Index step, Index rows, Index n, float* panels)
{
    for (Index c = 0; c < whole_panels<V>(n); c += V::kWidth) {
        float* to = panels + c / kPanel<V> * kPanel<V> * rows + c % kPanel<V>;
        for (Index r = 0; r < rows; ++r) {
            const auto values = c < n ? load_n<V>(from + r * step + c, n - c) : V::zero();
            V::store(to + r * kPanel<V>, values);
        }
    }
}

/// The scan of one worker's heads, block by block.
template <class V>
class ChunkedScan {
public:
    ChunkedScan(const SsdScan& scan, float* scratch)
        : op_(scan)
        , p_(op_.x.shape[2])
        , n_(op_.b.shape[2])
        , products_(scratch)
        , mixing_(products_ + kScanBlock * kScanBlock)
        , keeps_(mixing_ + kScanBlock * kScanBlock)
        , c_(keeps_ + kScanBlock)
        , b_panels_(c_ + kScanBlock * n_)
        , x_panels_(b_panels_ + kScanBlock * whole_panels<V>(n_))
        , x_columns_(x_panels_ + kScanBlock * whole_panels<V>(p_))
        , panel_(x_columns_ + kScanBlock * p_)
    {
    }

    void run(Index first_head, Index last_head)
    {
        const Index per_group = op_.x.shape[1] / op_.b.shape[1];
        for (Index t = 0; t < op_.x.shape[0]; t += kScanBlock) {
            start_ = t;
            tokens_ = op_.x.shape[0] - t < kScanBlock ? op_.x.shape[0] - t : kScanBlock;
            Index group = -1;
            for (Index h = first_head; h < last_head; ++h) {
                if (h / per_group != group) start_group(group = h / per_group);
                run_head(h, group);
            }
        }
    }

private:
    /// What the heads of a group share: c[i] · b[j], and b as panels.
    void start_group(Index group)
    {
        const float* b = row_at<V>(op_.b, start_, group);
        const float* c = row_at<V>(op_.c, start_, group);
        for (Index j = 0; j < tokens_; j += kPanel<V>) {
            const Index columns = tokens_ - j < kPanel<V> ? tokens_ - j : kPanel<V>;
            pack_panel<V>(b + j * op_.b.stride[0], op_.b.stride[0], columns, n_, panel_);
            multiply_panel<V>(tokens_, c, op_.c.stride[0], n_, panel_,
                              {products_ + j, kScanBlock, columns, false});
        }
        copy_to_panels<V>(b, op_.b.stride[0], tokens_, n_, b_panels_);
    }

    void run_head(Index h, Index group)
    {
        float* state = static_cast<float*>(op_.state.data) + h * p_ * n_;
        const float* x = row_at<V>(op_.x, start_, h);
        mix(h);
        copy_to_panels<V>(x, op_.x.stride[0], tokens_, p_, x_panels_);
        write_outputs(h, group, state);
        update_state(h, x, state);
    }

    float keep(Index h, Index i) const { return row_at<V>(op_.keep, start_ + i)[h]; }
    float dt(Index h, Index i) const { return row_at<V>(op_.dt, start_ + i)[h]; }

    /// mixing[i][j] = products[i][j] keep(j, i) dt[j] for j <= i, 0 for j > i.
    /// Afterwards keeps_[j] = keep(j, end) dt[j].
    void mix(Index h)
    {
        for (Index j = 0; j < kScanBlock; ++j) keeps_[j] = 0.0F;
        for (Index i = 0; i < tokens_; ++i) {
            const auto factor = V::set(keep(h, i));
            for (Index j = 0; j < i; j += V::kWidth) V::store(keeps_ + j, factor * V::load(keeps_ + j));
            keeps_[i] = dt(h, i);
            for (Index j = 0; j < kScanBlock; j += V::kWidth) {
                // Beyond the block's tokens `products` may hold anything, even NaN.
                const Index valid = i + 1 - j;
                const auto product = valid > 0 ? load_n<V>(products_ + i * kScanBlock + j, valid) : V::zero();
                V::store(mixing_ + i * kScanBlock + j, V::load(keeps_ + j) * product);
            }
        }
    }

    /// out = mixing · x + keep(start, i) S c[i] + d x
    void write_outputs(Index h, Index group, const float* state)
    {
        float* out = row_at<V>(op_.out, start_, h);
        const Index out_step = op_.out.stride[0];
        const float* x = row_at<V>(op_.x, start_, h);
        float so_far = 1.0F;
        for (Index i = 0; i < tokens_; ++i) {
            so_far *= keep(h, i);
            const float* c = row_at<V>(op_.c, start_ + i, group);
            for_each_piece<V>(n_, [&](Index k, Index count) {
                store_n<V>(c_ + i * n_ + k, V::set(so_far) * load_n<V>(c + k, count), count);
            });
        }
        for (Index p = 0; p < p_; p += kPanel<V>) {
            const Index columns = p_ - p < kPanel<V> ? p_ - p : kPanel<V>;
            pack_panel<V>(state + p * n_, n_, columns, n_, panel_);
            multiply_panel<V>(tokens_, c_, n_, n_, panel_, {out + p, out_step, columns, false});
            const float* panel = x_panels_ + p * tokens_;
            for (Index i = 0; i < tokens_; i += V::kTileRows) { // later tokens do not matter to these
                const Index rows = tokens_ - i < V::kTileRows ? tokens_ - i : V::kTileRows;
                multiply_panel<V>(rows, mixing_ + i * kScanBlock, kScanBlock, i + rows, panel,
                                  {out + i * out_step + p, out_step, columns, true});
            }
        }
        const auto skip = V::set(skip_of<V>(op_, h));
        for (Index i = 0; i < tokens_; ++i) {
            float* y = out + i * out_step;
            const float* from = x + i * op_.x.stride[0];
            for_each_piece<V>(p_, [&](Index p, Index count) {
                store_n<V>(y + p, V::fma(skip, load_n<V>(from + p, count), load_n<V>(y + p, count)), count);
            });
        }
    }

    /// S <- keep(start, end) S + sum over j of keep(j, end) dt[j] x[j] ⊗ b[j]
    void update_state(Index h, const float* x, float* state)
    {
        for (Index p = 0; p < p_; ++p) {
            float* column = x_columns_ + p * kScanBlock;
            for (Index j = 0; j < tokens_; ++j) column[j] = keeps_[j] * x[j * op_.x.stride[0] + p];
        }
        float all = 1.0F;
        for (Index i = 0; i < tokens_; ++i) all *= keep(h, i);
        for_each_piece<V>(p_ * n_, [&](Index i, Index count) {
            store_n<V>(state + i, V::set(all) * load_n<V>(state + i, count), count);
        });
        for (Index n = 0; n < n_; n += kPanel<V>) {
            const Index columns = n_ - n < kPanel<V> ? n_ - n : kPanel<V>;
            multiply_panel<V>(p_, x_columns_, kScanBlock, tokens_, b_panels_ + n * tokens_,
                              {state + n, n_, columns, true});
        }
    }

    const SsdScan& op_;
    Index p_;
    Index n_;
    Index start_ = 0; ///< first token of the block
    Index tokens_ = 0; ///< tokens of the block
    float* products_; ///< [kScanBlock][kScanBlock]
    float* mixing_; ///< [kScanBlock][kScanBlock]
    float* keeps_; ///< [kScanBlock]
    float* c_; ///< [kScanBlock][n]
    float* b_panels_; ///< panels [tokens][kPanel] of columns of b
    float* x_panels_; ///< the same of x
    float* x_columns_; ///< [p][kScanBlock]
    float* panel_; ///< [n][kPanel]
};

/// Heads [begin, end). No state_norm or state_change: the states between are never formed.
template <class V>
void scan_chunked(const SsdScan& op, Index begin, Index end, float* scratch)
{
    ChunkedScan<V>(op, scratch).run(begin, end);
}

} // namespace mixscope::cpu
