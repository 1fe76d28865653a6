#include "engine/generation_config.h"
#include "tests/support/fixtures.h"
#include "tests/support/temp_folder.h"

#include <gtest/gtest.h>

namespace mixscope {
namespace {

class GenerationConfigTest : public testing::Test {
protected:
    GenerationConfigTest()
        : tokenizer_(std::move(load_tokenizer(bundled_model())).value())
        , config_(std::move(Params::parse(R"({"eos_token_id": 2})", "config.json")).value())
    {
    }

    Result<GenerationConfig> load(std::string_view text)
    {
        folder_.write("generation_config.json", text);
        return load_generation_config(folder_.path(), config_, *tokenizer_);
    }

    TempFolder folder_;
    std::unique_ptr<Tokenizer> tokenizer_;
    Params config_;
};

TEST_F(GenerationConfigTest, ReadsTheBundledModel)
{
    const auto config = load_generation_config(bundled_model(), config_, *tokenizer_);
    ASSERT_TRUE(config) << config.error().what;
    EXPECT_EQ(config->stop_ids, (std::vector<TokenId> {2, 7}));
    EXPECT_FLOAT_EQ(config->sampling.temperature, 0.8F);
    EXPECT_FLOAT_EQ(config->sampling.top_p, 0.95F);
    EXPECT_EQ(config->sampling.top_k, 50) << "the reference library's default";
}

TEST_F(GenerationConfigTest, IsGreedyWithoutAFileOrWithoutSampling)
{
    const auto absent = load_generation_config(folder_.path(), config_, *tokenizer_);
    ASSERT_TRUE(absent);
    EXPECT_EQ(absent->sampling.temperature, 0.0F);
    EXPECT_EQ(absent->stop_ids, (std::vector<TokenId> {2, 7})) << "config and tokenizer";

    const auto greedy = load(R"({"temperature": 0.7, "top_k": 5, "repetition_penalty": 1.5})");
    ASSERT_TRUE(greedy);
    EXPECT_EQ(greedy->sampling.temperature, 0.0F);
    EXPECT_EQ(greedy->sampling.top_k, 0);
    EXPECT_EQ(greedy->sampling.repetition_penalty, 1.5F);
}

TEST_F(GenerationConfigTest, ReadsAllSettings)
{
    const auto config = load(R"({"do_sample": true, "temperature": 0.5, "top_k": 0, "top_p": 0.25,
        "min_p": 0.125, "eos_token_id": [9, 2], "stop_strings": ["User:"], "max_length": 20})");
    ASSERT_TRUE(config) << config.error().what;
    EXPECT_EQ(config->sampling.temperature, 0.5F);
    EXPECT_EQ(config->sampling.top_k, 0);
    EXPECT_EQ(config->sampling.top_p, 0.25F);
    EXPECT_EQ(config->sampling.min_p, 0.125F);
    EXPECT_EQ(config->stop_ids, (std::vector<TokenId> {2, 7, 9}));
    EXPECT_EQ(config->stop_strings, (std::vector<std::string> {"User:"}));
}

TEST_F(GenerationConfigTest, RefusesValuesOutOfRange)
{
    for (const char* text :
         {R"({"do_sample": 1})", R"({"do_sample": true, "temperature": -1})",
          R"({"do_sample": true, "temperature": NaN})", R"({"do_sample": true, "top_p": 1.5})",
          R"({"do_sample": true, "top_k": -1})", R"({"repetition_penalty": 0})",
          R"({"eos_token_id": 8192})", R"({"eos_token_id": "2"})", R"({"stop_strings": [1]})"}) {
        EXPECT_FALSE(load(text)) << text;
    }
}

} // namespace
} // namespace mixscope
