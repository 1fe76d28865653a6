// Times each op at the shapes of the bundled model and prints rates beside the rate at which the
// same team re-reads a buffer as large as the model's weights.
//
//   bench_kernels [threads] [scalar|avx2|avx512|amx] [seconds for each case]
#include "kernels/attention.h"
#include "kernels/conv1d.h"
#include "kernels/cpu/kernel_table.h"
#include "kernels/matmul.h"
#include "kernels/moe.h"
#include "kernels/norm.h"
#include "kernels/pointwise.h"
#include "kernels/read_rate.h"
#include "kernels/scan.h"
#include "kernels/workers.h"
#include "tests/support/rng.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace mixscope {
namespace {

constexpr std::int64_t kPrompt = 256; // tokens of the prefill cases
constexpr std::size_t kWeightBytes = std::size_t(217) * 100000; // what one token of the model reads

double case_seconds = 0.25; // main sets it

double now_s()
{
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// Best time of one call: neighbours only ever make a run slower.
template <class F>
double best_seconds(F&& f)
{
    double best = 1e30;
    int calls = 1;
    for (const double end = now_s() + case_seconds; now_s() < end;) {
        const double start = now_s();
        for (int i = 0; i < calls; ++i) f();
        const double each = (now_s() - start) / calls;
        best = std::min(best, each);
        calls = int(std::clamp(2e-4 / each, 1.0, 1000.0));
    }
    return best;
}

/// Owns the operands of the timed ops.
class Operands {
public:
    template <class... Sizes>
    TensorView random(DType type, Sizes... sizes)
    {
        TensorView v = view(nullptr, type, Place::host, sizes...);
        v.data = blocks_.emplace_back(new (std::align_val_t(64)) std::byte[v.bytes() + 64]).get();
        for (std::int64_t i = 0; i < v.count(); ++i) {
            const float x = rng_.uniform(-0.5F, 0.5F);
            if (type == DType::f32) v.as<float>()[i] = x;
            if (type == DType::bf16) v.as<BFloat16>()[i] = to_bf16(x);
            if (type == DType::f16) v.as<Half>()[i] = to_half(x);
        }
        return v;
    }

    TensorView position(int value)
    {
        TensorView v = random(DType::i32, 1);
        v.as<std::int32_t>()[0] = value;
        return v;
    }

    template <class... Sizes>
    TensorView f32(Sizes... sizes) { return random(DType::f32, sizes...); }
    template <class... Sizes>
    TensorView bf16(Sizes... sizes) { return random(DType::bf16, sizes...); }

private:
    struct Free {
        void operator()(std::byte* p) const { ::operator delete[](p, std::align_val_t(64)); }
    };
    Rng rng_ {1};
    std::vector<std::unique_ptr<std::byte[], Free>> blocks_;
};

template <class Op>
void report(const char* what, const Op& op, CpuContext& context)
{
    if (const char* wrong = problem(op)) {
        std::printf("%-24s %s\n", what, wrong);
        return;
    }
    const double s = best_seconds([&] { cpu::run(op, context); });
    const Cost c = cost(op);
    std::printf("%-24s %9.2f us %9.1f GB/s %9.1f GFLOP/s\n", what, s * 1e6, double(c.bytes) / s * 1e-9,
                double(c.flops) / s * 1e-9);
}

/// The matrix-vector products of one token, each on weights of its own.
void report_token(CpuContext& context, double limit)
{
    Operands operands;
    std::vector<Matmul> products;
    const auto add = [&](std::int64_t n, std::int64_t k) {
        products.push_back({.x = operands.f32(1, k), .w = operands.bf16(n, k), .out = operands.f32(1, n)});
    };
    for (int layer = 0; layer < 10; ++layer) {
        const bool attention = layer == 3 || layer == 7;
        if (attention) add(512, 256), add(256, 256);
        if (!attention) add(1160, 256), add(256, 512);
        add(768, 256), add(256, 384); // shared MLP
        add(512, 256), add(256, 256); // as large as two experts
    }
    add(8192, 256);
    double bytes = 0;
    for (const Matmul& m : products) bytes += double(cost(m).bytes);
    const double s = best_seconds([&] {
        for (const Matmul& m : products) cpu::run(m, context);
    });
    std::printf("%-24s %9.2f us %9.1f GB/s (%.1f MB, %.0f %% of re-reading)\n", "products of a token", s * 1e6,
                bytes / s * 1e-9, bytes * 1e-6, 100 * bytes / s / limit);
}

/// All ops of the bundled model for T tokens in the order in which a forward pass runs them.
std::vector<std::function<void(CpuContext&)>> model_pass(Operands& o, std::int64_t t, std::int64_t length)
{
    std::vector<std::function<void(CpuContext&)>> ops;
    const auto add = [&ops](const auto& op) { ops.push_back([op](CpuContext& context) { cpu::run(op, context); }); };
    const TensorView x = o.f32(t, 256), u = o.f32(t, 256), y = o.f32(t, 256), z = o.f32(t, 1160);
    const TensorView conv = o.f32(t, 640), dt = o.f32(t, 8), keep = o.f32(t, 8), s = o.f32(t, 512);
    const TensorView gate_up = o.f32(t, 768), active = o.f32(t, 384), hidden = o.f32(2 * t, 384);
    const TensorView logits = o.f32(t, 4), ids = o.random(DType::i32, t, 2), weights = o.f32(t, 2);
    const TensorView q = o.f32(t, 512), pos = o.position(int(length - t));
    const auto matmul = [&](const TensorView& in, const TensorView& out) {
        add(Matmul {.x = in, .w = o.bf16(out.shape[1], in.shape[1]), .out = out});
    };
    const auto next_norm = [&] { add(AddRmsNorm {.x = x, .y = y, .weight = o.bf16(256), .out = u, .scale = 0.01F}); };
    for (int layer = 0; layer < 10; ++layer) {
        next_norm();
        if (layer == 3 || layer == 7) {
            matmul(u, q);
            const TensorView kc = o.bf16(length, 4, 32), vc = o.bf16(length, 4, 32);
            add(KvAppend {.k = q.slice(1, 256, 128).split_last(4, 32), .v = q.slice(1, 384, 128).split_last(4, 32),
                          .pos = pos, .k_cache = kc, .v_cache = vc});
            add(Attend {.q = q.slice(1, 0, 256).split_last(8, 32), .k_cache = kc, .v_cache = vc, .pos = pos,
                        .out = u.split_last(8, 32), .length = length, .scale = 0.18F});
            matmul(u, y);
        } else {
            matmul(u, z);
            add(CausalConv1d {.x = z.slice(1, 512, 640), .weight = o.bf16(640, 4), .bias = o.bf16(640),
                              .state = o.f32(640, 3), .out = conv});
            add(SsdGates {.dt_raw = z.slice(1, 1152, 8), .dt_bias = o.bf16(8), .a_log = o.bf16(8), .dt = dt, .keep = keep});
            add(SsdScan {.x = conv.slice(1, 0, 512).split_last(8, 64), .b = conv.slice(1, 512, 64).split_last(1, 64),
                         .c = conv.slice(1, 576, 64).split_last(1, 64), .dt = dt, .keep = keep, .d = o.bf16(8),
                         .state = o.f32(8, 64, 64), .out = s.split_last(8, 64)});
            add(GatedRmsNorm {.x = s, .gate = z.slice(1, 0, 512), .weight = o.bf16(512), .out = s});
            matmul(s, y);
        }
        next_norm();
        matmul(u, gate_up);
        add(SwiGlu {.gate_up = gate_up, .out = active});
        matmul(active, y);
        matmul(u, logits);
        add(Route {.logits = logits, .ids = ids, .weights = weights});
        add(ExpertMlp {.x = u, .ids = ids, .weights = weights, .w_in = o.bf16(4, 256, 256), .w_out = o.bf16(4, 256, 128),
                       .hidden = hidden, .out = y});
    }
    next_norm();
    const TensorView last = u.slice(0, t - 1, 1);
    matmul(last, o.f32(1, 8192));
    return ops;
}

void report_model(CpuContext& context)
{
    for (const std::int64_t t : {std::int64_t(1), kPrompt}) {
        for (const std::int64_t length : {kPrompt, std::int64_t(4096)}) {
            Operands o;
            const auto ops = model_pass(o, t, length);
            const double s = best_seconds([&] {
                for (const auto& op : ops) op(context);
            });
            std::printf("model, T = %-3d of %-4d     %9.2f us %9.0f tokens/s, %d ops\n", int(t), int(length), s * 1e6,
                        double(t) / s, int(ops.size()));
        }
    }
}

void report_ops(CpuContext& context, std::int64_t t)
{
    Operands o;
    std::printf("\nT = %d\n", int(t));
    const auto matmul = [&](const char* what, std::int64_t n, std::int64_t k) {
        report(what, Matmul {.x = o.f32(t, k), .w = o.bf16(n, k), .out = o.f32(t, n)}, context);
    };
    matmul("in_proj [1160, 256]", 1160, 256);
    matmul("out_proj [256, 512]", 256, 512);
    matmul("shared in [768, 256]", 768, 256);
    matmul("shared out [256, 384]", 256, 384);
    matmul("router [4, 256]", 4, 256);
    if (t == 1) matmul("head [8192, 256]", 8192, 256);
    report("rmsnorm 256", RmsNorm {.x = o.f32(t, 256), .weight = o.bf16(256), .out = o.f32(t, 256)}, context);
    report("add_rmsnorm 256",
           AddRmsNorm {.x = o.f32(t, 256), .y = o.f32(t, 256), .weight = o.bf16(256), .out = o.f32(t, 256), .scale = 0},
           context);
    report("gated_rmsnorm 512",
           GatedRmsNorm {.x = o.f32(t, 512), .gate = o.f32(t, 512), .weight = o.bf16(512), .out = o.f32(t, 512)},
           context);
    report("swiglu 384", SwiGlu {.gate_up = o.f32(t, 768), .out = o.f32(t, 384)}, context);
    report("conv1d 640 x 4",
           CausalConv1d {.x = o.f32(t, 640), .weight = o.bf16(640, 4), .bias = o.bf16(640), .state = o.f32(640, 3),
                         .out = o.f32(t, 640)},
           context);
    report("ssd_gates 8",
           SsdGates {.dt_raw = o.f32(t, 8), .dt_bias = o.bf16(8), .a_log = o.bf16(8), .dt = o.f32(t, 8),
                     .keep = o.f32(t, 8)},
           context);
    SsdScan scan {.x = o.f32(t, 8, 64), .b = o.f32(t, 1, 64), .c = o.f32(t, 1, 64), .dt = o.f32(t, 8),
                  .keep = o.f32(t, 8), .d = o.bf16(8), .state = o.f32(8, 64, 64), .out = o.f32(t, 8, 64)};
    report("ssd_scan 8 x 64 x 64", scan, context);
    scan.state_norm = o.f32(t, 8);
    scan.state_change = o.f32(t, 8);
    report("  with norm and change", scan, context);

    const auto attend = [&](const char* what, std::int64_t length, bool probed) {
        Attend op {.q = o.f32(t, 8, 32), .k_cache = o.bf16(length, 4, 32), .v_cache = o.bf16(length, 4, 32),
                   .pos = o.position(int(length - t)), .out = o.f32(t, 8, 32), .length = length, .scale = 0.18F};
        if (probed) op.probs = o.f32(8, t, length);
        report(what, op, context);
    };
    attend("attend, 256 keys", 256, false);
    attend("attend, 4096 keys", 4096, false);
    attend("  with probs", 4096, true);

    ExpertMlp experts {.x = o.f32(t, 256), .ids = o.random(DType::i32, t, 2), .weights = o.f32(t, 2),
                       .w_in = o.bf16(4, 256, 256), .w_out = o.bf16(4, 256, 128), .hidden = o.f32(2 * t, 384),
                       .out = o.f32(t, 256)};
    for (std::int64_t i = 0; i < 2 * t; ++i) experts.ids.as<std::int32_t>()[i] = std::int32_t(i % 4);
    report("experts 2 of 4 x 128", experts, context);
    Route route {.logits = o.f32(t, 4), .ids = o.random(DType::i32, t, 2), .weights = o.f32(t, 2)};
    report("route", route, context);
}

/// The two forms of the scan on one thread: 4 heads of 64 rows, alternating.
void report_scan_forms(CpuIsa isa)
{
    const cpu::KernelTable& kernels = cpu::kernel_table(isa);
    std::printf("\nscan, 4 heads of 64 x N, %s      token by token   block by block\n", name_of(isa));
    for (const std::int64_t n : {64, 128, 256}) {
        for (const std::int64_t t : {16, 64, 256}) {
            Operands o;
            const SsdScan op {.x = o.f32(t, 4, 64), .b = o.f32(t, 1, n), .c = o.f32(t, 1, n), .dt = o.f32(t, 4),
                              .keep = o.f32(t, 4), .d = o.f32(4), .state = o.f32(4, 64, n), .out = o.f32(t, 4, 64)};
            std::vector<float> scratch(std::size_t(kernels.scan_chunked_scratch(64, n)));
            double best[2] = {1e30, 1e30};
            for (const double end = now_s() + case_seconds; now_s() < end;) {
                const double start = now_s();
                kernels.ssd_scan(op, 0, 4 * 64);
                const double middle = now_s();
                kernels.scan_chunked(op, 0, 4, scratch.data());
                best[0] = std::min(best[0], middle - start);
                best[1] = std::min(best[1], now_s() - middle);
            }
            std::printf("N %-3d T %-3d             %20.1f us %13.1f us\n", int(n), int(t), best[0] * 1e6, best[1] * 1e6);
        }
    }
}

CpuIsa parse_isa(const char* text)
{
    for (const CpuIsa isa : {CpuIsa::scalar, CpuIsa::avx2, CpuIsa::avx512, CpuIsa::amx}) {
        if (std::strcmp(text, name_of(isa)) == 0) return std::min(isa, detect_cpu_isa());
    }
    return detect_cpu_isa();
}

} // namespace
} // namespace mixscope

int main(int argc, char** argv)
{
    using namespace mixscope;
    Workers workers(argc > 1 ? std::atoi(argv[1]) : int(std::thread::hardware_concurrency()));
    CpuContext context {workers, parse_isa(argc > 2 ? argv[2] : "best")};
    if (argc > 3) case_seconds = std::atof(argv[3]);
    std::printf("%d threads, %s\n", workers.count(), name_of(context.isa));

    const double limit = measure_read_rate(workers, kWeightBytes);
    std::printf("re-read of %.1f MB       %31.1f GB/s\n", double(kWeightBytes) * 1e-6, limit * 1e-9);
    const double round = best_seconds([&] { workers.for_each_part(2, 1, [](int, std::int64_t, std::int64_t) {}); });
    std::printf("empty parallel loop      %9.3f us\n", round * 1e6);
    report_token(context, limit);
    report_model(context);
    report_ops(context, 1);
    report_ops(context, kPrompt);
    report_scan_forms(context.isa);
    return 0;
}
