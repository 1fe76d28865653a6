#pragma once

#include "engine/probe.h"
#include "engine/tokenizer.h"

#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <vector>

namespace mixscope {

inline constexpr float kUnknown = std::numeric_limits<float>::quiet_NaN();

/// One candidate for the next token.
struct TopChoice {
    TokenId id = -1;
    float logit = 0.0F;
    float p_raw = 0.0F;         ///< softmax of the logits
    float p_temperature = 0.0F; ///< after penalties and temperature
    float p_final = 0.0F;       ///< after top-k, top-p, min-p: what is drawn from
};

/// One token of the conversation as the engine saw it.
struct TokenInfo {
    TokenId id = -1;
    std::string piece; ///< as the vocabulary writes it
    std::string bytes; ///< what the id adds to a text; maybe a part of a character
    std::string text;  ///< UTF-8 text that became complete with it; empty for special tokens
    bool special = false;
    float probability = kUnknown;   ///< of this token, given those before (1 = certain)
    float surprise_bits = kUnknown; ///< -log2(probability)
    float entropy_bits = kUnknown;  ///< of the model's distribution for the token after this one
    std::vector<TopChoice> next;    ///< best choices for the token after this one, best first
};

/// Where the captured values of one point and layer lie in a token's row of values.
struct CaptureField {
    Probe probe;
    int layer;
    int offset; ///< first float in the row
    int width;  ///< floats: the product of the axes other than token
};

/// Meaning of the value rows; the same object until what is looked at changes.
struct CaptureLayout {
    std::vector<CaptureField> fields;
    int width = 0; ///< floats a token
    ProbeLevel level = ProbeLevel::off;

    const CaptureField* find(Probe probe, int layer) const;
};

/// Attention weights of one layer for the tokens of a batch. Row t of head h has
/// first_position + t + 1 valid weights (one for each key so far), sum 1.
struct AttentionRows {
    int layer = 0;
    int n_heads = 0;
    int length = 0;            ///< floats a row: first_position + T
    std::vector<float> values; ///< [head, T, length]
};

/// Time of one op in one forward call.
struct OpTime {
    const char* name; ///< static string
    std::int16_t layer; ///< -1 before the first layer, L after the last
    float us;
    std::uint64_t bytes; ///< weights, state and KV cache moved
    std::uint64_t flops;
};

/// What one forward call showed: one decoded token, or T prompt tokens in parallel.
/// Everything in it has a token axis and reaches the views without loss.
struct TokenBatch {
    int first_position = 0;
    bool prefill = false;
    bool recomputed = false; ///< a second look at old tokens: only `attention` is meaningful
    std::vector<TokenInfo> tokens;                ///< T
    std::shared_ptr<const CaptureLayout> layout;  ///< never null
    std::vector<float> values;                    ///< [T, layout->width]
    std::vector<AttentionRows> attention;
    float wall_ms = 0.0F;        ///< the whole step, sampling and probes included
    float probe_ms = 0.0F;       ///< of that, spent on looking
    float sample_ms = 0.0F;      ///< of that, choosing the token
    std::vector<float> layer_ms; ///< [L + 2]: embedding, layers, head; sums to the forward time
    std::vector<OpTime> ops;
    std::uint8_t shed = 0; ///< bit 0: attention rows dropped, bit 1: per-head values dropped

    std::size_t bytes() const; ///< memory it holds, about
};

/// A picture of now: the recurrent state of one head, newest wins.
struct StateFrame {
    int layer = -1;
    int head = -1;
    int position = -1;
    int rows = 0;              ///< P (head_dim)
    int columns = 0;           ///< N (d_state)
    std::vector<float> values; ///< [rows, columns]
};

} // namespace mixscope
