#include "engine/tokenizers/charsmap.h"
#include "engine/tokenizers/sentencepiece_tokenizer.h"
#include "engine/tokenizers/wire_format.h"
#include "tests/support/fixtures.h"
#include "tests/support/temp_folder.h"
#include "tests/support/tiny_tokenizer.h"

#include <cmath>
#include <cstring>
#include <fstream>
#include <gtest/gtest.h>
#include <limits>
#include <sstream>

namespace mixscope {
namespace {

using Model = SentencePieceModel;
using Type = Model::Type;
using Ids = std::vector<TokenId>;

Model tiny(bool bytes = false)
{
    return tiny_tokenizer(Model::Algorithm::bpe, bytes);
}

std::string refusal(const std::string& file)
{
    const auto model = parse_sentencepiece_model(file, "x");
    if (model) return "";
    EXPECT_FALSE(model.error().hint.empty());
    EXPECT_EQ(model.error().what.substr(0, 3), "x: ");
    return model.error().what.substr(3);
}

std::string refusal(const Model& model)
{
    return refusal(serialize(model));
}

std::unique_ptr<SentencePieceTokenizer> load(Model model, const TokenizerConfig& config = {})
{
    const auto checked = check_sentencepiece_model(model, "x");
    if (!checked) throw std::runtime_error(checked.error().what);
    auto tokenizer = SentencePieceTokenizer::create(std::move(model), config, "x");
    if (!tokenizer) throw std::runtime_error(tokenizer.error().what);
    return std::move(tokenizer).value();
}

std::string read(const std::filesystem::path& path)
{
    std::ostringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    return text.str();
}

TEST(HostileTokenizer, TheTinyModelIsGood)
{
    for (const auto algorithm : {Model::Algorithm::bpe, Model::Algorithm::unigram}) {
        const auto tokenizer = load(tiny_tokenizer(algorithm, false));
        EXPECT_EQ(tokenizer->encode("abc ab"), (Ids {5, 11, 5, 9}));
        EXPECT_EQ(tokenizer->decode({5, 11, 5, 9}), "abc ab");
        EXPECT_EQ(tokenizer->encode("x"), (Ids {5, 0}));
    }
    EXPECT_EQ(load(tiny(true))->encode("x"), (Ids {5, 12 + 'x'}));
}

TEST(HostileTokenizer, EveryTruncationOfAModel)
{
    const std::string file = serialize(tiny());
    ASSERT_EQ(refusal(file), "");
    int refused = 0;
    for (std::size_t length = 0; length < file.size(); ++length) {
        refused += refusal(file.substr(0, length)).empty() ? 0 : 1;
    }
    EXPECT_GT(refused, int(file.size()) - 32) << "only whole trailing fields may be missing";
}

TEST(HostileTokenizer, WireFieldsThatPromiseTooMuch)
{
    for (const std::string& file :
         {std::string("\x0A\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x7F", 10), // length 2^63 - 1
          std::string("\x0A\x05x", 3), std::string("\x0A", 1), std::string("\x80\x80", 2),
          std::string(11, '\xFF'), std::string("\x0B", 1), std::string("\x00\x00", 2),
          std::string("\x0D\x01\x02", 3), std::string("\x09\x01\x02\x03", 4)}) {
        EXPECT_EQ(refusal(file), "the protobuf fields are damaged");
    }
    EXPECT_EQ(refusal(std::string("\x0A\x02\x0A\x05", 4)), "the protobuf fields are damaged");
}

TEST(HostileTokenizer, FilesThatAreTooLong)
{
    EXPECT_EQ(refusal(std::string((std::size_t(64) << 20) + 1, ' ')),
              "has 67108865 bytes, wanted at most 67108864");
}

TEST(HostileTokenizer, PiecesThatCannotBe)
{
    const auto with = [](std::string text, Type type = Type::normal, float score = 0.0F) {
        Model model = tiny();
        model.pieces.push_back({std::move(text), score, type});
        return refusal(model);
    };
    constexpr const char* kWanted = ", wanted 1 to 1024 bytes of UTF-8 without a zero";
    EXPECT_EQ(with(""), "piece 12 \"\" has 0 bytes" + std::string(kWanted));
    EXPECT_EQ(with("\xFFz"), "piece 12 \"\uFFFDz\" has 2 bytes" + std::string(kWanted));
    EXPECT_NE(with(std::string("a\0b", 3)), "");
    EXPECT_EQ(with(std::string(1024, 'x')), "");
    EXPECT_NE(with(std::string(1025, 'x')), "");
    EXPECT_EQ(with("abc"), "piece 12 \"abc\" is there twice");
    EXPECT_EQ(with("<unk>"), "piece 12 \"<unk>\" is there twice");
    EXPECT_EQ(with("x", Type::normal, std::numeric_limits<float>::quiet_NaN()),
              "piece 12 \"x\" has no finite score");
    EXPECT_NE(with("x", Type::normal, std::numeric_limits<float>::infinity()), "");
    EXPECT_EQ(with("x", Type(7)), "piece 12 \"x\" has the type 7, wanted 1 to 6");
    EXPECT_EQ(with("x", Type(0)), "piece 12 \"x\" has the type 0, wanted 1 to 6");
    EXPECT_EQ(with("x", Type::unknown), "has 2 unknown pieces, wanted 1");
    EXPECT_EQ(with("<0x41>", Type::byte),
              "piece 12 \"<0x41>\" is marked as a byte but byte_fallback is off");
}

TEST(HostileTokenizer, VocabulariesThatAreIncomplete)
{
    Model model = tiny();
    model.pieces[0].type = Type::normal;
    EXPECT_EQ(refusal(model), "has 0 unknown pieces, wanted 1");
    EXPECT_EQ(refusal(""), "has 0 unknown pieces, wanted 1");

    model = tiny();
    model.pieces.resize(5);
    EXPECT_EQ(refusal(model), "has no ordinary piece");

    model = tiny(true);
    model.pieces.pop_back();
    EXPECT_EQ(refusal(model), "has 255 byte pieces, wanted 256");
    model.pieces.push_back({"<0xff>", 0.0F, Type::byte});
    EXPECT_EQ(refusal(model), "piece 267 \"<0xff>\" is marked as a byte, wanted the form <0xHH>");
    model = tiny();
    model.byte_fallback = true;
    EXPECT_EQ(refusal(model), "has 0 byte pieces, wanted 256");
}

TEST(HostileTokenizer, MoreUserDefinedPiecesInsideEachOtherThanTheLibraryHolds)
{
    Model model = tiny();
    for (std::size_t n = 1; n <= 64; ++n) {
        model.pieces.push_back({std::string(n, 'z'), 0.0F, Type::user_defined});
    }
    ASSERT_EQ(refusal(model), "");
    EXPECT_EQ(load(model)->encode(std::string(65, 'z')), (Ids {5, 12 + 63, 12}));
    model.pieces.push_back({std::string(65, 'z'), 0.0F, Type::user_defined});
    EXPECT_EQ(refusal(model), "has more than 64 user-defined pieces that begin alike");
}

TEST(HostileTokenizer, SettingsThatAreNotSupported)
{
    const auto with = [](std::uint32_t message, std::uint32_t field, std::uint64_t value) {
        WireWriter fields;
        fields.varint(field, value);
        WireWriter file;
        file.bytes(message, fields.message());
        return refusal(serialize(tiny()) + file.message());
    };
    EXPECT_EQ(with(2, 3, 3), "model type 3 is not supported");
    EXPECT_EQ(with(2, 3, 99), "model type 99 is not supported");
    EXPECT_EQ(with(2, 24, 1), "whitespace as a suffix is not supported");
    EXPECT_EQ(with(2, 41, 12), "names the special piece 12 of 12");
    EXPECT_EQ(with(2, 42, std::uint64_t(-2)), "names the special piece -2 of 12");
    EXPECT_EQ(with(2, 42, std::uint64_t(-1)), "");
    WireWriter fields;
    fields.bytes(2, "x");
    WireWriter file;
    file.bytes(5, fields.message());
    EXPECT_EQ(refusal(serialize(tiny()) + file.message()), "a denormaliser is not supported");
}

TEST(HostileTokenizer, ControlPiecesOfOneCharacterStaySpecial)
{
    Model model = tiny();
    model.pieces.push_back({"z", 0.0F, Type::control});
    const auto tokenizer = load(model);
    EXPECT_EQ(tokenizer->encode("z"), (Ids {5, 0})) << "the library alone would fail here";
    EXPECT_EQ(tokenizer->encode_segments({{PromptSegment::Source::markup, "z", -1, {}}}, nullptr),
              Ids {12});
}

// --- the table of normalisation rules ---

std::string rules_refusal(const std::string& blob)
{
    const auto checked = check_charsmap(blob, "x");
    if (checked) return "";
    constexpr std::string_view kStart = "x: the normaliser table ";
    EXPECT_EQ(checked.error().what.substr(0, kStart.size()), kStart);
    return checked.error().what.substr(kStart.size());
}

void set_unit(std::string& blob, std::size_t index, std::uint32_t bits)
{
    std::memcpy(blob.data() + 4 + index * 4, &bits, sizeof bits);
}

std::uint32_t unit(const std::string& blob, std::size_t index)
{
    std::uint32_t bits = 0;
    std::memcpy(&bits, blob.data() + 4 + index * 4, sizeof bits);
    return bits;
}

TEST(HostileCharsmap, GoodTablesWork)
{
    const std::string rules = tiny_charsmap({{"A", "a"}, {"AB", "abc"}, {"é", ""}});
    ASSERT_EQ(rules_refusal(rules), "");
    Model model = tiny();
    model.charsmap = rules;
    EXPECT_EQ(load(model)->encode("ABAé"), load(tiny())->encode("abca"));
}

TEST(HostileCharsmap, LengthsThatDoNotFit)
{
    EXPECT_EQ(rules_refusal("abc"), "is shorter than its length field");
    for (const std::uint32_t length : {0U, 1U, 4U, 1023U, 1028U, 2048U, 0x80000000U, 0xFFFFFFFFU}) {
        std::string blob = tiny_charsmap({{"A", "a"}}).substr(0, 4 + 1024);
        std::memcpy(blob.data(), &length, sizeof length);
        EXPECT_NE(rules_refusal(blob), "") << length;
    }
    const std::string good = tiny_charsmap({{"A", "a"}});
    EXPECT_NE(rules_refusal(good.substr(0, good.size() - 2)), "") << "no strings at all";
}

TEST(HostileCharsmap, StepsOutOfTheTable)
{
    // Root, then 'A' at 256 ^ 0x41; its children and its leaf are in the block at 512.
    std::string blob = tiny_charsmap({{"A", "a"}});
    const std::size_t child = 256 ^ 0x41;
    set_unit(blob, 0, 4096U << 10);
    EXPECT_EQ(rules_refusal(blob), "points outside itself");

    blob = tiny_charsmap({{"A", "a"}});
    set_unit(blob, child, (unit(blob, child) & 0x3FFU) | (0x1FFFFFU << 10));
    EXPECT_EQ(rules_refusal(blob), "points outside itself");

    blob = tiny_charsmap({{"A", "a"}});
    set_unit(blob, child, unit(blob, child) | 0x200U); // the offset counts in blocks
    EXPECT_EQ(rules_refusal(blob), "points outside itself");
}

TEST(HostileCharsmap, ReplacementsThatAreNoStrings)
{
    for (const std::uint32_t value : {2U, 3U, 1000U, 0x7FFFFFFFU}) {
        std::string blob = tiny_charsmap({{"A", "a"}});
        set_unit(blob, 512, 0x80000000U | value);
        EXPECT_EQ(rules_refusal(blob), "has a bad replacement") << value;
    }
    std::string blob = tiny_charsmap({{"A", "a"}});
    blob.back() = 'x';
    EXPECT_EQ(rules_refusal(blob), "has a bad replacement") << "not terminated";
    EXPECT_EQ(rules_refusal(tiny_charsmap({{"A", "\xC3"}})), "has a bad replacement") << "UTF-8";
    EXPECT_EQ(rules_refusal(tiny_charsmap({{"A", std::string(256, 'a')}})), "");
    EXPECT_EQ(rules_refusal(tiny_charsmap({{"A", std::string(257, 'a')}})), "has a bad replacement")
        << "would blow up a text";
}

TEST(HostileCharsmap, Loops)
{
    // 'A' leads back to the block that it is in: AAAA… matches without end.
    std::string blob = tiny_charsmap({{"A", "a"}});
    const std::uint32_t child = 256 ^ 0x41;
    set_unit(blob, child, (child ^ 256U) << 10 | 1U << 8 | 0x41U);
    set_unit(blob, 256, 0x80000000U);
    EXPECT_EQ(rules_refusal(blob), "contains a loop");
}

TEST(HostileCharsmap, MoreMatchesThanTheLibraryHolds)
{
    std::map<std::string, std::string> rules;
    for (std::size_t n = 1; n <= 32; ++n)
        rules[std::string(n, 'A')] = "a";
    ASSERT_EQ(rules_refusal(tiny_charsmap(rules)), "");
    Model model = tiny();
    model.charsmap = tiny_charsmap(rules);
    EXPECT_EQ(load(model)->encode(std::string(33, 'A')).size(), 2U);
    rules[std::string(33, 'A')] = "a";
    EXPECT_EQ(rules_refusal(tiny_charsmap(rules)), "has too many rules for one prefix");
}

TEST(HostileCharsmap, DamagedBytesOfAPublishedTable)
{
    const auto path = fixture_path("tokenizers-spm/spm-unigram/tokenizer.model");
    const auto model = parse_sentencepiece_model(read(path), "tokenizer.model");
    ASSERT_TRUE(model) << model.error().what;
    const std::string& good = model->charsmap;
    ASSERT_GT(good.size(), 200'000U);
    int refused = 0;
    std::uint32_t random = 1;
    for (int i = 0; i < 200; ++i) {
        std::string blob = good;
        for (int k = 0; k < 8; ++k) {
            random = random * 1664525U + 1013904223U;
            blob[(random >> 8) % blob.size()] ^= char(1U << (random >> 29));
        }
        if (!rules_refusal(blob).empty()) {
            ++refused;
            continue;
        }
        Model damaged = *model; // what is accepted can be used
        damaged.charsmap = blob;
        const auto tokenizer = load(std::move(damaged));
        EXPECT_FALSE(tokenizer->encode("Ａﬁ½ é ㍿ text").empty());
    }
    EXPECT_GT(refused, 50);
}

// --- tokenizer_config.json ---

class HostileTokenizerConfig : public testing::Test {
protected:
    HostileTokenizerConfig() { folder_.write("tokenizer.model", serialize(tiny())); }

    std::string refusal_of(const std::string& config)
    {
        folder_.write("tokenizer_config.json", config);
        const auto tokenizer = load_tokenizer(folder_.path());
        return tokenizer ? "" : tokenizer.error().what;
    }

    TempFolder folder_;
};

TEST_F(HostileTokenizerConfig, TokensThatAreNotThere)
{
    EXPECT_EQ(
        refusal_of(R"({"eos_token": "<|none|>"})"),
        "tokenizer_config.json: \"eos_token\" is \"<|none|>\", which tokenizer.model does not "
        "contain");
    EXPECT_EQ(
        refusal_of(R"({"bos_token": 3})"),
        "tokenizer_config.json: \"bos_token\" is neither a string nor an object with content");
    EXPECT_EQ(refusal_of(R"({"eos_token": null, "bos_token": {"content": "<s>"}})"), "");
    EXPECT_NE(refusal_of(R"({"add_bos_token": "yes"})"), "");
    EXPECT_NE(refusal_of("[]"), "");
}

TEST_F(HostileTokenizerConfig, AddedTokensThatDoNotFit)
{
    const auto added = [&](const std::string& entries) {
        return refusal_of("{\"added_tokens_decoder\": {" + entries + "}}");
    };
    EXPECT_EQ(added(R"("12": {"content": "<new>", "special": true}, "1": {"content": "<s>"})"), "");
    EXPECT_NE(added(R"("13": {"content": "<new>"})"), "") << "a gap";
    EXPECT_NE(added(R"("12": {"content": "abc"})"), "") << "already there";
    EXPECT_NE(added(R"("1": {"content": "<bos>"})"), "") << "another piece has the id";
    EXPECT_NE(added(R"("12": {"content": ""})"), "") << "empty";
    EXPECT_NE(added(R"("12": {"content": "a\u0000b"})"), "");
    EXPECT_NE(added(R"("-1": {"content": "x"})"), "");
    EXPECT_NE(added(R"("x": {"content": "x"})"), "");
    EXPECT_NE(added(R"("99999999999": {"content": "x"})"), "");
    EXPECT_NE(added(R"("12": 3)"), "");
}

TEST_F(HostileTokenizerConfig, AddedTokensAreSpecialOnlyWhenTheySaySo)
{
    EXPECT_EQ(refusal_of(R"({"added_tokens_decoder": {
        "12": {"content": "[X]", "special": true}, "13": {"content": "zz", "special": false}}})"),
              "");
    const auto tokenizer = std::move(load_tokenizer(folder_.path())).value();
    EXPECT_EQ(tokenizer->size(), 14);
    EXPECT_TRUE(tokenizer->is_special(12));
    EXPECT_FALSE(tokenizer->is_special(13));
    EXPECT_EQ(tokenizer->encode("zz"), (Ids {5, 13}));
    EXPECT_EQ(tokenizer->encode("[X]"), (Ids {5, 0}));
}

TEST(HostileTokenizerFolder, NamesTheFileThatIsNotUnderstood)
{
    const TempFolder folder;
    EXPECT_EQ(load_tokenizer(folder.path()).error().code, ErrorCode::not_found);
    folder.write("tokenizer.json", "{}");
    const auto tokenizer = load_tokenizer(folder.path());
    ASSERT_FALSE(tokenizer);
    EXPECT_EQ(tokenizer.error().code, ErrorCode::unsupported);
    EXPECT_EQ(tokenizer.error().what.substr(0, 14), "tokenizer.json");
}

} // namespace
} // namespace mixscope
