#pragma once

#include "../dtype.h"

#include <immintrin.h>

// Sixteen floats: AVX-512 F, BW, VL, DQ. See simd_base.h for the meaning of each name.
namespace mixscope::simd {

struct Avx512 {
    static constexpr int kWidth = 16;
    static constexpr int kTileRows = 12;
    static constexpr int kTileVectors = 2;
    static constexpr int kDotRows = 8;
    static constexpr int kProbedRows = 4;
    using Reg = __m512;

    static Reg set(float x) { return _mm512_set1_ps(x); }
    static Reg zero() { return _mm512_setzero_ps(); }

    static Reg load(const float* p) { return _mm512_loadu_ps(p); }
    static Reg load(const BFloat16* p)
    {
        return widen_bf16(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)));
    }
    static Reg load(const Half* p)
    {
        return _mm512_cvtph_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)));
    }

    static Reg load_part(const float* p, std::int64_t n) { return _mm512_maskz_loadu_ps(mask(n), p); }
    static Reg load_part(const BFloat16* p, std::int64_t n)
    {
        return widen_bf16(_mm256_maskz_loadu_epi16(mask(n), p));
    }
    static Reg load_part(const Half* p, std::int64_t n)
    {
        return _mm512_cvtph_ps(_mm256_maskz_loadu_epi16(mask(n), p));
    }

    static void store(float* p, Reg r) { _mm512_storeu_ps(p, r); }
    static void store_part(float* p, Reg r, std::int64_t n) { _mm512_mask_storeu_ps(p, mask(n), r); }

    static void store(BFloat16* p, Reg r)
    {
        const __m512i bits = _mm512_castps_si512(r);
        const __m512i odd = _mm512_and_si512(_mm512_srli_epi32(bits, 16), _mm512_set1_epi32(1));
        const __m512i rounded = _mm512_add_epi32(bits, _mm512_add_epi32(odd, _mm512_set1_epi32(0x7fff)));
        const __mmask16 nan = _mm512_cmp_ps_mask(r, r, _CMP_UNORD_Q);
        const __m512i quiet = _mm512_or_si512(bits, _mm512_set1_epi32(0x400000));
        const __m512i kept = _mm512_srli_epi32(_mm512_mask_mov_epi32(rounded, nan, quiet), 16);
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), _mm512_cvtepi32_epi16(kept));
    }

    static Reg load_bits(const BFloat16* p) { return _mm512_castsi512_ps(_mm512_loadu_si512(p)); }
    static void store_bits(BFloat16* p, Reg r) { _mm512_storeu_si512(p, _mm512_castps_si512(r)); }

    template <class E>
    static void load_pair(const E* p, Reg& a, Reg& b)
    {
        a = load(p);
        b = load(p + kWidth);
    }
    static void load_pair(const BFloat16* p, Reg& even, Reg& odd)
    {
        const __m512i both = _mm512_loadu_si512(p);
        even = _mm512_castsi512_ps(_mm512_slli_epi32(both, 16));
        odd = _mm512_castsi512_ps(_mm512_and_si512(both, _mm512_set1_epi32(-65536)));
    }

    template <class E>
    static void load_x_pair(const float* x, const E* /*order*/, Reg& a, Reg& b)
    {
        a = load(x);
        b = load(x + kWidth);
    }
    static void load_x_pair(const float* x, const BFloat16* /*order*/, Reg& even, Reg& odd)
    {
        const __m512i evens = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
        const Reg a = load(x);
        const Reg b = load(x + kWidth);
        even = _mm512_permutex2var_ps(a, evens, b);
        odd = _mm512_permutex2var_ps(a, _mm512_add_epi32(evens, _mm512_set1_epi32(1)), b);
    }

    static Reg fma(Reg a, Reg b, Reg c) { return _mm512_fmadd_ps(a, b, c); }
    static Reg max(Reg a, Reg b) { return _mm512_max_ps(a, b); }
    static Reg min(Reg a, Reg b) { return _mm512_min_ps(a, b); }
    static Reg abs(Reg a) { return _mm512_abs_ps(a); }
    static Reg zero_below(Reg limit, Reg x, Reg value)
    {
        return _mm512_maskz_mov_ps(_mm512_cmp_ps_mask(x, limit, _CMP_NLT_UQ), value);
    }
    static Reg round(Reg a)
    {
        return _mm512_roundscale_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
    }
    static Reg scale2(Reg value, Reg n) { return _mm512_scalef_ps(value, n); }

    static float sum(Reg a) { return _mm512_reduce_add_ps(a); }
    static float largest(Reg a) { return _mm512_reduce_max_ps(a); }

    static void store_sums(float* to, Reg a, Reg b, Reg c, Reg d)
    {
        const Reg ab = add_neighbours(a, b); // a01 b01 a23 b23 in each quarter
        const Reg cd = add_neighbours(c, d);
        const Reg s = add_pairs(ab, cd); // quarter sums of a, b, c, d
        const __m256 half = _mm256_add_ps(_mm512_castps512_ps256(s), _mm512_extractf32x8_ps(s, 1));
        _mm_storeu_ps(to, _mm_add_ps(_mm256_castps256_ps128(half), _mm256_extractf128_ps(half, 1)));
    }

    static Reg sums(Reg (&r)[kWidth])
    {
        Reg quarter[4]; // quarter[i]: in each 128-bit quarter the partial sums of r[4 i …]
        for (int i = 0; i < 4; ++i) {
            quarter[i] = add_pairs(add_neighbours(r[4 * i], r[4 * i + 1]),
                                   add_neighbours(r[4 * i + 2], r[4 * i + 3]));
        }
        const Reg low = _mm512_shuffle_f32x4(quarter[0], quarter[1], 0x88)
            + _mm512_shuffle_f32x4(quarter[0], quarter[1], 0xdd);
        const Reg high = _mm512_shuffle_f32x4(quarter[2], quarter[3], 0x88)
            + _mm512_shuffle_f32x4(quarter[2], quarter[3], 0xdd);
        return _mm512_shuffle_f32x4(low, high, 0x88) + _mm512_shuffle_f32x4(low, high, 0xdd);
    }

    static void transpose(Reg (&r)[kWidth])
    {
        Reg a[16];
        for (int i = 0; i < 16; i += 4) { // 4 x 4 blocks within the 128-bit quarters
            const Reg t0 = _mm512_unpacklo_ps(r[i], r[i + 1]);
            const Reg t1 = _mm512_unpackhi_ps(r[i], r[i + 1]);
            const Reg t2 = _mm512_unpacklo_ps(r[i + 2], r[i + 3]);
            const Reg t3 = _mm512_unpackhi_ps(r[i + 2], r[i + 3]);
            a[i] = _mm512_shuffle_ps(t0, t2, 0x44);
            a[i + 1] = _mm512_shuffle_ps(t0, t2, 0xee);
            a[i + 2] = _mm512_shuffle_ps(t1, t3, 0x44);
            a[i + 3] = _mm512_shuffle_ps(t1, t3, 0xee);
        }
        for (int i = 0; i < 4; ++i) { // then the 4 x 4 quarters themselves
            const Reg b0 = _mm512_shuffle_f32x4(a[i], a[i + 4], 0x44);
            const Reg b1 = _mm512_shuffle_f32x4(a[i], a[i + 4], 0xee);
            const Reg b2 = _mm512_shuffle_f32x4(a[i + 8], a[i + 12], 0x44);
            const Reg b3 = _mm512_shuffle_f32x4(a[i + 8], a[i + 12], 0xee);
            r[i] = _mm512_shuffle_f32x4(b0, b2, 0x88);
            r[i + 4] = _mm512_shuffle_f32x4(b0, b2, 0xdd);
            r[i + 8] = _mm512_shuffle_f32x4(b1, b3, 0x88);
            r[i + 12] = _mm512_shuffle_f32x4(b1, b3, 0xdd);
        }
    }

    static float scalar(float x) { return x; }
    static float scalar(BFloat16 x)
    {
        return _mm_cvtss_f32(_mm_castsi128_ps(_mm_cvtsi32_si128(int(unsigned(x.bits) << 16))));
    }
    static float scalar(Half x) { return _mm_cvtss_f32(_mm_cvtph_ps(_mm_cvtsi32_si128(x.bits))); }

private:
    static __mmask16 mask(std::int64_t n) { return __mmask16((1U << unsigned(n)) - 1U); }
    static Reg widen_bf16(__m256i x)
    {
        return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(x), 16));
    }
    static Reg add_neighbours(Reg a, Reg b) { return _mm512_unpacklo_ps(a, b) + _mm512_unpackhi_ps(a, b); }
    static Reg add_pairs(Reg ab, Reg cd)
    {
        return _mm512_shuffle_ps(ab, cd, 0x44) + _mm512_shuffle_ps(ab, cd, 0xee);
    }
};

} // namespace mixscope::simd
