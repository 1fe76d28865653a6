#pragma once

namespace mixscope::cpu {

/// e^x to 1 ulp; 0 below -87.33 (where results stop being normal numbers), infinity above 88.72.
template <class V>
typename V::Reg exp(typename V::Reg x)
{
    using Reg = typename V::Reg;
    // x = n ln 2 + r with |r| <= ln 2 / 2. The first part of ln 2 has few bits: n * part is exact.
    const Reg bounded = V::max(V::set(-87.5F), V::min(V::set(88.8F), x));
    const Reg n = V::round(bounded * V::set(1.44269504F));
    Reg r = V::fma(n, V::set(-0.693359375F), bounded);
    r = V::fma(n, V::set(2.1219444e-4F), r);
    // e^r = 1 + r + r^2 q(r); q minimises the largest relative error (2^-28) over the interval.
    Reg q = V::set(0x1.6a23d0p-10F);
    q = V::fma(q, r, V::set(0x1.123a20p-7F));
    q = V::fma(q, r, V::set(0x1.5558f2p-5F));
    q = V::fma(q, r, V::set(0x1.555492p-3F));
    q = V::fma(q, r, V::set(0x1.fffffcp-2F));
    const Reg power = V::scale2(V::fma(q, r * r, r) + V::set(1.0F), n);
    return V::zero_below(V::set(-87.33F), x, power);
}

/// x / (1 + e^-x)
template <class V>
typename V::Reg silu(typename V::Reg x)
{
    return x / (V::set(1.0F) + exp<V>(V::zero() - x));
}

/// log(1 + e^x), without overflow and exact for large x.
template <class V>
typename V::Reg softplus(typename V::Reg x)
{
    using Reg = typename V::Reg;
    // log(1 + e) = 2 artanh(s) with s = e / (2 + e); e <= 1, so s <= 1/3 and s^15 is below the last bit.
    const Reg e = exp<V>(V::zero() - V::abs(x));
    const Reg s = e / (V::set(2.0F) + e);
    const Reg s2 = s * s;
    Reg series = V::set(1.0F / 13.0F);
    series = V::fma(series, s2, V::set(1.0F / 11.0F));
    series = V::fma(series, s2, V::set(1.0F / 9.0F));
    series = V::fma(series, s2, V::set(1.0F / 7.0F));
    series = V::fma(series, s2, V::set(1.0F / 5.0F));
    series = V::fma(series, s2, V::set(1.0F / 3.0F));
    series = V::fma(series, s2, V::set(1.0F));
    return V::max(V::zero(), x) + V::set(2.0F) * s * series;
}

} // namespace mixscope::cpu
