#if defined(__x86_64__) // compiled with AVX-512, AMX-TILE and AMX-BF16 (kernels/CMakeLists.txt)
#include "gemm_tiles.h"
#include "simd_avx512.h"

namespace mixscope::cpu {

namespace {

/// PlainTiles on the tile registers: sums 0 to 3, x 4 and 5, w 6 and 7.
struct AmxTiles {
    void configure()
    {
        struct alignas(64) Layout {
            std::uint8_t palette = 1;
            std::uint8_t start_row = 0;
            std::uint8_t reserved[14] = {};
            std::uint16_t row_bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
            std::uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
        };
        const Layout layout;
        finish_stores(&layout);
        _tile_loadconfig(&layout);
    }
    void release() { _tile_release(); }

    void zero_sums()
    {
        finish_stores(nullptr);
        _tile_zero(0);
        _tile_zero(1);
        _tile_zero(2);
        _tile_zero(3);
    }

    // The intrinsics take the number of a register as a literal.
    template <int I>
    void load_x(const BFloat16* p, Index step)
    {
        if constexpr (I == 0) _tile_loadd(4, p, step * 2);
        if constexpr (I == 1) _tile_loadd(5, p, step * 2);
    }

    template <int J>
    void load_w(const BFloat16* p)
    {
        if constexpr (J == 0) _tile_loadd(6, p, 64);
        if constexpr (J == 1) _tile_loadd(7, p, 64);
    }

    void multiply()
    {
        _tile_dpbf16ps(0, 4, 6);
        _tile_dpbf16ps(1, 4, 7);
        _tile_dpbf16ps(2, 5, 6);
        _tile_dpbf16ps(3, 5, 7);
    }

    template <int I, int J>
    void store_sum(float* p, Index step)
    {
        if constexpr (I == 0 && J == 0) _tile_stored(0, p, step * 4);
        if constexpr (I == 0 && J == 1) _tile_stored(1, p, step * 4);
        if constexpr (I == 1 && J == 0) _tile_stored(2, p, step * 4);
        if constexpr (I == 1 && J == 1) _tile_stored(3, p, step * 4);
    }

private:
    // GCC's tile intrinsics do not say that they read memory: without this, what was written for
    // them could still be in flight in the compiler's hands.
    static void finish_stores(const void* of) { asm volatile("" ::"r"(of) : "memory"); }
};

} // namespace

Index amx_gemm_scratch(Index tokens)
{
    const Index plain = kAvx512Kernels.gemm_scratch(tokens);
    const Index tiled = TileScratch::floats(tokens);
    return plain > tiled ? plain : tiled;
}

void amx_gemm(const Gemm& op, const GemmPart& part, float* scratch)
{
    if (op.dtype != DType::bf16) return kAvx512Kernels.gemm(op, part, scratch);
    gemm_tiles<simd::Avx512, AmxTiles>(op, part, scratch);
}

} // namespace mixscope::cpu
#endif
