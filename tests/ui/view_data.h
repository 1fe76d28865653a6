#pragma once

#include "engine/events.h"
#include "ui/models/run_store.h"
#include "ui/models/selection.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace mixscope::view_data {

inline constexpr int kHeads = 8;
inline constexpr int kExperts = 4;

/// Ten layers as in the bundled model: Mamba-2, attention at 3 and 7, experts everywhere.
inline std::shared_ptr<ModelInfo> hybrid()
{
    auto model = std::make_shared<ModelInfo>();
    model->read_bytes_per_s = 80e9;
    model->name = "tiny-hybrid";
    model->family = "granitemoehybrid";
    for (int i = 0; i < 10; ++i) {
        LayerInfo layer;
        const bool attends = i == 3 || i == 7;
        layer.mixer = attends ? "attention" : "mamba2";
        layer.feed_forward = "moe+shared";
        layer.n_heads = kHeads;
        layer.n_kv_heads = attends ? 4 : 0;
        layer.head_dim = attends ? 32 : 64;
        layer.d_state = attends ? 0 : 64;
        layer.n_groups = attends ? 0 : 1;
        layer.n_experts = kExperts;
        layer.n_experts_used = 2;
        layer.weight_bytes = 2'400'000;
        layer.state_bytes = attends ? 0 : 138'240;
        layer.kv_bytes_per_token = attends ? 1024 : 0;
        model->layers.push_back(layer);
        model->state_bytes += layer.state_bytes;
        model->kv_bytes_per_token += layer.kv_bytes_per_token;
    }
    model->weight_bytes = 25'600'000;
    model->context_limit = 4096;
    model->vocabulary = 8192;
    for (int id = 0; id < 64; ++id)
        model->pieces.push_back("\u2581word" + std::to_string(id));
    return model;
}

/// A number in [0, 1) that depends on its arguments alone.
inline float noise(int a, int b, int c, int d = 0)
{
    std::uint32_t x = std::uint32_t(a) * 0x9E3779B1U ^ std::uint32_t(b) * 0x85EBCA77U
        ^ std::uint32_t(c) * 0xC2B2AE3DU ^ std::uint32_t(d) * 0x27D4EB2FU;
    x ^= x >> 15;
    x *= 0x2C1B3C6DU;
    x ^= x >> 12;
    x *= 0x297A2D39U;
    x ^= x >> 15;
    return float(x >> 8) / float(1 << 24);
}

/// What the engine is said to have captured; replace one to feed known numbers.
struct Source {
    std::function<float(int layer, int head, int query, int key)> weight; ///< before normalising
    std::function<float(int layer, int token, int head)> state_norm, state_change, dt, keep, write,
        out_gate, read;
    std::function<float(int layer, int token, int expert)> router;
    std::function<std::string(int token)> text;
    std::function<float(int token, int layer)> layer_ms;
    std::vector<int> attention_layers {3};
    int gate_layer = -1; ///< -1: gates of all recurrent layers
};

/// Numbers that look like those of a real run.
inline Source plausible()
{
    Source s;
    s.weight = [](int layer, int head, int query, int key) {
        const float far = float(query - key);
        float w = 0.02F * noise(layer * 64 + head, query, key) * noise(key, head, 7, layer);
        if (key == 0) w += 0.4F + 0.2F * float(head % 3);
        w += std::exp(-far / (1.5F + 4.0F * float(head))) * (0.2F + noise(query, key, head));
        if (query % 37 == key % 37 && key < query && head % 4 == 2) w += 3.0F;
        if (noise(key, layer, 5) > 0.97F) w += 0.3F;
        return w;
    };
    const auto wave = [](int layer, int token, int head, float speed) {
        const float phase = 6.28F * noise(layer, head, 3);
        return 0.5F + 0.3F * std::sin(float(token) * speed * (0.4F + noise(layer, head, 9)) + phase)
            + 0.2F * (noise(layer, token, head) - 0.5F);
    };
    s.state_norm = [wave](int layer, int token, int head) {
        return (1.0F - std::exp(-float(token + 1) / 9.0F))
            * (4.0F + float(layer) + 3.0F * wave(layer, token / 4, head, 0.5F));
    };
    s.state_change = [wave](int layer, int token, int head) {
        return 0.4F * std::pow(wave(layer, token, head, 2.3F), 2.0F) + 2.0F / float(token + 2);
    };
    s.dt = [wave](int layer, int token, int head) {
        return 0.003F * std::exp(4.5F * wave(layer, token, head, 1.1F));
    };
    s.keep = [](int layer, int token, int head) {
        return std::exp(-0.4F * std::pow(noise(layer, token / 3, head), 3.0F)
                        - 0.002F * float(head + 1));
    };
    s.write = [wave](int layer, int token, int head) {
        return 2.0F * wave(layer, token, head, 1.7F);
    };
    s.out_gate = [wave](int layer, int token, int head) {
        return 0.6F * wave(layer, token + 5, head, 1.3F);
    };
    s.read = [wave](int layer, int token, int group) {
        return 5.0F + 2.0F * wave(layer, token, group, 0.9F);
    };
    s.router = [](int layer, int token, int expert) {
        return std::pow(noise(layer, token / 2, expert, 4), 4.0F) + 0.01F;
    };
    s.text = [](int token) {
        static const std::vector<std::string> words {
            "Once",   " upon",  " a",     " time", ",",        " there", " was",   " a",
            " young", " fox",   " named", " Pip",  ".",        " Pip",   " was",   " very",
            " quiet", ".",      " One",   " day",  " a",       " boy",   " named", " Paul",
            " sat",   " alone", " in",    " the",  " village", ".",      " \"",    "Hi",
            ",",      " I",     " am",    " Pip",  ".\""};
        return words[std::size_t(token) % words.size()];
    };
    s.layer_ms = [](int token, int layer) {
        const float base = layer == 0 ? 0.012F
            : layer == 11             ? 0.17F
            : (layer - 1) % 4 == 3    ? 0.058F
                                      : 0.047F;
        return base * (1.0F + 0.15F * noise(token, layer, 1)) * (token % 61 == 60 ? 2.2F : 1.0F);
    };
    return s;
}

/// A conversation as the window would hold it.
class FakeRun {
public:
    explicit FakeRun(Source s = plausible(), std::shared_ptr<ModelInfo> m = hybrid())
        : source(std::move(s))
        , model(std::move(m))
        , layout_(make_layout())
    {
        std::vector<Event> events {Loaded {model}};
        store.apply(events);
        selection.setLayerCount(int(model->layers.size()));
        selection.setHeadCount(kHeads);
        QObject::connect(&selection, &Selection::layerChanged, &store, [this] {
            store.setAttentionFocus(selection.attention().layer);
        });
    }

    /// A prompt in one chunk.
    void prompt(int tokens, int kept = 0)
    {
        PromptReady ready {.request = 1, .kept = kept, .prompt_tokens = tokens, .message = {}};
        ready.message.assign(std::size_t(tokens), 0);
        std::vector<Event> events {ready, batch(kept, tokens - kept, true)};
        store.apply(events);
        selection.setNewest(store.tokens() - 1);
    }

    /// More prompt tokens, in one chunk.
    void prefill(int tokens)
    {
        std::vector<Event> events {batch(store.tokens(), tokens, true)};
        store.apply(events);
        selection.setNewest(store.tokens() - 1);
    }

    /// Decoded tokens, one batch each, taken in one tick.
    void decode(int tokens)
    {
        std::vector<Event> events;
        for (int i = 0; i < tokens; ++i)
            events.emplace_back(batch(store.tokens() + i, 1, false));
        store.apply(events);
        selection.setNewest(store.tokens() - 1);
    }

    void finish()
    {
        std::vector<Event> events {Finished {.request = 1}};
        store.apply(events);
    }

    StateFrame state(int layer, int head) const
    {
        StateFrame frame {.layer = layer,
                          .head = head,
                          .position = store.tokens() - 1,
                          .rows = 64,
                          .columns = 64};
        for (int r = 0; r < 64; ++r) {
            for (int c = 0; c < 64; ++c) {
                const float sign = noise(r, c, head) > 0.5F ? 1.0F : -1.0F;
                frame.values.push_back(sign * std::pow(noise(r, 1, head), 4.0F)
                                       * std::pow(noise(c, 2, head), 3.0F) * 0.9F);
            }
        }
        return frame;
    }

    Event recomputed(int layer)
    {
        TokenBatch out;
        out.recomputed = true;
        out.layout = layout_;
        out.attention.push_back(rows(layer, 0, store.tokens()));
        return out;
    }

    /// What the engine would say of tokens [first, first + count).
    TokenBatch batch(int first, int count, bool prefill) const
    {
        TokenBatch out;
        out.first_position = first;
        out.prefill = prefill;
        out.layout = layout_;
        out.values.resize(std::size_t(count) * std::size_t(layout_->width));
        out.layer_ms.assign(model->layers.size() + 2, 0.0F);
        const float share = prefill ? 0.18F : 1.0F;
        for (int t = 0; t < count; ++t) {
            const int token = first + t;
            TokenInfo info;
            info.id = 300 + token;
            info.text = info.piece = source.text(token);
            info.probability = 0.05F + 0.94F * noise(token, 1, 1);
            info.surprise_bits = -std::log2(info.probability);
            info.entropy_bits = 4.0F * noise(token, 2, 2);
            float logit = 12.0F, rest = 1.0F;
            for (int k = 0; k < 10; ++k) {
                const float p = rest * (0.3F + 0.4F * noise(token, k, 3));
                rest -= p;
                info.next.push_back({k, logit, p, std::min(1.0F, p * 1.1F),
                                     k < 4 ? std::min(1.0F, p * 1.2F) : 0.0F});
                logit -= 1.3F;
            }
            out.tokens.push_back(info);
            for (const CaptureField& field : layout_->fields)
                fill(field, token,
                     &out.values[std::size_t(t) * std::size_t(layout_->width)
                                 + std::size_t(field.offset)]);
            for (std::size_t l = 0; l < out.layer_ms.size(); ++l)
                out.layer_ms[l] += share * source.layer_ms(token, int(l));
        }
        for (const int layer : source.attention_layers)
            out.attention.push_back(rows(layer, first, count));
        for (const float ms : out.layer_ms)
            out.wall_ms += ms;
        out.probe_ms = 0.02F * float(count);
        out.sample_ms = 0.03F * float(count);
        out.wall_ms += out.probe_ms + out.sample_ms;
        add_ops(out);
        return out;
    }

    Source source;
    std::shared_ptr<ModelInfo> model;
    RunStore store;
    Selection selection;

private:
    std::shared_ptr<CaptureLayout> make_layout() const
    {
        auto layout = std::make_shared<CaptureLayout>();
        layout->level = ProbeLevel::standard;
        const auto add = [&](Probe probe, int layer, int width) {
            layout->fields.push_back({probe, layer, layout->width, width});
            layout->width += width;
        };
        for (int i = 0; i < int(model->layers.size()); ++i) {
            const LayerInfo& layer = model->layers[std::size_t(i)];
            if (layer.has_state()) {
                add(Probe::state_norm, i, layer.n_heads);
                add(Probe::state_change, i, layer.n_heads);
                if (source.gate_layer < 0 || source.gate_layer == i) {
                    for (const Probe probe :
                         {Probe::dt, Probe::keep, Probe::write, Probe::out_gate})
                        add(probe, i, layer.n_heads);
                    add(Probe::c_norm, i, layer.n_groups);
                }
            }
            if (layer.n_experts > 0) {
                add(Probe::router, i, layer.n_experts);
                add(Probe::experts, i, layer.n_experts_used);
            }
        }
        return layout;
    }

    void fill(const CaptureField& field, int token, float* out) const
    {
        const auto per_head = [&](const auto& value) {
            for (int i = 0; i < field.width; ++i)
                out[i] = value(field.layer, token, i);
        };
        switch (field.probe) {
        case Probe::state_norm:
            per_head(source.state_norm);
            break;
        case Probe::state_change:
            per_head(source.state_change);
            break;
        case Probe::dt:
            per_head(source.dt);
            break;
        case Probe::keep:
            per_head(source.keep);
            break;
        case Probe::write:
            per_head(source.write);
            break;
        case Probe::out_gate:
            per_head(source.out_gate);
            break;
        case Probe::c_norm:
            per_head(source.read);
            break;
        case Probe::router: {
            per_head(source.router);
            float sum = 0.0F;
            for (int i = 0; i < field.width; ++i)
                sum += out[i];
            for (int i = 0; i < field.width; ++i)
                out[i] /= sum;
            break;
        }
        case Probe::experts: {
            std::vector<int> order {0, 1, 2, 3};
            std::sort(order.begin(), order.end(), [&](int a, int b) {
                return source.router(field.layer, token, a) > source.router(field.layer, token, b);
            });
            for (int i = 0; i < field.width; ++i)
                out[i] = float(order[std::size_t(i)]);
            break;
        }
        default:
            break;
        }
    }

    AttentionRows rows(int layer, int first, int count) const
    {
        AttentionRows rows {
            .layer = layer, .n_heads = kHeads, .length = first + count, .values = {}};
        rows.values.assign(std::size_t(kHeads) * std::size_t(count) * std::size_t(rows.length),
                           0.0F);
        for (int head = 0; head < kHeads; ++head) {
            for (int t = 0; t < count; ++t) {
                float* row = &rows.values[(std::size_t(head) * std::size_t(count) + std::size_t(t))
                                          * std::size_t(rows.length)];
                float sum = 0.0F;
                for (int key = 0; key <= first + t; ++key)
                    sum += row[key] = source.weight(layer, head, first + t, key);
                for (int key = 0; key <= first + t; ++key)
                    row[key] /= sum;
            }
        }
        return rows;
    }

    void add_ops(TokenBatch& out) const
    {
        for (int l = 0; l < int(out.layer_ms.size()); ++l) {
            const float us = out.layer_ms[std::size_t(l)] * 1000.0F;
            const int layer = l - 1;
            if (l == 0 || l == int(out.layer_ms.size()) - 1) {
                out.ops.push_back(
                    {l == 0 ? "embed" : "matmul", std::int16_t(layer), us, 4'194'304, 8'388'608});
                continue;
            }
            const bool attends = model->layers[std::size_t(layer)].has_attention();
            static const std::vector<const char*> kMamba {"rms_norm", "matmul",     "conv1d",
                                                          "ssd_scan", "gated_norm", "matmul",
                                                          "rms_norm", "moe"};
            static const std::vector<const char*> kAttention {
                "rms_norm", "matmul", "kv_append", "attention", "matmul", "rms_norm", "moe"};
            const auto& names = attends ? kAttention : kMamba;
            for (std::size_t i = 0; i < names.size(); ++i) {
                const float part = std::string(names[i]) == "matmul" ? 0.22F
                    : std::string(names[i]) == "moe"                 ? 0.3F
                                                     : 0.26F / float(names.size() - 3);
                out.ops.push_back({names[i], std::int16_t(layer), us * part, 300'000, 600'000});
            }
        }
    }

    std::shared_ptr<CaptureLayout> layout_;
};

} // namespace mixscope::view_data
