#include "op_cases.h"

#include <utility>

namespace mixscope {

namespace {

constexpr DType kWeightTypes[] = {DType::f32, DType::f16, DType::bf16};

template <class... Parts>
std::string label(const Parts&... parts)
{
    std::string text;
    const auto add = [&text](const auto& part) {
        using Part = std::decay_t<decltype(part)>;
        if (!text.empty()) text += ' ';
        if constexpr (std::is_same_v<Part, DType>) {
            text += name_of(part);
        } else if constexpr (std::is_arithmetic_v<Part>) {
            text += std::to_string(part);
        } else {
            text += part;
        }
    };
    (add(parts), ...);
    return text;
}

/// Distinct expert ids for each token.
void fill_ids(const TensorView& ids, std::int64_t experts, Rng& rng)
{
    const std::int64_t k = ids.shape[1];
    for (std::int64_t t = 0; t < ids.shape[0]; ++t) {
        const std::int64_t first = rng.below(experts);
        for (std::int64_t j = 0; j < k; ++j) {
            ids.as<std::int32_t>()[t * k + j] = std::int32_t((first + j) % experts);
        }
    }
}

} // namespace

template <> std::vector<OpCase<Matmul>> cases()
{
    struct Size { std::int64_t t, k, n; };
    std::vector<OpCase<Matmul>> all;
    for (const Size s : {Size {0, 8, 4}, {1, 1, 1}, {1, 7, 5}, {1, 33, 70}, {1, 256, 392}, {1, 1030, 9},
                         {2, 64, 48}, {3, 17, 16}, {5, 100, 33}, {13, 257, 65}, {37, 96, 130},
                         {64, 32, 31}, {100, 40, 64}}) {
        for (const DType type : kWeightTypes) {
            TestBlock block;
            const Matmul op {.x = block.random_rows({s.t, s.k}, 3), .w = block.random(type, {s.n, s.k}),
                             .out = block.blank_rows({s.t, s.n}, 5)};
            all.push_back({label(s.t, s.k, s.n, type), std::move(block), op, {op.out}, {}});
        }
    }
    for (const std::int64_t t : {1, 21}) {
        for (const DType bias : kWeightTypes) {
            TestBlock block;
            const Matmul op {.x = block.random(DType::f32, {t, 48}), .w = block.random(DType::bf16, {50, 48}),
                             .bias = block.random(bias, {50}), .out = block.blank({t, 50}), .scale = 0.3F};
            all.push_back({label("bias", t, bias), std::move(block), op, {op.out}, {}});
        }
    }
    return all;
}

template <> std::vector<OpCase<RmsNorm>> cases()
{
    std::vector<OpCase<RmsNorm>> all;
    for (const std::int64_t t : {0, 1, 3, 40}) {
        for (const std::int64_t d : {1, 5, 64, 257}) {
            for (const DType type : kWeightTypes) {
                TestBlock block;
                const RmsNorm op {.x = block.random_rows({t, d}, 2), .weight = block.random(type, {d}),
                                  .out = block.blank({t, d})};
                all.push_back({label(t, d, type), std::move(block), op, {op.out}, {}});
            }
        }
    }
    TestBlock block;
    const TensorView x = block.random(DType::f32, {4, 70});
    const RmsNorm op {.x = x, .weight = block.random(DType::bf16, {70}), .out = x};
    all.push_back({"in place", std::move(block), op, {op.out}, {}});
    return all;
}

template <> std::vector<OpCase<AddRmsNorm>> cases()
{
    std::vector<OpCase<AddRmsNorm>> all;
    for (const std::int64_t t : {0, 1, 3, 40}) {
        for (const std::int64_t d : {1, 5, 64, 257}) {
            TestBlock block;
            const AddRmsNorm op {.x = block.random_rows({t, d}, 2), .y = block.random_rows({t, d}, 1),
                                 .weight = block.random(DType::bf16, {d}), .out = block.blank({t, d}),
                                 .scale = 0.22F};
            all.push_back({label(t, d), std::move(block), op, {op.x, op.out}, {}});
        }
    }
    return all;
}

template <> std::vector<OpCase<GatedRmsNorm>> cases()
{
    struct Size { std::int64_t t, d; int groups; };
    std::vector<OpCase<GatedRmsNorm>> all;
    for (const Size s : {Size {0, 8, 1}, {1, 512, 1}, {1, 48, 4}, {3, 35, 5}, {3, 257, 1}, {33, 64, 2}}) {
        for (const bool in_place : {false, true}) {
            TestBlock block;
            const TensorView x = block.random_rows({s.t, s.d}, 1);
            const GatedRmsNorm op {.x = x, .gate = block.random_rows({s.t, s.d}, 9, -9.0F, 9.0F),
                                   .weight = block.random(DType::bf16, {s.d}),
                                   .out = in_place ? x : block.blank({s.t, s.d}), .groups = s.groups};
            all.push_back({label(s.t, s.d, s.groups, in_place ? "in place" : "apart"), std::move(block),
                           op, {op.out}, {}});
        }
    }
    return all;
}

template <> std::vector<OpCase<Embed>> cases()
{
    std::vector<OpCase<Embed>> all;
    for (const DType type : kWeightTypes) {
        for (const std::int64_t d : {1, 37, 256}) {
            TestBlock block;
            const Embed op {.ids = block.int32({4, 0, 3, 4}), .table = block.random(type, {5, d}),
                            .out = block.blank_rows({4, d}, 3), .scale = 12.0F};
            all.push_back({label(d, type), std::move(block), op, {op.out}, {}});
        }
    }
    TestBlock block;
    const Embed op {.ids = block.int32({}), .table = block.random(DType::f32, {5, 8}),
                    .out = block.blank({0, 8})};
    all.push_back({"no tokens", std::move(block), op, {op.out}, {}});
    return all;
}

template <> std::vector<OpCase<AddScaled>> cases()
{
    std::vector<OpCase<AddScaled>> all;
    for (const std::int64_t t : {0, 1, 6}) {
        for (const std::int64_t d : {1, 19, 256}) {
            TestBlock block;
            const AddScaled op {.x = block.random_rows({t, d}, 2), .y = block.random_rows({t, d}, 4),
                                .scale = -0.7F};
            all.push_back({label(t, d), std::move(block), op, {op.x}, {}});
        }
    }
    return all;
}

template <> std::vector<OpCase<SwiGlu>> cases()
{
    std::vector<OpCase<SwiGlu>> all;
    for (const std::int64_t t : {0, 1, 6, 50}) {
        for (const std::int64_t size : {1, 19, 384}) {
            TestBlock block;
            const SwiGlu op {.gate_up = block.random_rows({t, 2 * size}, 2, -12.0F, 12.0F),
                             .out = block.blank_rows({t, size}, 4)};
            all.push_back({label(t, size), std::move(block), op, {op.out}, {}});
        }
    }
    TestBlock block;
    const SwiGlu op {.gate_up = block.random(DType::f32, {2, 64}, -200.0F, 200.0F), .out = block.blank({2, 32})};
    all.push_back({"beyond the range of exp", std::move(block), op, {op.out}, {}});
    return all;
}

namespace {

template <class Op>
std::vector<OpCase<Op>> row_cases()
{
    std::vector<OpCase<Op>> all;
    for (const std::int64_t t : {0, 1, 5}) {
        for (const std::int64_t n : {1, 7, 64, 129}) {
            TestBlock block;
            const Op op {.x = block.random_rows({t, 3, n}, 2, -6.0F, 6.0F), .out = block.blank_rows({t, 3}, 1)};
            all.push_back({label(t, n), std::move(block), op, {op.out}, {}});
        }
    }
    return all;
}

} // namespace

template <> std::vector<OpCase<L2Norm>> cases() { return row_cases<L2Norm>(); }
template <> std::vector<OpCase<MeanAbsSilu>> cases() { return row_cases<MeanAbsSilu>(); }

template <> std::vector<OpCase<WriteStrength>> cases()
{
    std::vector<OpCase<WriteStrength>> all;
    for (const std::int64_t t : {0, 1, 9}) {
        for (const std::int64_t groups : {1, 3}) {
            TestBlock block;
            const WriteStrength op {.dt = block.random_rows({t, 6}, 2), .b_norm = block.random_rows({t, groups}, 1),
                                    .x_norm = block.random(DType::f32, {t, 6}), .out = block.blank({t, 6})};
            all.push_back({label(t, groups), std::move(block), op, {op.out}, {}});
        }
    }
    return all;
}

template <> std::vector<OpCase<Rope>> cases()
{
    struct Size { std::int64_t t, heads, head_dim, half; };
    std::vector<OpCase<Rope>> all;
    for (const Size s : {Size {0, 2, 8, 4}, {1, 4, 32, 16}, {5, 3, 21, 10}, {7, 2, 64, 16}}) {
        TestBlock block;
        const Rope op {.x = block.random_rows({s.t, s.heads, s.head_dim}, 5), .pos = block.int32({1234}),
                       .inv_freq = block.random(DType::f32, {s.half}, 0.0F, 1.0F), .attention_factor = 1.1F};
        all.push_back({label(s.t, s.heads, s.head_dim, s.half), std::move(block), op, {op.x}, {}});
    }
    return all;
}

template <> std::vector<OpCase<CausalConv1d>> cases()
{
    struct Size { std::int64_t t, c, k; };
    std::vector<OpCase<CausalConv1d>> all;
    for (const Size s : {Size {0, 8, 4}, {1, 1, 1}, {1, 70, 4}, {2, 33, 4}, {3, 640, 4}, {9, 65, 3},
                         {50, 48, 4}, {6, 17, 2}, {5, 40, 7}}) {
        for (const DType type : kWeightTypes) {
            TestBlock block;
            CausalConv1d op {.x = block.random_rows({s.t, s.c}, 3), .weight = block.random(type, {s.c, s.k}),
                             .state = block.random(DType::f32, {s.c, s.k - 1}),
                             .out = block.blank_rows({s.t, s.c}, 1)};
            if (s.t % 2 == 1) op.bias = block.random(type, {s.c});
            all.push_back({label(s.t, s.c, s.k, type), std::move(block), op, {op.out, op.state}, {}});
        }
    }
    return all;
}

template <> std::vector<OpCase<SsdGates>> cases()
{
    std::vector<OpCase<SsdGates>> all;
    for (const std::int64_t t : {0, 1, 20}) {
        for (const std::int64_t heads : {1, 8, 37}) {
            for (const DType type : kWeightTypes) {
                TestBlock block;
                SsdGates op {.dt_raw = block.random_rows({t, heads}, 7, -15.0F, 15.0F),
                             .dt_bias = block.random(type, {heads}, -6.0F, 2.0F),
                             .a_log = block.random(type, {heads}, 0.0F, 3.0F),
                             .dt = block.blank({t, heads}), .keep = block.blank_rows({t, heads}, 1)};
                if (heads == 8) op.dt_min = 0.01F, op.dt_max = 5.0F;
                all.push_back({label(t, heads, type), std::move(block), op, {op.dt, op.keep}, {}});
            }
        }
    }
    return all;
}

template <> std::vector<OpCase<SsdScan>> cases()
{
    struct Size { std::int64_t t, heads, p, groups, n; };
    std::vector<OpCase<SsdScan>> all;
    for (const Size s : {Size {0, 2, 4, 1, 4}, {1, 1, 1, 1, 1}, {1, 8, 64, 1, 64}, {1, 4, 5, 2, 17},
                         {3, 2, 9, 2, 16}, {70, 3, 16, 1, 32}, {130, 2, 64, 1, 64}, {65, 4, 7, 2, 21},
                         {64, 1, 32, 1, 128}, {200, 2, 8, 1, 16}, {33, 1, 64, 1, 256}}) {
        for (const bool probed : {false, true}) {
            TestBlock block;
            SsdScan op {.x = block.random_rows({s.t, s.heads, s.p}, 3),
                        .b = block.random_rows({s.t, s.groups, s.n}, 2),
                        .c = block.random_rows({s.t, s.groups, s.n}, 1),
                        .dt = block.random(DType::f32, {s.t, s.heads}, 0.0F, 0.5F),
                        .keep = block.random(DType::f32, {s.t, s.heads}, 0.3F, 1.0F),
                        .d = block.random(probed ? DType::bf16 : DType::f32, {s.heads}),
                        .state = block.random(DType::f32, {s.heads, s.p, s.n}),
                        .out = block.blank_rows({s.t, s.heads, s.p}, 3)};
            std::vector<TensorView> outputs {op.out, op.state};
            if (probed) {
                op.state_norm = block.blank({s.t, s.heads});
                op.state_change = block.blank({s.t, s.heads});
                outputs.insert(outputs.end(), {op.state_norm, op.state_change});
            }
            all.push_back({label(s.t, s.heads, s.p, s.groups, s.n, probed ? "probed" : "plain"),
                           std::move(block), op, outputs, {}});
        }
    }
    return all;
}

template <> std::vector<OpCase<KvAppend>> cases()
{
    std::vector<OpCase<KvAppend>> all;
    for (const std::int64_t t : {0, 1, 5}) {
        for (const DType type : kWeightTypes) {
            TestBlock block;
            const KvAppend op {.k = block.random_rows({t, 3, 10}, 4), .v = block.random_rows({t, 3, 10}, 6),
                               .pos = block.int32({2}), .k_cache = block.random(type, {7, 3, 10}),
                               .v_cache = block.random(type, {7, 3, 10})};
            all.push_back({label(t, type), std::move(block), op, {op.k_cache, op.v_cache}, {}, 0.0});
        }
    }
    return all;
}

template <> std::vector<OpCase<Attend>> cases()
{
    struct Size { std::int64_t t, heads, kv_heads, head_dim, pos, window; };
    std::vector<OpCase<Attend>> all;
    for (const Size s : {Size {0, 2, 1, 4, 3, 0}, {1, 1, 1, 1, 0, 0}, {1, 8, 4, 32, 0, 0}, {1, 8, 4, 32, 77, 0},
                         {1, 6, 2, 20, 33, 10}, {5, 4, 2, 16, 0, 0}, {33, 8, 4, 32, 40, 0}, {70, 3, 3, 24, 0, 0},
                         {70, 2, 1, 64, 9, 16}, {7, 4, 1, 17, 130, 0}, {1, 2, 1, 128, 300, 0},
                         {1, 4, 1, 16, 900, 0}, {2, 4, 1, 16, 900, 100}}) {
        for (const DType type : kWeightTypes) {
            for (const bool probed : {false, true}) {
                TestBlock block;
                const std::int64_t length = s.pos + s.t;
                const std::int64_t spare = s.t == 1 ? 300 : 2; // one token: as in a recorded step
                Attend op {.q = block.random_rows({s.t, s.heads, s.head_dim}, 3, -2.0F, 2.0F),
                           .k_cache = block.random(type, {length + spare, s.kv_heads, s.head_dim}, -2.0F, 2.0F),
                           .v_cache = block.random(type, {length + spare, s.kv_heads, s.head_dim}),
                           .pos = block.int32({std::int32_t(s.pos)}),
                           .out = block.blank_rows({s.t, s.heads, s.head_dim}, 1), .length = length,
                           .window = s.window, .scale = 0.4F,
                           .bound = s.t == 1 ? length + spare : 0};
                std::vector<TensorView> outputs {op.out};
                if (probed) {
                    op.probs = block.blank_rows({s.heads, s.t, length}, s.t == 1 ? spare : 0);
                    outputs.push_back(op.probs);
                }
                all.push_back({label(s.t, s.heads, s.kv_heads, s.head_dim, s.pos, s.window, type,
                                     probed ? "probed" : "plain"),
                               std::move(block), op, outputs, {}});
            }
        }
    }
    return all;
}

template <> std::vector<OpCase<Route>> cases()
{
    struct Size { std::int64_t t, experts, k; };
    std::vector<OpCase<Route>> all;
    for (const Size s : {Size {0, 4, 2}, {1, 1, 1}, {1, 4, 2}, {9, 4, 4}, {20, 64, 6}, {3, 7, 1}}) {
        TestBlock block;
        Route op {.logits = block.random_rows({s.t, s.experts}, 1, -4.0F, 4.0F),
                  .ids = block.blank({s.t, s.k}, DType::i32), .weights = block.blank({s.t, s.k})};
        std::vector<TensorView> outputs {op.ids, op.weights};
        if (s.t % 2 == 1) {
            op.probs = block.blank_rows({s.t, s.experts}, 2);
            outputs.push_back(op.probs);
        }
        if (s.experts > 2 && s.t > 2) { // a tie
            set_element(op.logits, s.experts + 1, 5.0F);
            set_element(op.logits, s.experts + 2, 5.0F);
        }
        all.push_back({label(s.t, s.experts, s.k), std::move(block), op, outputs, {}});
    }
    return all;
}

template <> std::vector<OpCase<ExpertMlp>> cases()
{
    struct Size { std::int64_t t, d, inner, experts, k; };
    std::vector<OpCase<ExpertMlp>> all;
    for (const Size s : {Size {0, 8, 4, 2, 1}, {1, 1, 1, 1, 1}, {1, 256, 128, 4, 2}, {1, 33, 21, 3, 3},
                         {5, 40, 24, 4, 2}, {61, 64, 33, 4, 2}, {30, 17, 16, 9, 3}}) {
        for (const DType type : kWeightTypes) {
            TestBlock block;
            const ExpertMlp op {.x = block.random_rows({s.t, s.d}, 3), .ids = block.blank({s.t, s.k}, DType::i32),
                                .weights = block.random(DType::f32, {s.t, s.k}, 0.0F, 1.0F),
                                .w_in = block.random(type, {s.experts, 2 * s.inner, s.d}),
                                .w_out = block.random(type, {s.experts, s.d, s.inner}),
                                .hidden = block.blank({s.t * s.k, 3 * s.inner}),
                                .out = block.random_rows({s.t, s.d}, 2)};
            fill_ids(op.ids, s.experts, block.rng());
            all.push_back({label(s.t, s.d, s.inner, s.experts, s.k, type), std::move(block), op, {op.out},
                           {op.hidden}});
        }
    }
    return all;
}

} // namespace mixscope
