#pragma once

#include "engine/generation_config.h"

#include <cstdint>
#include <string>
#include <vector>

namespace mixscope {

/// What one layer is, for people and views. Zero where the layer has no such thing.
struct LayerInfo {
    std::string mixer;        ///< "attention", "mamba2"
    std::string feed_forward; ///< "mlp", "moe", "moe+shared"; empty when there is none
    int n_heads = 0;
    int n_kv_heads = 0;
    int head_dim = 0;       ///< P for an SSM
    int d_state = 0;        ///< N; 0: no recurrent state
    int n_groups = 0;       ///< B/C groups of an SSM
    int n_experts = 0;
    int n_experts_used = 0;
    std::uint64_t parameters = 0;
    std::uint64_t weight_bytes = 0;
    std::uint64_t state_bytes = 0;        ///< recurrent state and short buffers, fixed
    std::uint64_t kv_bytes_per_token = 0; ///< KV cache growth

    bool has_attention() const { return n_kv_heads > 0; }
    bool has_state() const { return d_state > 0; }
};

/// What a loaded model is. Immutable; shared between threads.
struct ModelInfo {
    std::string name;   ///< folder name
    std::string path;
    std::string family; ///< "granitemoehybrid"
    std::string weight_dtype;
    std::string tokenizer;
    std::string backend; ///< "CPU, 2 threads, AVX-512"
    std::vector<LayerInfo> layers;
    std::vector<std::string> pieces; ///< by token id, as the vocabulary writes them
    std::vector<std::string> piece_bytes; ///< what each adds to a text; empty for special tokens
    std::vector<std::string> unsupported; ///< parts that cannot run, empty when all can
    int d_model = 0;
    int vocabulary = 0;
    int context_limit = 0; ///< tokens
    std::uint64_t parameters = 0;
    std::uint64_t weight_bytes = 0;
    std::uint64_t state_bytes = 0;
    std::uint64_t kv_bytes_per_token = 0;
    double read_bytes_per_s = 0.0; ///< rate at which a buffer as large as the weights is re-read
    bool has_chat_template = false;
    std::string template_problem; ///< why the chat template cannot be used, empty when it can
    GenerationConfig generation;
};

} // namespace mixscope
