// Model folders that are wrong in one way each: one clear sentence, no crash.

#include "engine/loaded_model.h"
#include "tests/support/fixtures.h"
#include "tests/support/model_fixture.h"
#include "tests/support/temp_folder.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <fstream>

namespace mixscope {
namespace {

using Json = nlohmann::json;

class BadModel : public testing::Test {
protected:
    BadModel()
    {
        const std::filesystem::path source = fixture_path("granite/granite-hybrid-moe");
        std::filesystem::copy(source, folder_.path(), std::filesystem::copy_options::recursive);
        for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
            std::filesystem::permissions(entry.path(), std::filesystem::perms::owner_all);
        }
        std::ifstream(folder_.path() / "config.json") >> config_;
    }

    /// What building the model with the changed config says.
    Error error_of_config()
    {
        std::ofstream(folder_.path() / "config.json") << config_.dump();
        return error_of_folder();
    }

    Error error_of_folder()
    {
        const Result<Params> params = Params::read(folder_.path() / "config.json");
        if (!params) return params.error();
        Result<ModelSpec> spec = parse_model_spec(*params);
        if (!spec) return spec.error();
        Result<Checkpoint> checkpoint = Checkpoint::open(folder_.path());
        if (!checkpoint) return checkpoint.error();
        auto backend = CpuBackend::create(1, std::nullopt);
        const auto model = Model::build(
            std::move(spec).value(),
            std::make_shared<const Checkpoint>(std::move(checkpoint).value()), **backend);
        EXPECT_FALSE(model) << "the model was accepted";
        return model ? Error {} : model.error();
    }

    static void expect_says(const Error& error, const char* what)
    {
        EXPECT_NE(error.what.find(what), std::string::npos) << error.what;
        EXPECT_FALSE(error.hint.empty());
    }

    TempFolder folder_;
    Json config_;
};

TEST_F(BadModel, UnknownFamilyIsNamed)
{
    config_["model_type"] = "made_up";
    const Error error = error_of_config();
    EXPECT_EQ(error.code, ErrorCode::unsupported);
    expect_says(error, "\"model_type\" is \"made_up\", known are: granitemoehybrid");
}

TEST_F(BadModel, UnknownLayerKindIsNamed)
{
    config_["layer_types"][1] = "hyena";
    expect_says(error_of_config(), "\"layer_types\" holds \"hyena\"");
}

TEST_F(BadModel, UnknownActivationIsNamed)
{
    config_["hidden_act"] = "gelu";
    expect_says(error_of_config(), "\"hidden_act\" is \"gelu\", known is: silu");
}

TEST_F(BadModel, UnknownPositionEncodingIsNamed)
{
    config_["position_embedding_type"] = "alibi";
    expect_says(error_of_config(), "\"position_embedding_type\" is \"alibi\"");
}

TEST_F(BadModel, UnknownRotaryScalingIsNamed)
{
    config_["position_embedding_type"] = "rope";
    config_["rope_parameters"]["rope_type"] = "spiral";
    expect_says(error_of_config(), "rotary scaling \"spiral\"");
}

TEST_F(BadModel, LayerListOfTheWrongLength)
{
    config_["layer_types"].erase(0);
    expect_says(error_of_config(), "\"layer_types\" has 3 entries, wanted 4");
}

TEST_F(BadModel, HeadsThatDoNotDivide)
{
    config_["num_key_value_heads"] = 3;
    expect_says(error_of_config(), "\"num_attention_heads\" is 4, wanted a multiple of");
}

TEST_F(BadModel, WidthZero)
{
    config_["hidden_size"] = 0;
    expect_says(error_of_config(), "\"hidden_size\"");
}

TEST_F(BadModel, NegativeLayers)
{
    config_["num_hidden_layers"] = -1;
    expect_says(error_of_config(), "\"num_hidden_layers\"");
}

TEST_F(BadModel, MambaWidthsThatContradictEachOther)
{
    config_["mamba_d_head"] = 8;
    expect_says(error_of_config(), "is 32, wanted \"mamba_expand\" times \"hidden_size\" = 64");
}

TEST_F(BadModel, MoreExpertsUsedThanThereAre)
{
    config_["num_experts_per_tok"] = 5;
    expect_says(error_of_config(), "\"num_experts_per_tok\"");
}

TEST_F(BadModel, ConfigThatContradictsTheTensors)
{
    config_["shared_intermediate_size"] = 96;
    expect_says(error_of_config(),
                "tensor model.layers.0.shared_mlp.input_linear.weight is [128, 32], wanted [192, 32]");
}

TEST_F(BadModel, MissingTensorIsNamed)
{
    config_["num_hidden_layers"] = 5;
    config_["layer_types"].push_back("mamba");
    expect_says(error_of_config(), "tensor model.layers.4.input_layernorm.weight is missing");
}

TEST_F(BadModel, MissingWeights)
{
    std::filesystem::remove(folder_.path() / "model.safetensors");
    expect_says(error_of_folder(), "safetensors");
}

TEST_F(BadModel, TruncatedWeights)
{
    const std::filesystem::path file = folder_.path() / "model.safetensors";
    std::filesystem::resize_file(file, std::filesystem::file_size(file) - 100);
    expect_says(error_of_folder(), "model.safetensors");
}

TEST_F(BadModel, NanWeightsAreNamed)
{
    const std::filesystem::path file = folder_.path() / "model.safetensors";
    std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
    stream.seekp(-2, std::ios::end); // the last bf16 of the last tensor
    const unsigned char nan[2] = {0xff, 0x7f};
    stream.write(reinterpret_cast<const char*>(nan), 2);
    stream.close();
    expect_says(error_of_folder(), "holds NaN or infinite values");
}

TEST(LoadModel, TokenizerOfAnotherModelIsRefused)
{
    TempFolder folder;
    std::filesystem::copy(fixture_path("granite/granite-hybrid-moe"), folder.path(),
                          std::filesystem::copy_options::recursive);
    std::filesystem::copy_file(bundled_model() / "tokenizer.model",
                               folder.path() / "tokenizer.model");
    const auto loaded = load_model(folder.path(), {});
    ASSERT_FALSE(loaded);
    EXPECT_NE(loaded.error().what.find("the tokenizer has 8192 tokens, the model 150 rows"),
              std::string::npos)
        << loaded.error().what;
}

TEST(LoadModel, AFolderThatIsNotThereIsNamed)
{
    const auto loaded = load_model("/nonexistent/model", {});
    ASSERT_FALSE(loaded);
    EXPECT_EQ(loaded.error().what, "/nonexistent/model is no folder");
}

TEST(LoadModel, OptionsOutOfRangeAreRefused)
{
    EngineOptions options;
    options.context = 100'000;
    auto loaded = load_model(bundled_model(), options);
    ASSERT_FALSE(loaded);
    EXPECT_NE(loaded.error().what.find("context is 100000 tokens, wanted 1 to 4096"),
              std::string::npos);
    options = {};
    options.kv_dtype = "f8";
    EXPECT_FALSE(load_model(bundled_model(), options));
    options = {};
    options.backend = "tpu";
    EXPECT_FALSE(load_model(bundled_model(), options));
    options = {};
    options.cpu_isa = "neon";
    EXPECT_FALSE(load_model(bundled_model(), options));
}

TEST(LoadModel, CancellingLeavesNothing)
{
    std::stop_source stop;
    stop.request_stop();
    const auto loaded = load_model(bundled_model(), {}, {}, stop.get_token());
    ASSERT_FALSE(loaded);
    EXPECT_EQ(loaded.error().code, ErrorCode::cancelled);
}

} // namespace
} // namespace mixscope
