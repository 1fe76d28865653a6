#pragma once

#include "../dtype.h"

#include <immintrin.h>

#include <cstring>

// Eight floats: AVX2 with FMA and F16C. See simd_base.h for the meaning of each name.
namespace mixscope::simd {

struct Avx2 {
    static constexpr int kWidth = 8;
    static constexpr int kTileRows = 6;
    static constexpr int kTileVectors = 2;
    static constexpr int kDotRows = 4;
    static constexpr int kProbedRows = 2;
    using Reg = __m256;

    static Reg set(float x) { return _mm256_set1_ps(x); }
    static Reg zero() { return _mm256_setzero_ps(); }

    static Reg load(const float* p) { return _mm256_loadu_ps(p); }
    static Reg load(const BFloat16* p) { return widen_bf16(load8(p)); }
    static Reg load(const Half* p) { return _mm256_cvtph_ps(load8(p)); }

    static Reg load_part(const float* p, std::int64_t n) { return _mm256_maskload_ps(p, mask(n)); }
    static Reg load_part(const BFloat16* p, std::int64_t n) { return widen_bf16(load8_part(p, n)); }
    static Reg load_part(const Half* p, std::int64_t n) { return _mm256_cvtph_ps(load8_part(p, n)); }

    static void store(float* p, Reg r) { _mm256_storeu_ps(p, r); }
    static void store_part(float* p, Reg r, std::int64_t n) { _mm256_maskstore_ps(p, mask(n), r); }

    template <class E>
    static void load_pair(const E* p, Reg& a, Reg& b)
    {
        a = load(p);
        b = load(p + kWidth);
    }
    static void load_pair(const BFloat16* p, Reg& even, Reg& odd)
    {
        const __m256i both = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
        even = _mm256_castsi256_ps(_mm256_slli_epi32(both, 16));
        odd = _mm256_castsi256_ps(_mm256_and_si256(both, _mm256_set1_epi32(-65536)));
    }

    template <class E>
    static void load_x_pair(const float* x, const E* /*order*/, Reg& a, Reg& b)
    {
        a = load(x);
        b = load(x + kWidth);
    }
    static void load_x_pair(const float* x, const BFloat16* /*order*/, Reg& even, Reg& odd)
    {
        const __m256i order = _mm256_setr_epi32(0, 2, 4, 6, 1, 3, 5, 7);
        const Reg a = _mm256_permutevar8x32_ps(load(x), order);
        const Reg b = _mm256_permutevar8x32_ps(load(x + kWidth), order);
        even = _mm256_permute2f128_ps(a, b, 0x20);
        odd = _mm256_permute2f128_ps(a, b, 0x31);
    }

    static Reg fma(Reg a, Reg b, Reg c) { return _mm256_fmadd_ps(a, b, c); }
    static Reg max(Reg a, Reg b) { return _mm256_max_ps(a, b); }
    static Reg min(Reg a, Reg b) { return _mm256_min_ps(a, b); }
    static Reg abs(Reg a) { return _mm256_andnot_ps(set(-0.0F), a); }
    static Reg zero_below(Reg limit, Reg x, Reg value)
    {
        return _mm256_andnot_ps(_mm256_cmp_ps(x, limit, _CMP_LT_OQ), value);
    }
    static Reg round(Reg a) { return _mm256_round_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC); }

    static Reg scale2(Reg value, Reg n)
    {
        const __m256i whole = _mm256_cvtps_epi32(n);
        const __m256i half = _mm256_srai_epi32(whole, 1);
        return value * power_of_two(half) * power_of_two(_mm256_sub_epi32(whole, half));
    }

    static float sum(Reg a)
    {
        __m128 s = _mm_add_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps(a, 1));
        s = _mm_add_ps(s, _mm_movehl_ps(s, s));
        return _mm_cvtss_f32(_mm_add_ss(s, _mm_movehdup_ps(s)));
    }

    static float largest(Reg a)
    {
        __m128 s = _mm_max_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps(a, 1));
        s = _mm_max_ps(s, _mm_movehl_ps(s, s));
        return _mm_cvtss_f32(_mm_max_ss(s, _mm_movehdup_ps(s)));
    }

    static void store_sums(float* to, Reg a, Reg b, Reg c, Reg d)
    {
        const Reg s = _mm256_hadd_ps(_mm256_hadd_ps(a, b), _mm256_hadd_ps(c, d));
        _mm_storeu_ps(to, _mm_add_ps(_mm256_castps256_ps128(s), _mm256_extractf128_ps(s, 1)));
    }

    static Reg sums(Reg (&r)[kWidth])
    {
        const Reg low = _mm256_hadd_ps(_mm256_hadd_ps(r[0], r[1]), _mm256_hadd_ps(r[2], r[3]));
        const Reg high = _mm256_hadd_ps(_mm256_hadd_ps(r[4], r[5]), _mm256_hadd_ps(r[6], r[7]));
        return _mm256_permute2f128_ps(low, high, 0x20) + _mm256_permute2f128_ps(low, high, 0x31);
    }

    static void transpose(Reg (&r)[kWidth])
    {
        Reg a[8];
        for (int i = 0; i < 8; i += 4) { // 4 x 4 blocks within the 128-bit halves
            const Reg t0 = _mm256_unpacklo_ps(r[i], r[i + 1]);
            const Reg t1 = _mm256_unpackhi_ps(r[i], r[i + 1]);
            const Reg t2 = _mm256_unpacklo_ps(r[i + 2], r[i + 3]);
            const Reg t3 = _mm256_unpackhi_ps(r[i + 2], r[i + 3]);
            a[i] = _mm256_shuffle_ps(t0, t2, 0x44);
            a[i + 1] = _mm256_shuffle_ps(t0, t2, 0xee);
            a[i + 2] = _mm256_shuffle_ps(t1, t3, 0x44);
            a[i + 3] = _mm256_shuffle_ps(t1, t3, 0xee);
        }
        for (int i = 0; i < 4; ++i) {
            r[i] = _mm256_permute2f128_ps(a[i], a[i + 4], 0x20);
            r[i + 4] = _mm256_permute2f128_ps(a[i], a[i + 4], 0x31);
        }
    }

    static float scalar(float x) { return x; }
    static float scalar(BFloat16 x)
    {
        return _mm_cvtss_f32(_mm_castsi128_ps(_mm_cvtsi32_si128(int(unsigned(x.bits) << 16))));
    }
    static float scalar(Half x) { return _mm_cvtss_f32(_mm_cvtph_ps(_mm_cvtsi32_si128(x.bits))); }

private:
    static __m256i mask(std::int64_t n)
    {
        const __m256i lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
        return _mm256_cmpgt_epi32(_mm256_set1_epi32(int(n)), lane);
    }
    static __m128i load8(const void* p) { return _mm_loadu_si128(static_cast<const __m128i*>(p)); }
    static __m128i load8_part(const void* p, std::int64_t n)
    {
        __m128i r = _mm_setzero_si128();
        std::memcpy(&r, p, std::size_t(n) * 2);
        return r;
    }
    static Reg widen_bf16(__m128i x)
    {
        return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(x), 16));
    }
    static Reg power_of_two(__m256i n)
    {
        return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_add_epi32(n, _mm256_set1_epi32(127)), 23));
    }
};

} // namespace mixscope::simd
