// Times the CUDA kernels alone against what this GPU was measured to do: reading and copying
// memory, and cuBLAS. Prints "metric|limit|ours|unit", one a line.
//
//   bench_gpu [divisor of all sizes, 1 unless given]
#include "engine/cuda/cuda_backend.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cublas_v2.h>
#include <cuda_runtime.h>
#include <functional>
#include <string>
#include <vector>

namespace mixscope {
namespace {

std::int64_t divisor = 1; // main sets it

/// A power of two at full size; never less than 8.
std::int64_t size(std::int64_t full)
{
    return std::max<std::int64_t>(8, full / divisor);
}

void print(const std::string& metric, double limit, double ours, const char* unit)
{
    std::printf("%s|%.4g|%.4g|%s\n", metric.c_str(), limit, ours, unit);
    std::fflush(stdout);
}

class Bench {
public:
    explicit Bench(CudaBackend& backend)
        : backend_(backend)
    {
    }

    void run()
    {
        const auto bytes = std::size_t(size(std::int64_t(1) << 30));
        read_ = backend_.read_rate(bytes);
        const TensorView from = zeros(DType::f32, std::int64_t(bytes) / 4);
        const TensorView to = zeros(DType::f32, std::int64_t(bytes) / 4);
        copy_ = 2.0 * double(bytes) / seconds([&] { backend_.copy(from, to); });
        print("copy, read and written", read_ / 1e9, copy_ / 1e9, "GB/s");
        buffers_.clear();
        matvec("GEMV 8192 x 8192 bf16", 8192, 8192);
        matvec("GEMV 100352 x 2048 bf16 (head)", 100352, 2048);
        matvec("GEMV 4096 x 14336 bf16", 4096, 14336);
        scan_step();
        attend_step(8192);
        attend_step(32768);
        scan_prefill();
        matmul_prefill();
    }

private:
    template <class... Sizes> TensorView zeros(DType dtype, Sizes... sizes)
    {
        TensorView v = view(nullptr, dtype, Place::device, sizes...);
        Result<Buffer> buffer = backend_.allocate(v.bytes());
        if (!buffer) throw DeviceFailure(buffer.error());
        v.data = buffer->data();
        buffers_.push_back(std::move(buffer).value());
        return v;
    }

    /// Numbers of ordinary size: a product of zeros draws less power and runs at a higher clock.
    template <class... Sizes> TensorView numbers(Sizes... sizes)
    {
        const TensorView v = zeros(DType::bf16, sizes...);
        std::vector<BFloat16> values(std::size_t(v.count()));
        std::uint32_t random = 1;
        for (BFloat16& value : values) {
            random = random * 1664525U + 1013904223U;
            value = to_bf16(float(random >> 8) / float(1U << 23) - 1.0F);
        }
        backend_.upload(v, values.data());
        return v;
    }

    /// Best time of one call out of five rounds; a round is long enough to hide its start.
    double seconds(const std::function<void()>& call)
    {
        using Clock = std::chrono::steady_clock;
        const auto round = [&](int calls) {
            const Clock::time_point start = Clock::now();
            for (int i = 0; i < calls; ++i)
                call();
            cudaDeviceSynchronize();
            return std::chrono::duration<double>(Clock::now() - start).count() / calls;
        };
        round(1); // warms up
        const int calls = int(std::clamp(0.1 / round(3), 3.0, 2000.0));
        double best = round(calls);
        for (int i = 1; i < 5; ++i)
            best = std::min(best, round(calls));
        return best;
    }

    void matvec(const char* name, std::int64_t n, std::int64_t k)
    {
        const Matmul op {.x = zeros(DType::f32, 1, size(k)),
                         .w = numbers(size(n), size(k)),
                         .out = zeros(DType::f32, 1, size(n))};
        print(name, read_ / 1e9, double(op.w.bytes()) / seconds([&] { backend_.run(op); }) / 1e9,
              "GB/s");
        buffers_.clear();
    }

    SsdScan scan(std::int64_t tokens, std::int64_t heads)
    {
        const std::int64_t rows = 64;
        const std::int64_t columns = 128;
        return {.x = zeros(DType::f32, tokens, heads, rows),
                .b = zeros(DType::f32, tokens, 1, columns),
                .c = zeros(DType::f32, tokens, 1, columns),
                .dt = zeros(DType::f32, tokens, heads),
                .keep = zeros(DType::f32, tokens, heads),
                .d = zeros(DType::f32, heads),
                .state = zeros(DType::f32, heads, rows, columns),
                .out = zeros(DType::f32, tokens, heads, rows)};
    }

    void scan_step()
    {
        const SsdScan op = scan(1, size(128));
        const double bytes = 2.0 * double(op.state.bytes());
        print("SSD step, 128 heads x 64, state 128", copy_ / 1e9,
              bytes / seconds([&] { backend_.run(op); }) / 1e9, "GB/s");
        buffers_.clear();
    }

    void scan_prefill()
    {
        const std::int64_t tokens = size(2048);
        const SsdScan op = scan(tokens, size(128));
        // x and out in f32, b, c, dt and keep: what the chunked form must move at least.
        const double bytes = double(op.x.bytes() + op.out.bytes() + op.b.bytes() + op.c.bytes()
                                    + op.dt.bytes() + op.keep.bytes());
        print("SSD prefill, 128 heads x 64, state 128", double(tokens) * read_ / bytes,
              double(tokens) / seconds([&] { backend_.run(op); }), "tokens/s");
        buffers_.clear();
    }

    void attend_step(std::int64_t context)
    {
        const std::int64_t length = size(context);
        const std::int64_t kv_heads = 8;
        const std::int64_t heads = 32;
        const std::int64_t width = 128;
        Attend op {.q = zeros(DType::f32, 1, heads, width),
                   .k_cache = zeros(DType::bf16, length, kv_heads, width),
                   .v_cache = zeros(DType::bf16, length, kv_heads, width),
                   .pos = zeros(DType::i32, 1),
                   .out = zeros(DType::f32, 1, heads, width),
                   .length = length,
                   .scale = 0.1F};
        const auto pos = std::int32_t(length - 1);
        backend_.upload(op.pos, &pos);
        const double bytes = double(op.k_cache.bytes() + op.v_cache.bytes());
        print("attention step, 32 heads, 8 of keys, " + std::to_string(context) + " tokens",
              read_ / 1e9, bytes / seconds([&] { backend_.run(op); }) / 1e9, "GB/s");
        buffers_.clear();
    }

    void matmul_prefill()
    {
        const std::int64_t tokens = size(2048);
        const std::int64_t n = size(8192);
        const Matmul op {.x = zeros(DType::f32, tokens, n),
                         .w = numbers(n, n),
                         .out = zeros(DType::f32, tokens, n)};
        const double flops = 2.0 * double(tokens) * double(n) * double(n);
        const TensorView x = numbers(tokens, n);
        const double plain = cublas_seconds(x, op.w, op.out);
        print("matrix product, 2048 tokens, 8192 x 8192, f32 activations", flops / plain / 1e12,
              flops / seconds([&] { backend_.run(op); }) / 1e12, "TFLOP/s");
        buffers_.clear();
    }

    /// cuBLAS alone, bf16 on both sides.
    double cublas_seconds(const TensorView& x, const TensorView& w, const TensorView& out)
    {
        cublasHandle_t blas = nullptr;
        if (cublasCreate(&blas) != CUBLAS_STATUS_SUCCESS) return 0.0;
        const float one = 1.0F;
        const float zero = 0.0F;
        const auto n = int(w.shape[0]);
        const auto k = int(w.shape[1]);
        const double took = seconds([&] {
            cublasGemmEx(blas, CUBLAS_OP_T, CUBLAS_OP_N, n, int(x.shape[0]), k, &one, w.data,
                         CUDA_R_16BF, k, x.data, CUDA_R_16BF, k, &zero, out.data, CUDA_R_32F, n,
                         CUBLAS_COMPUTE_32F, CUBLAS_GEMM_DEFAULT);
        });
        cublasDestroy(blas);
        return took;
    }

    CudaBackend& backend_;
    std::vector<Buffer> buffers_;
    double read_ = 0.0;
    double copy_ = 0.0;
};

} // namespace
} // namespace mixscope

int main(int argc, char** argv)
{
    if (argc > 1) mixscope::divisor = std::max(1L, std::strtol(argv[1], nullptr, 10));
    auto made = mixscope::CudaBackend::create();
    if (!made) {
        std::fprintf(stderr, "error: %s\nhint: %s\n", made.error().what.c_str(),
                     made.error().hint.c_str());
        return 1;
    }
    std::fprintf(stderr, "%s\n", (*made)->description().c_str());
    mixscope::Bench(**made).run();
}
