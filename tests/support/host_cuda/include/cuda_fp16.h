#pragma once

// Stands in for the CUDA Toolkit's header of this name: the conversions that the kernels use.

#include "kernels/dtype.h"

struct __half {
    mixscope::Half value;
};

inline __half __ushort_as_half(unsigned short bits)
{
    return {{bits}};
}
inline unsigned short __half_as_ushort(__half h)
{
    return h.value.bits;
}
inline float __half2float(__half h)
{
    return mixscope::to_float(h.value);
}
inline __half __float2half_rn(float v)
{
    return {mixscope::to_half(v)};
}
