// mixscope-cli as scripts call it: exit status, JSON, error sentences.

#include "tests/support/fixtures.h"
#include "tests/support/model_fixture.h"
#include "tests/support/temp_folder.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <array>
#include <cstdio>
#include <fstream>
#include <sys/wait.h>

namespace mixscope {
namespace {

using Json = nlohmann::json;

struct Output {
    int status = -1;
    std::string out;
    std::string err;
};

std::string quoted(const std::string& word)
{
    std::string out = "'";
    for (const char c : word) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return out + "'";
}

class Cli : public testing::Test {
protected:
    Output run(const std::vector<std::string>& words, const std::string& input = {})
    {
        std::string command = quoted(MIXSCOPE_CLI);
        for (const std::string& word : words) command += " " + quoted(word);
        const std::filesystem::path err = folder_.path() / "err";
        const std::filesystem::path in = folder_.write("in", input);
        command += " 2> " + quoted(err.string()) + " < " + quoted(in.string());
        Output result;
        std::FILE* pipe = popen(command.c_str(), "r");
        std::array<char, 4096> block {};
        while (const std::size_t n = std::fread(block.data(), 1, block.size(), pipe)) {
            result.out.append(block.data(), n);
        }
        const int status = pclose(pipe);
        result.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
        std::ifstream file(err);
        result.err.assign(std::istreambuf_iterator<char>(file), {});
        return result;
    }

    Json json(std::vector<std::string> words)
    {
        words.emplace_back("--json");
        const Output result = run(words);
        EXPECT_EQ(result.status, 0) << result.err;
        EXPECT_EQ(result.err, "");
        return Json::parse(result.out);
    }

    TempFolder folder_;
    const std::string model_ = bundled_model().string();
};

TEST_F(Cli, InfoSaysWhatTheModelIsMadeOf)
{
    const Json info = json({"info", model_, "--context", "1000"});
    EXPECT_EQ(info["family"], "granitemoehybrid");
    EXPECT_EQ(info["layers"].size(), 10U);
    EXPECT_EQ(info["layers"][3]["kind"], "attention");
    EXPECT_EQ(info["layers"][4]["kind"], "mamba2");
    EXPECT_EQ(info["parameters"], 12841408);
    EXPECT_EQ(info["context"], 1000);
    EXPECT_EQ(info["kv_bytes_per_token"], 2 * 2 * 4 * 32 * 4); // layers · k, v · heads · width · f32
    EXPECT_EQ(info["state_bytes"], 8 * (8 * 64 * 64 + 640 * 3) * 4);
    EXPECT_EQ(info["tokenizer"], "sentencepiece-bpe");
    EXPECT_TRUE(info["unsupported"].empty());
    EXPECT_NE(run({"info", model_}).out.find("2 of 4 experts"), std::string::npos);
}

TEST_F(Cli, TokenizeGoesBothWays)
{
    const Json there = json({"tokenize", model_, "--text", "Once upon a time"});
    EXPECT_EQ(there["ids"], Json({750, 673, 266, 488}));
    EXPECT_EQ(there["pieces"][0], "▁Once");
    const Json back = json({"tokenize", model_, "--ids", "750,673,266,488"});
    EXPECT_EQ(back["text"], "Once upon a time");
    const std::string file = folder_.write("text", "Once upon a time").string();
    EXPECT_EQ(json({"tokenize", model_, "--text-file", file})["ids"], there["ids"]);
}

TEST_F(Cli, EvalWritesLogitsAndProbesWhateverTheChunks)
{
    const std::string whole = (folder_.path() / "a.safetensors").string();
    const std::string parts = (folder_.path() / "b.safetensors").string();
    const std::string ids = "1,750,673,266,488,8139,454,309,266,505";
    const Json shapes = json({"eval", model_, "--ids", ids, "--out", whole, "--probes", "all"});
    EXPECT_EQ(shapes["logits"], Json({10, 8192}));
    EXPECT_EQ(shapes["attention.3"], Json({8, 10, 10}));
    EXPECT_EQ(shapes["state_norm.0"], Json({10, 8}));
    json({"eval", model_, "--ids", ids, "--out", parts, "--chunks", "3,1,2"});
    const Golden a(whole);
    const Golden b(parts);
    EXPECT_LE(relative_error(b.values("logits"), a.values("logits")), 1e-5);
    EXPECT_FALSE(b.has("hidden.0"));
}

TEST_F(Cli, GenerateIsReproducibleAndSaysHowItEnded)
{
    const std::vector<std::string> words {"generate", model_, "--chat", "Hi, my name is Hana.",
                                          "--max-tokens", "12", "--seed", "5"};
    const Json first = json(words);
    EXPECT_EQ(json(words)["text"], first["text"]);
    EXPECT_EQ(first["probabilities"].size(), first["ids"].size());
    EXPECT_EQ(first["reused_tokens"], 0);
    EXPECT_GT(first["tokens_per_s"], 0.0);
    const Json greedy = json({"generate", model_, "--prompt", "Once upon a time, there was a little",
                              "--temperature", "0", "--max-tokens", "2"});
    EXPECT_EQ(greedy["prompt_ids"][0], 1); // BOS, as the tokenizer's config says
    EXPECT_EQ(greedy["text"], " girl named");
    EXPECT_EQ(greedy["stop_reason"], "length");
    const Output text = run({"generate", model_, "--ids", "1,750,673,266,488", "--temperature", "0",
                             "--max-tokens", "4"});
    EXPECT_EQ(text.out, ", there was a\n");
    const Json stopped = json({"generate", model_, "--ids", "1,750,673,266,488", "--temperature", "0",
                               "--stop", " was"});
    EXPECT_EQ(stopped["text"], ", there");
    EXPECT_EQ(stopped["stop_reason"], "stop");
}

TEST_F(Cli, AnyInstructionSetGivesTheSameGreedyText)
{
    const std::vector<std::string> words {"generate", model_, "--ids", "1,750,673,266,488",
                                          "--temperature", "0", "--max-tokens", "20"};
    const std::string expected = run(words).out;
    std::vector<std::string> portable = words;
    portable.insert(portable.end(), {"--cpu-isa", "scalar", "--threads", "1"});
    EXPECT_EQ(run(portable).out, expected);
}

TEST_F(Cli, ChatAnswersLineByLineAndKeepsTheConversation)
{
    const Output result = run({"chat", model_, "--temperature", "0"},
                              "Tom has a red ball. Anna has a blue hat. What does Anna have?\n"
                              "What does Tom have?\n/quit\n");
    EXPECT_EQ(result.status, 0) << result.err;
    EXPECT_NE(result.out.find("Anna has a blue hat."), std::string::npos) << result.out;
    EXPECT_NE(result.out.find("Tom has a red ball."), std::string::npos) << result.out;
}

TEST_F(Cli, BenchReportsItsFields)
{
    const Json rows = json({"bench", model_, "--prefill", "64", "--decode", "8", "--runs", "3"});
    ASSERT_EQ(rows.size(), 4U); // off and standard, prefill and decode
    for (const Json& row : rows) {
        EXPECT_GT(row["median"], 0.0);
        EXPECT_GT(row["limit"], 0.0);
        EXPECT_EQ(row["unit"], "t/s");
        for (const char* key : {"what", "context", "probes", "spread", "bytes_per_token",
                                "share_of_limit"}) {
            EXPECT_TRUE(row.contains(key)) << key;
        }
    }
    const std::string config = (fixture_path("granite/granite-hybrid-moe") / "config.json").string();
    EXPECT_EQ(json({"bench", "--random-weights", config, "--prefill", "16", "--decode", "4", "--runs",
                    "3", "--probes", "off"}).size(), 2U);
}

TEST_F(Cli, FailuresAreOneSentenceAndAHint)
{
    const std::vector<std::vector<std::string>> calls {
        {"info", "/nonexistent"},
        {"generate", model_, "--ids", "1,99999"},
        {"eval", model_, "--ids", "1", "--out", "/nonexistent/folder/x.safetensors"},
        {"eval", model_, "--ids", "1", "--out", "x", "--probes", "magic"},
        {"tokenize", "/nonexistent", "--text", "x"},
        {"generate", model_, "--prompt", "x", "--backend", "tpu"},
    };
    for (const std::vector<std::string>& call : calls) {
        const Output result = run(call);
        EXPECT_EQ(result.status, 1) << call[0];
        EXPECT_EQ(result.err.rfind("error: ", 0), 0U) << result.err;
        EXPECT_NE(result.err.find("\nhint: "), std::string::npos) << result.err;
        EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 2) << result.err;
    }
}

TEST_F(Cli, WrongUsageExitsWithTwo)
{
    EXPECT_EQ(run({}).status, 2);
    EXPECT_EQ(run({"generate", model_}).status, 2);
    EXPECT_EQ(run({"generate", model_, "--prompt", "x", "--top-p", "7"}).status, 2);
    EXPECT_EQ(run({"invent", model_}).status, 2);
    EXPECT_EQ(run({"--help"}).status, 0);
}

TEST_F(Cli, DoesNotLinkQt)
{
    std::FILE* pipe = popen(("ldd " + quoted(MIXSCOPE_CLI)).c_str(), "r");
    std::string libraries(1 << 16, '\0');
    libraries.resize(std::fread(libraries.data(), 1, libraries.size(), pipe));
    pclose(pipe);
    EXPECT_NE(libraries.find("sentencepiece"), std::string::npos);
    EXPECT_EQ(libraries.find("Qt6"), std::string::npos);
}

} // namespace
} // namespace mixscope
