#pragma once

#include "../dtype.h"

#include <cstring>

// Vectors of four floats in the compiler's own notation: the form that runs on every processor.
// The kernels in this folder are templates on such a struct; simd_avx2.h and simd_avx512.h offer
// the same names for wider registers.
//
// Files compiled for a special instruction set must not call ordinary inline functions (the
// linker could keep their copy for the whole program), so the kernels use only these structs,
// templates on them and fields of views.
namespace mixscope::simd {

struct Base {
    static constexpr int kWidth = 4;
    static constexpr int kTileRows = 4; ///< tokens x (kTileVectors * kWidth) sums fit the registers
    static constexpr int kTileVectors = 2;
    static constexpr int kDotRows = 4; ///< rows of a matrix-vector product at once, a multiple of 4
    static constexpr int kProbedRows = 2; ///< rows of a probed scan at once
    using Reg = float __attribute__((vector_size(16)));
    using Int = std::int32_t __attribute__((vector_size(16)));
    using UInt = std::uint32_t __attribute__((vector_size(16)));

    static Reg set(float x) { return Reg {x, x, x, x}; }
    static Reg zero() { return Reg {}; }

    static Reg load(const float* p)
    {
        Reg r;
        std::memcpy(&r, p, sizeof r);
        return r;
    }
    static Reg load(const BFloat16* p) { return Reg {scalar(p[0]), scalar(p[1]), scalar(p[2]), scalar(p[3])}; }
    static Reg load(const Half* p) { return Reg {scalar(p[0]), scalar(p[1]), scalar(p[2]), scalar(p[3])}; }

    /// The first n < kWidth elements, zeros after them.
    template <class E>
    static Reg load_part(const E* p, std::int64_t n)
    {
        Reg r {};
        for (std::int64_t i = 0; i < n; ++i) r[i] = scalar(p[i]);
        return r;
    }

    static void store(float* p, Reg r) { std::memcpy(p, &r, sizeof r); }
    static void store_part(float* p, Reg r, std::int64_t n)
    {
        for (std::int64_t i = 0; i < n; ++i) p[i] = r[i];
    }

    /// Rounds to nearest even; NaN stays NaN.
    static void store(BFloat16* p, Reg r)
    {
        for (int i = 0; i < kWidth; ++i) p[i] = to_bf16(r[i]);
    }

    /// kWidth pairs of bf16 numbers, moved as they are.
    static Reg load_bits(const BFloat16* p)
    {
        Reg r;
        std::memcpy(&r, p, sizeof r);
        return r;
    }
    static void store_bits(BFloat16* p, Reg r) { std::memcpy(p, &r, sizeof r); }

    /// 2 * kWidth weights as two registers, in the order that `load_x_pair` gives for E.
    template <class E>
    static void load_pair(const E* p, Reg& a, Reg& b)
    {
        a = load(p);
        b = load(p + kWidth);
    }
    static void load_pair(const BFloat16* p, Reg& even, Reg& odd)
    {
        UInt both;
        std::memcpy(&both, p, sizeof both);
        even = Reg(both << 16);
        odd = Reg(both & 0xffff0000U);
    }

    /// 2 * kWidth activations in the order of load_pair(const E*).
    template <class E>
    static void load_x_pair(const float* x, const E* /*order*/, Reg& a, Reg& b)
    {
        a = load(x);
        b = load(x + kWidth);
    }
    static void load_x_pair(const float* x, const BFloat16* /*order*/, Reg& even, Reg& odd)
    {
        even = Reg {x[0], x[2], x[4], x[6]};
        odd = Reg {x[1], x[3], x[5], x[7]};
    }

    static Reg fma(Reg a, Reg b, Reg c) { return a * b + c; } ///< a b + c
    static Reg max(Reg a, Reg b) { return select(Int(a > b), a, b); } ///< b where one is NaN
    static Reg min(Reg a, Reg b) { return select(Int(a < b), a, b); } ///< b where one is NaN
    static Reg abs(Reg a) { return Reg(UInt(a) & 0x7fffffffU); }
    static Reg zero_below(Reg limit, Reg x, Reg value) { return select(Int(x < limit), zero(), value); }

    static Reg round(Reg a) ///< |a| < 2^22
    {
        const Reg shift = set(12582912.0F); // 1.5 * 2^23: the sum has no room for a fraction
        return (a + shift) - shift;
    }

    /// value * 2^n for whole n in [-126, 128]
    static Reg scale2(Reg value, Reg n)
    {
        // Two factors, because 2^128 alone is not a float.
        const Int whole = __builtin_convertvector(n, Int);
        const Int half = whole >> 1;
        return value * Reg((half + 127) << 23) * Reg((whole - half + 127) << 23);
    }

    static float sum(Reg a) { return (a[0] + a[2]) + (a[1] + a[3]); }
    static float largest(Reg a)
    {
        const float x = a[0] > a[1] ? a[0] : a[1];
        const float y = a[2] > a[3] ? a[2] : a[3];
        return x > y ? x : y;
    }

    /// Writes the sums of four registers.
    static void store_sums(float* to, Reg a, Reg b, Reg c, Reg d)
    {
        Reg r[4] = {a, b, c, d};
        transpose(r);
        store(to, (r[0] + r[1]) + (r[2] + r[3]));
    }

    /// Lane i: the sum of r[i].
    static Reg sums(Reg (&r)[kWidth])
    {
        transpose(r);
        return (r[0] + r[1]) + (r[2] + r[3]);
    }

    static void transpose(Reg (&r)[kWidth])
    {
        const Reg a = __builtin_shufflevector(r[0], r[1], 0, 4, 1, 5);
        const Reg b = __builtin_shufflevector(r[2], r[3], 0, 4, 1, 5);
        const Reg c = __builtin_shufflevector(r[0], r[1], 2, 6, 3, 7);
        const Reg d = __builtin_shufflevector(r[2], r[3], 2, 6, 3, 7);
        r[0] = __builtin_shufflevector(a, b, 0, 1, 4, 5);
        r[1] = __builtin_shufflevector(a, b, 2, 3, 6, 7);
        r[2] = __builtin_shufflevector(c, d, 0, 1, 4, 5);
        r[3] = __builtin_shufflevector(c, d, 2, 3, 6, 7);
    }

    static float scalar(float x) { return x; }
    static float scalar(BFloat16 x) { return to_float(x); }
    static float scalar(Half x) { return to_float(x); }

private:
    static Reg select(Int mask, Reg yes, Reg no) { return Reg((mask & Int(yes)) | (~mask & Int(no))); }
};

} // namespace mixscope::simd
