#pragma once

#include "gemm.h"

// Matrix products on two-dimensional tile registers of bf16 (AMX). Weights are bf16 as they are;
// an activation is the sum of two bf16 numbers, its rounded value and what that leaves (together
// 16 to 17 bits), and both are multiplied. Sums are f32.
//
// `Tiles` names the few operations used on tile registers, so that the kernel can run, and be
// tested, on a processor without them: see PlainTiles.
namespace mixscope::cpu {

constexpr Index kTileSize = 16; ///< rows of a tile; floats of a row
constexpr Index kTileDepth = 32; ///< bf16 numbers of a row

/// The operations with the layouts of the hardware, in plain C++. Two x tiles (16 tokens by 32
/// elements of k each), two w tiles (16 pairs of k by 16 columns, the pair adjacent), four sums.
/// Source: Intel 64 and IA-32 Architectures Software Developer's Manual, TDPBF16PS.
struct PlainTiles {
    void configure() { }
    void release() { }
    void zero_sums() { __builtin_memset(sum, 0, sizeof sum); }

    template <int I>
    void load_x(const BFloat16* p, Index step) { load(x[I], p, step); }
    template <int J>
    void load_w(const BFloat16* p) { load(w[J], p, kTileDepth); }

    /// sum[i][j] += x[i] * w[j]
    void multiply()
    {
        for (int i = 0; i < 2; ++i) {
            for (int j = 0; j < 2; ++j) multiply(sum[i][j], x[i], w[j]);
        }
    }

    template <int I, int J>
    void store_sum(float* p, Index step) const
    {
        for (Index r = 0; r < kTileSize; ++r) {
            for (Index c = 0; c < kTileSize; ++c) p[r * step + c] = sum[I][J][r][c];
        }
    }

private:
    using Operand = BFloat16[kTileSize][kTileDepth];
    using Sum = float[kTileSize][kTileSize];

    static void load(Operand& to, const BFloat16* p, Index step)
    {
        for (Index r = 0; r < kTileSize; ++r) {
            for (Index i = 0; i < kTileDepth; ++i) to[r][i] = p[r * step + i];
        }
    }

    static void multiply(Sum& to, const Operand& a, const Operand& b)
    {
        for (Index m = 0; m < kTileSize; ++m) {
            for (Index k = 0; k < kTileDepth; ++k) {
                for (Index n = 0; n < kTileSize; ++n) {
                    to[m][n] += to_float(a[m][k]) * to_float(b[k / 2][2 * n + k % 2]);
                }
            }
        }
    }

    Operand x[2];
    Operand w[2];
    Sum sum[2][2];
};

inline constexpr Index kTileColumns = 2 * kTileSize; ///< columns of a panel
inline constexpr Index kTileTokens = 2 * kTileSize;

/// Up to 16 rows of w from element i on, `depth` of them valid, as one w tile.
template <class V>
void pack_w_tile(const BFloat16* w, Index step, Index rows, Index depth, BFloat16* tile)
{
    // A pair of bf16 moves as one float: pairs [n][p] become [p][n].
    BFloat16 padded[kTileSize][kTileDepth] = {};
    for (Index n = 0; n < rows; ++n) {
        __builtin_memcpy(padded[n], w + n * step, std::size_t(depth) * sizeof(BFloat16));
    }
    constexpr Index kWidth = V::kWidth;
    for (Index n = 0; n < kTileSize; n += kWidth) {
        for (Index p = 0; p < kTileSize; p += kWidth) {
            typename V::Reg r[kWidth];
            for (Index j = 0; j < kWidth; ++j) r[j] = V::load_bits(&padded[n + j][2 * p]);
            V::transpose(r);
            for (Index j = 0; j < kWidth; ++j) V::store_bits(tile + (p + j) * kTileDepth + 2 * n, r[j]);
        }
    }
}

/// x = high + low for one row of n elements; both rows are padded with zeros to `padded`.
template <class V>
void split_row(const float* x, Index n, Index padded, BFloat16* high, BFloat16* low)
{
    for (Index i = 0; i < padded; i += V::kWidth) {
        const Index rest = n - i;
        const auto v = rest >= V::kWidth ? V::load(x + i) : rest > 0 ? V::load_part(x + i, rest) : V::zero();
        V::store(high + i, v);
        V::store(low + i, v - V::load(high + i));
    }
}

/// Scratch of gemm_tiles: x split in two, one panel of w, the sums of one block.
struct TileScratch {
    static constexpr Index kPanelSize = kTileColumns * kPanelDepth;

    TileScratch(float* memory, Index tokens)
        : sums(memory)
        , panel(reinterpret_cast<BFloat16*>(sums + kTileTokens * kTileColumns))
        , high(panel + kPanelSize)
        , low(high + (tokens + kTileTokens) * kPanelDepth)
    {
    }

    static Index floats(Index tokens)
    {
        const Index halves = kPanelSize + 2 * (tokens + kTileTokens) * kPanelDepth;
        return kTileTokens * kTileColumns + halves / 2;
    }

    float* sums; ///< [kTileTokens][kTileColumns]
    BFloat16* panel; ///< [k / 32][2] w tiles
    BFloat16* high; ///< [tokens, rounded up][kPanelDepth]
    BFloat16* low;
};

/// The sums of one block of tokens and columns over `depth` elements of k, to scratch.sums.
template <class Tiles>
void multiply_block(Tiles& tiles, const TileScratch& s, Index token, Index depth)
{
    tiles.zero_sums();
    for (Index k = 0; k < depth; k += kTileDepth) {
        const BFloat16* w = s.panel + k * kTileColumns;
        tiles.template load_w<0>(w);
        tiles.template load_w<1>(w + kTileSize * kTileDepth);
        const BFloat16* halves[] = {s.high, s.low};
        for (const BFloat16* x : halves) {
            tiles.template load_x<0>(x + token * kPanelDepth + k, kPanelDepth);
            tiles.template load_x<1>(x + (token + kTileSize) * kPanelDepth + k, kPanelDepth);
            tiles.multiply();
        }
    }
    float* sums = s.sums;
    tiles.template store_sum<0, 0>(sums, kTileColumns);
    tiles.template store_sum<0, 1>(sums + kTileSize, kTileColumns);
    tiles.template store_sum<1, 0>(sums + kTileSize * kTileColumns, kTileColumns);
    tiles.template store_sum<1, 1>(sums + kTileSize * kTileColumns + kTileSize, kTileColumns);
}

/// As gemm(), for bf16 weights.
template <class V, class Tiles>
void gemm_tiles(const Gemm& op, const GemmPart& part, float* scratch)
{
    const Index tokens = part.token_end - part.token_begin;
    const TileScratch s(scratch, tokens);
    const BFloat16* w = static_cast<const BFloat16*>(op.w);
    Tiles tiles;
    tiles.configure();
    for (Index begin = 0; begin < op.k; begin += kPanelDepth) {
        const Index depth = op.k - begin < kPanelDepth ? op.k - begin : kPanelDepth;
        const Index padded = (depth + kTileDepth - 1) / kTileDepth * kTileDepth;
        // The rows beyond the last token hold older numbers; their sums are not copied out.
        for (Index t = 0; t < tokens; ++t) {
            split_row<V>(op.x + (part.token_begin + t) * op.x_step + begin, depth, padded,
                         s.high + t * kPanelDepth, s.low + t * kPanelDepth);
        }
        for (Index n = part.begin; n < part.end; n += kTileColumns) {
            const Index columns = part.end - n < kTileColumns ? part.end - n : kTileColumns;
            for (Index k = 0; k < padded; k += kTileDepth) {
                for (Index c = 0; c < kTileColumns; c += kTileSize) {
                    const Index rows = columns - c < kTileSize ? columns - c : kTileSize;
                    const Index valid = depth - k < kTileDepth ? depth - k : kTileDepth;
                    pack_w_tile<V>(w + (n + c) * op.k + begin + k, op.k, rows, valid,
                                   s.panel + (k * kTileColumns + c * kTileDepth));
                }
            }
            for (Index t = 0; t < tokens; t += kTileTokens) {
                multiply_block(tiles, s, t, padded);
                const Index rows = tokens - t < kTileTokens ? tokens - t : kTileTokens;
                float* out = op.out + (part.token_begin + t) * op.out_step + n;
                for (Index r = 0; r < rows; ++r) {
                    const bool add = op.add || begin > 0;
                    for (Index c = 0; c < columns; ++c) {
                        const float sum = s.sums[r * kTileColumns + c];
                        out[r * op.out_step + c] = add ? out[r * op.out_step + c] + sum : sum;
                    }
                }
            }
        }
    }
    tiles.release();
}

} // namespace mixscope::cpu
