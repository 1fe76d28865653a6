#include "reference_ops.h"

#include "test_block.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

namespace mixscope::reference {

namespace {

using Index = std::int64_t;

/// Element (i, j …) of v, seen as a view of one element.
template <class... Indices>
TensorView element_view(const TensorView& v, Indices... indices)
{
    Index offset = 0;
    int axis = 0;
    ((offset += indices * v.stride[axis++]), ...);
    TensorView one;
    one.data = static_cast<char*>(v.data) + std::size_t(offset) * size_of(v.dtype);
    one.dtype = v.dtype;
    return one;
}

/// One element in f64.
template <class... Indices>
double at(const TensorView& v, Indices... indices)
{
    return element(element_view(v, indices...), 0);
}

/// Writes one element, rounded.
template <class... Indices>
void put(double value, const TensorView& v, Indices... indices)
{
    set_element(element_view(v, indices...), 0, float(value));
}

double silu(double v) { return v / (1.0 + std::exp(-v)); }

/// `values` divided by their root mean square, times weight[begin …], to out[t, begin …].
void put_normalised(const std::vector<double>& values, const TensorView& weight, const TensorView& out,
                    Index t, Index begin, double eps)
{
    double sum = 0;
    for (const double v : values) sum += v * v;
    const double scale = 1.0 / std::sqrt(sum / double(values.size()) + eps);
    for (Index i = 0; i < Index(values.size()); ++i) {
        put(values[std::size_t(i)] * scale * at(weight, begin + i), out, t, begin + i);
    }
}

std::vector<double> softmax(std::vector<double> values)
{
    const double largest = *std::max_element(values.begin(), values.end());
    double sum = 0;
    for (double& v : values) sum += v = std::exp(v - largest);
    for (double& v : values) v /= sum;
    return values;
}

} // namespace

void run(const Matmul& op)
{
    for (Index t = 0; t < op.x.shape[0]; ++t) {
        for (Index n = 0; n < op.w.shape[0]; ++n) {
            double sum = op.bias ? at(op.bias, n) : 0.0;
            for (Index k = 0; k < op.x.shape[1]; ++k) sum += at(op.w, n, k) * at(op.x, t, k);
            put(double(op.scale) * sum, op.out, t, n);
        }
    }
}

void run(const RmsNorm& op)
{
    for (Index t = 0; t < op.x.shape[0]; ++t) {
        std::vector<double> values;
        for (Index i = 0; i < op.x.shape[1]; ++i) values.push_back(at(op.x, t, i));
        put_normalised(values, op.weight, op.out, t, 0, op.eps);
    }
}

void run(const AddRmsNorm& op)
{
    for (Index t = 0; t < op.x.shape[0]; ++t) {
        std::vector<double> values;
        for (Index i = 0; i < op.x.shape[1]; ++i) {
            values.push_back(at(op.x, t, i) + double(op.scale) * at(op.y, t, i));
            put(values.back(), op.x, t, i);
        }
        put_normalised(values, op.weight, op.out, t, 0, op.eps);
    }
}

void run(const GatedRmsNorm& op)
{
    const Index size = op.x.shape[1] / op.groups;
    for (Index t = 0; t < op.x.shape[0]; ++t) {
        for (Index begin = 0; begin < op.x.shape[1]; begin += size) {
            std::vector<double> values;
            for (Index i = begin; i < begin + size; ++i) {
                values.push_back(at(op.x, t, i) * silu(at(op.gate, t, i)));
            }
            put_normalised(values, op.weight, op.out, t, begin, op.eps);
        }
    }
}

void run(const Embed& op)
{
    for (Index t = 0; t < op.ids.shape[0]; ++t) {
        for (Index i = 0; i < op.table.shape[1]; ++i) {
            put(double(op.scale) * at(op.table, Index(at(op.ids, t)), i), op.out, t, i);
        }
    }
}

void run(const AddScaled& op)
{
    for (Index t = 0; t < op.x.shape[0]; ++t) {
        for (Index i = 0; i < op.x.shape[1]; ++i) {
            put(at(op.x, t, i) + double(op.scale) * at(op.y, t, i), op.x, t, i);
        }
    }
}

void run(const SwiGlu& op)
{
    const Index size = op.out.shape[1];
    for (Index t = 0; t < op.out.shape[0]; ++t) {
        for (Index i = 0; i < size; ++i) {
            put(silu(at(op.gate_up, t, i)) * at(op.gate_up, t, size + i), op.out, t, i);
        }
    }
}

void run(const L2Norm& op)
{
    for (Index t = 0; t < op.x.shape[0]; ++t) {
        for (Index r = 0; r < op.x.shape[1]; ++r) {
            double sum = 0;
            for (Index i = 0; i < op.x.shape[2]; ++i) sum += at(op.x, t, r, i) * at(op.x, t, r, i);
            put(std::sqrt(sum), op.out, t, r);
        }
    }
}

void run(const MeanAbsSilu& op)
{
    for (Index t = 0; t < op.x.shape[0]; ++t) {
        for (Index r = 0; r < op.x.shape[1]; ++r) {
            double sum = 0;
            for (Index i = 0; i < op.x.shape[2]; ++i) sum += std::fabs(silu(at(op.x, t, r, i)));
            put(sum / double(op.x.shape[2]), op.out, t, r);
        }
    }
}

void run(const WriteStrength& op)
{
    const Index per_group = op.out.shape[1] / op.b_norm.shape[1];
    for (Index t = 0; t < op.out.shape[0]; ++t) {
        for (Index h = 0; h < op.out.shape[1]; ++h) {
            put(at(op.dt, t, h) * at(op.b_norm, t, h / per_group) * at(op.x_norm, t, h), op.out, t, h);
        }
    }
}

void run(const Rope& op)
{
    const Index half = op.inv_freq.shape[0];
    for (Index t = 0; t < op.x.shape[0]; ++t) {
        for (Index h = 0; h < op.x.shape[1]; ++h) {
            for (Index i = 0; i < half; ++i) {
                // The angle is defined as a product in f32; only its functions are exact here.
                const float angle = float(at(op.pos, 0) + double(t)) * float(at(op.inv_freq, i));
                const double c = std::cos(double(angle)) * op.attention_factor;
                const double s = std::sin(double(angle)) * op.attention_factor;
                const double first = at(op.x, t, h, i);
                const double second = at(op.x, t, h, i + half);
                put(first * c - second * s, op.x, t, h, i);
                put(second * c + first * s, op.x, t, h, i + half);
            }
        }
    }
}

void run(const CausalConv1d& op)
{
    const Index tokens = op.x.shape[0];
    const Index past = op.state.shape[1];
    for (Index c = 0; c < op.x.shape[1]; ++c) {
        std::vector<double> inputs;
        for (Index k = 0; k < past; ++k) inputs.push_back(at(op.state, c, k));
        for (Index t = 0; t < tokens; ++t) inputs.push_back(at(op.x, t, c));
        for (Index t = 0; t < tokens; ++t) {
            double sum = op.bias ? at(op.bias, c) : 0.0;
            for (Index k = 0; k <= past; ++k) sum += at(op.weight, c, k) * inputs[std::size_t(t + k)];
            put(silu(sum), op.out, t, c);
        }
        for (Index k = 0; k < past; ++k) put(inputs[std::size_t(tokens + k)], op.state, c, k);
    }
}

void run(const SsdGates& op)
{
    for (Index t = 0; t < op.dt_raw.shape[0]; ++t) {
        for (Index h = 0; h < op.dt_raw.shape[1]; ++h) {
            const double v = at(op.dt_raw, t, h) + at(op.dt_bias, h);
            const double softplus = std::max(v, 0.0) + std::log1p(std::exp(-std::fabs(v)));
            const double dt = std::clamp(softplus, double(op.dt_min), double(op.dt_max));
            put(dt, op.dt, t, h);
            put(std::exp(-dt * std::exp(at(op.a_log, h))), op.keep, t, h);
        }
    }
}

namespace {

/// What one token does to the state of a head; `state`: [P * N].
void scan_step(const SsdScan& op, Index t, Index h, std::vector<double>& state)
{
    const Index n_size = op.b.shape[2];
    const Index group = h / (op.x.shape[1] / op.b.shape[1]);
    double norm2 = 0;
    double change2 = 0;
    for (Index p = 0; p < op.x.shape[2]; ++p) {
        double y = at(op.d, h) * at(op.x, t, h, p);
        for (Index n = 0; n < n_size; ++n) {
            double& s = state[std::size_t(p * n_size + n)];
            const double before = s;
            s = at(op.keep, t, h) * s + at(op.dt, t, h) * at(op.x, t, h, p) * at(op.b, t, group, n);
            y += s * at(op.c, t, group, n);
            norm2 += s * s;
            change2 += (s - before) * (s - before);
        }
        put(y, op.out, t, h, p);
    }
    if (op.state_norm) put(std::sqrt(norm2), op.state_norm, t, h);
    if (op.state_change) put(norm2 > 0 ? std::sqrt(change2 / norm2) : 0.0, op.state_change, t, h);
}

} // namespace

void run(const SsdScan& op)
{
    const Index size = op.state.shape[1] * op.state.shape[2];
    for (Index h = 0; h < op.x.shape[1]; ++h) {
        std::vector<double> state;
        for (Index i = 0; i < size; ++i) state.push_back(element(op.state, h * size + i));
        for (Index t = 0; t < op.x.shape[0]; ++t) scan_step(op, t, h, state);
        for (Index i = 0; i < size; ++i) set_element(op.state, h * size + i, float(state[std::size_t(i)]));
    }
}

void run(const KvAppend& op)
{
    for (Index t = 0; t < op.k.shape[0]; ++t) {
        const Index to = Index(at(op.pos, 0)) + t;
        for (Index h = 0; h < op.k.shape[1]; ++h) {
            for (Index i = 0; i < op.k.shape[2]; ++i) {
                put(at(op.k, t, h, i), op.k_cache, to, h, i);
                put(at(op.v, t, h, i), op.v_cache, to, h, i);
            }
        }
    }
}

void run(const Attend& op)
{
    const Index per_kv = op.q.shape[1] / op.k_cache.shape[1];
    const Index size = op.q.shape[2];
    for (Index t = 0; t < op.q.shape[0]; ++t) {
        const Index end = Index(at(op.pos, 0)) + t + 1;
        const Index begin = op.window > 0 ? std::max<Index>(end - op.window, 0) : 0;
        for (Index h = 0; h < op.q.shape[1]; ++h) {
            std::vector<double> scores;
            for (Index s = begin; s < end; ++s) {
                double dot = 0;
                for (Index i = 0; i < size; ++i) dot += at(op.q, t, h, i) * at(op.k_cache, s, h / per_kv, i);
                scores.push_back(double(op.scale) * dot);
            }
            const std::vector<double> weights = softmax(scores);
            for (Index i = 0; i < size; ++i) {
                double sum = 0;
                for (Index s = begin; s < end; ++s) {
                    sum += weights[std::size_t(s - begin)] * at(op.v_cache, s, h / per_kv, i);
                }
                put(sum, op.out, t, h, i);
            }
            for (Index s = 0; op.probs && s < op.length; ++s) {
                const bool seen = s >= begin && s < end;
                put(seen ? weights[std::size_t(s - begin)] : 0.0, op.probs, h, t, s);
            }
        }
    }
}

void run(const Route& op)
{
    const Index experts = op.logits.shape[1];
    const Index k = op.ids.shape[1];
    for (Index t = 0; t < op.logits.shape[0]; ++t) {
        std::vector<double> logits;
        for (Index e = 0; e < experts; ++e) logits.push_back(at(op.logits, t, e));
        std::vector<Index> order(static_cast<std::size_t>(experts));
        std::iota(order.begin(), order.end(), 0);
        std::stable_sort(order.begin(), order.end(), [&](Index a, Index b) {
            return logits[std::size_t(a)] > logits[std::size_t(b)];
        });
        std::vector<double> chosen;
        for (Index j = 0; j < k; ++j) chosen.push_back(logits[std::size_t(order[std::size_t(j)])]);
        const std::vector<double> weights = softmax(chosen);
        const std::vector<double> probs = softmax(logits);
        for (Index j = 0; j < k; ++j) {
            put(double(order[std::size_t(j)]), op.ids, t, j);
            put(weights[std::size_t(j)], op.weights, t, j);
        }
        for (Index e = 0; op.probs && e < experts; ++e) put(probs[std::size_t(e)], op.probs, t, e);
    }
}

void run(const ExpertMlp& op)
{
    const Index d = op.x.shape[1];
    const Index inner = op.w_out.shape[2];
    for (Index t = 0; t < op.x.shape[0]; ++t) {
        std::vector<double> sum;
        for (Index i = 0; i < d; ++i) sum.push_back(at(op.out, t, i));
        for (Index j = 0; j < op.ids.shape[1]; ++j) {
            const Index e = Index(at(op.ids, t, j));
            std::vector<double> active;
            for (Index r = 0; r < inner; ++r) {
                double gate = 0;
                double up = 0;
                for (Index i = 0; i < d; ++i) {
                    gate += at(op.w_in, e, r, i) * at(op.x, t, i);
                    up += at(op.w_in, e, inner + r, i) * at(op.x, t, i);
                }
                active.push_back(silu(gate) * up);
            }
            for (Index i = 0; i < d; ++i) {
                double y = 0;
                for (Index r = 0; r < inner; ++r) y += at(op.w_out, e, i, r) * active[std::size_t(r)];
                sum[std::size_t(i)] += at(op.weights, t, j) * y;
            }
        }
        for (Index i = 0; i < d; ++i) put(sum[std::size_t(i)], op.out, t, i);
    }
}

} // namespace mixscope::reference
