#include "engine/model_spec.h"
#include "engine/strict_json.h"
#include "tests/support/temp_folder.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace mixscope {
namespace {

std::string refusal(std::string_view text)
{
    const auto params = Params::parse(text, "config.json");
    if (params) return "";
    EXPECT_EQ(params.error().code, ErrorCode::bad_format);
    EXPECT_FALSE(params.error().hint.empty());
    return params.error().what;
}

// A small config that is accepted, as JSON to be changed.
nlohmann::json good_config()
{
    return nlohmann::json::parse(R"({"model_type": "granitemoehybrid", "vocab_size": 64,
        "hidden_size": 32, "num_hidden_layers": 2, "layer_types": ["mamba", "attention"],
        "num_attention_heads": 4, "num_key_value_heads": 2, "attention_multiplier": 0.25,
        "mamba_n_heads": 4, "mamba_d_head": 16, "mamba_d_state": 16, "mamba_n_groups": 1,
        "mamba_d_conv": 4, "mamba_expand": 2, "mamba_chunk_size": 64,
        "shared_intermediate_size": 48, "num_local_experts": 4, "num_experts_per_tok": 2,
        "intermediate_size": 16, "rms_norm_eps": 1e-05, "hidden_act": "silu",
        "max_position_embeddings": 4096, "position_embedding_type": "nope",
        "tie_word_embeddings": true, "attention_bias": false, "embedding_multiplier": 1.0,
        "residual_multiplier": 1.0, "logits_scaling": 1.0, "mamba_conv_bias": true,
        "mamba_proj_bias": false, "rope_theta": 10000.0, "rope_scaling": null})");
}

std::string spec_refusal(const char* key, const nlohmann::json& value)
{
    nlohmann::json config = good_config();
    config[key] = value;
    const auto params = Params::parse(config.dump(), "config.json");
    if (!params) return params.error().what;
    const auto spec = parse_model_spec(*params);
    return spec ? "" : spec.error().what;
}

TEST(HostileConfig, TextsThatAreNoObject)
{
    EXPECT_EQ(refusal("[1, 2]"), "config.json holds a list of 2, wanted a JSON object");
    EXPECT_EQ(refusal("3"), "config.json holds 3, wanted a JSON object");
    EXPECT_EQ(refusal(""), "config.json: not valid JSON at line 1, column 1");
    for (const char* text : {"{", "{\"a\":}", "{\"a\":1,}", "{\"a\":01}", "{\"a\":\"\xFF\"}",
                             "{} {}", "{\"a\":1e999}", "{\"a\":infinity}", "{\"a\":Infinityx}",
                             "{\"a\":--Infinity}", "{Infinity:1}", "{\"a\":\"", "\\"}) {
        EXPECT_NE(refusal(text), "") << text;
    }
}

TEST(HostileConfig, ZeroBytesDoNotEndTheText)
{
    EXPECT_EQ(refusal(std::string("{}\0garbage", 10)),
              "config.json: not valid JSON at line 1, column 3");
}

TEST(HostileConfig, DuplicateKeysAtEveryLevel)
{
    EXPECT_EQ(refusal(R"({"a":1,"a":2})"), "config.json: the key \"a\" occurs twice");
    EXPECT_EQ(refusal(R"({"x":[{"a":1,"a":1}]})"), "config.json: the key \"a\" occurs twice");
}

TEST(HostileConfig, DeepNesting)
{
    const auto nested = [](std::size_t depth) {
        return "{\"a\":" + std::string(depth - 1, '[') + std::string(depth - 1, ']') + "}";
    };
    EXPECT_EQ(refusal(nested(64)), "");
    EXPECT_EQ(refusal(nested(65)), "config.json: nested deeper than 64 levels");
    EXPECT_EQ(refusal("{\"a\":" + std::string(1'000'000, '[')),
              "config.json: nested deeper than 64 levels");
}

TEST(HostileConfig, TextsThatAreTooLong)
{
    const std::string text = "{}" + std::string((std::size_t(16) << 20) - 1, ' ');
    EXPECT_EQ(refusal(text), "config.json has 16777217 bytes, wanted at most 16777216");
    const TempFolder folder;
    EXPECT_EQ(Params::read(folder.write("config.json", text)).error().what,
              "config.json has 16777217 bytes, wanted at most 16777216");
    EXPECT_EQ(Params::read(folder.path()).error().code, ErrorCode::io) << "a folder";
}

TEST(HostileConfig, SentencesDoNotRepeatLongValues)
{
    const std::string text = R"({"a":")" + std::string(100'000, 'x') + "\"}";
    const auto params = Params::parse(text, "config.json");
    ASSERT_TRUE(params);
    EXPECT_LT(params->integer("a", 0, 1).error().what.size(), 200U);
}

TEST(HostileConfig, TheUnchangedConfigIsGood)
{
    EXPECT_EQ(spec_refusal("vocab_size", 64), "");
}

TEST(HostileConfig, NumbersThatCannotBe)
{
    for (const char* key :
         {"hidden_size", "num_hidden_layers", "num_attention_heads", "num_key_value_heads",
          "vocab_size", "mamba_n_heads", "mamba_d_head", "mamba_d_state", "mamba_n_groups",
          "mamba_d_conv", "intermediate_size"}) {
        for (const nlohmann::json& value :
             {nlohmann::json(0), nlohmann::json(-1), nlohmann::json(1.5), nlohmann::json("8"),
              nlohmann::json(true), nlohmann::json(INT64_MAX), nlohmann::json(UINT64_MAX),
              nlohmann::json::array({8}), nlohmann::json::object()}) {
            const std::string sentence = spec_refusal(key, value);
            EXPECT_NE(sentence.find(key), std::string::npos)
                << key << " = " << value << ": \"" << sentence << '"';
        }
    }
}

TEST(HostileConfig, NumbersThatDisagree)
{
    EXPECT_NE(spec_refusal("num_attention_heads", 5), "") << "does not divide hidden_size";
    EXPECT_NE(spec_refusal("num_key_value_heads", 3), "") << "does not divide the query heads";
    EXPECT_NE(spec_refusal("num_hidden_layers", 3), "") << "layer_types has 2";
    EXPECT_NE(spec_refusal("layer_types", nlohmann::json::array({"mamba"})), "");
    EXPECT_NE(spec_refusal("num_experts_per_tok", 5), "") << "more than there are";
}

TEST(HostileConfig, WordsThatAreNotKnown)
{
    EXPECT_NE(spec_refusal("layer_types", nlohmann::json::array({"mamba", "magic"})), "");
    EXPECT_NE(spec_refusal("hidden_act", "magic").find("magic"), std::string::npos);
    EXPECT_NE(spec_refusal("model_type", "magic").find("magic"), std::string::npos);
    EXPECT_NE(spec_refusal("position_embedding_type", "magic").find("magic"), std::string::npos);
}

} // namespace
} // namespace mixscope
