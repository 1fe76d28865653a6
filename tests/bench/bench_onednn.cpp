// Times oneDNN's matmul beside ours at the shapes of the bundled model, alternating between the
// two. oneDNN has no product of f32 activations and bf16 weights; it gets both in f32, both in
// bf16 (less exact than ours), and in its own layout of the weights, prepared beforehand.
#include "kernels/matmul.h"
#include "kernels/workers.h"

#include <dnnl.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <unordered_map>
#include <vector>

namespace mixscope {
namespace {

double now_s()
{
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// out[T, N] = x[T, K] * w[N, K]^T with everything prepared.
class OneDnnMatmul {
public:
    OneDnnMatmul(std::int64_t t, std::int64_t n, std::int64_t k, dnnl::memory::data_type type)
    {
        using Desc = dnnl::memory::desc;
        using Tag = dnnl::memory::format_tag;
        const Desc x({t, k}, type, Tag::ab);
        const Desc w({k, n}, type, Tag::any);
        const Desc out({t, n}, dnnl::memory::data_type::f32, Tag::ab);
        const dnnl::matmul::primitive_desc how(dnnl::matmul::desc(x, w, out), engine_);
        matmul_ = dnnl::matmul(how);
        arguments_ = {{DNNL_ARG_SRC, dnnl::memory(how.src_desc(), engine_)},
                      {DNNL_ARG_WEIGHTS, dnnl::memory(how.weights_desc(), engine_)},
                      {DNNL_ARG_DST, dnnl::memory(how.dst_desc(), engine_)}};
        for (auto& [index, memory] : arguments_) {
            std::fill_n(static_cast<std::uint8_t*>(memory.get_data_handle()), memory.get_desc().get_size(), 0x3c);
        }
    }

    void run()
    {
        matmul_.execute(stream_, arguments_);
        stream_.wait();
    }

private:
    dnnl::engine engine_ {dnnl::engine::kind::cpu, 0};
    dnnl::stream stream_ {engine_};
    dnnl::matmul matmul_;
    std::unordered_map<int, dnnl::memory> arguments_;
};

struct Ours {
    Ours(std::int64_t t, std::int64_t n, std::int64_t k, CpuContext& cpu_context)
        : x(std::size_t(t * k), 0.5F)
        , out(std::size_t(t * n))
        , w(std::size_t(n * k), to_bf16(0.25F))
        , context(cpu_context)
        , op {.x = view(x.data(), DType::f32, Place::host, t, k),
              .w = view(w.data(), DType::bf16, Place::host, n, k),
              .out = view(out.data(), DType::f32, Place::host, t, n)}
    {
    }

    void run() { cpu::run(op, context); }

    std::vector<float> x, out;
    std::vector<BFloat16> w;
    CpuContext& context;
    Matmul op;
};

template <class... Ops>
void compare(std::int64_t t, std::int64_t n, std::int64_t k, Ops&... ops)
{
    double best[sizeof...(Ops)];
    std::fill(std::begin(best), std::end(best), 1e30);
    for (const double end = now_s() + 0.1; now_s() < end;) {
        int i = 0;
        const auto time = [&](auto& op) {
            const double start = now_s();
            op.run();
            best[i] = std::min(best[i], now_s() - start);
            ++i;
        };
        (time(ops), ...);
    }
    std::printf("%5d x [%4d, %3d]", int(t), int(n), int(k));
    for (const double s : best) std::printf(" %9.2f us %7.1f", s * 1e6, 2.0 * double(t * n * k) / s * 1e-9);
    std::printf("\n");
}

} // namespace
} // namespace mixscope

int main(int argc, char** argv)
{
    using namespace mixscope;
    Workers workers(argc > 1 ? std::atoi(argv[1]) : 2); // oneDNN takes OMP_NUM_THREADS
    CpuContext context {workers, detect_cpu_isa()};
    constexpr std::pair<int, int> kShapes[] = {{1160, 256}, {256, 512}, {768, 256}, {256, 384}, {8192, 256}};
    std::printf("times and GFLOP/s        ours (f32 x bf16)       oneDNN f32          oneDNN bf16\n");
    for (const std::int64_t t : {1, 16, 256}) {
        for (const auto& [n, k] : kShapes) {
            Ours ours(t, n, k, context);
            OneDnnMatmul f32(t, n, k, dnnl::memory::data_type::f32);
            OneDnnMatmul bf16(t, n, k, dnnl::memory::data_type::bf16);
            compare(t, n, k, ours, f32, bf16);
        }
    }
    return 0;
}
