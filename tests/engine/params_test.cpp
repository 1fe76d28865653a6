#include "engine/params.h"
#include "tests/support/temp_folder.h"

#include <cmath>
#include <gtest/gtest.h>
#include <limits>

namespace mixscope {
namespace {

Params params(std::string_view text)
{
    auto parsed = Params::parse(text, "config.json");
    if (!parsed) throw std::runtime_error(parsed.error().what);
    return std::move(parsed).value();
}

TEST(Params, NamesFileKeyFoundAndWanted)
{
    const Params config = params(R"({"hidden_size": 0, "act": 3, "names": ["a", 1]})");
    EXPECT_EQ(config.integer("hidden_size", 1, 1048576).error().what,
              "config.json: \"hidden_size\" is 0, wanted a whole number from 1 to 1048576");
    EXPECT_EQ(config.integer("layers", 1, 9).error().what,
              "config.json: \"layers\" is missing, wanted a whole number from 1 to 9");
    EXPECT_EQ(config.text("act").error().what, "config.json: \"act\" is 3, wanted a string");
    EXPECT_EQ(config.texts("names").error().what,
              "config.json: \"names\" is 1, wanted a string or a list of strings");
}

TEST(Params, TakesNullForAbsent)
{
    const Params config = params(R"({"a": null, "b": 2})");
    EXPECT_FALSE(config.has("a"));
    EXPECT_EQ(config.integer_or("a", 7, 0, 9).value(), 7);
    EXPECT_EQ(config.integer_or("b", 7, 0, 9).value(), 2);
    EXPECT_EQ(config.number_or("a", 0.5).value(), 0.5);
    EXPECT_EQ(config.text_or("a", "x").value(), "x");
    EXPECT_TRUE(config.boolean_or("a", true).value());
    EXPECT_TRUE(config.integers("a").value().empty());
}

TEST(Params, DoesNotGuessAcrossTypes)
{
    const Params config = params(R"({"a": 1.0, "b": true, "c": "1", "d": 18446744073709551615})");
    for (const char* key : {"a", "b", "c", "d"}) {
        EXPECT_FALSE(config.integer(key, INT64_MIN, INT64_MAX)) << key;
    }
    EXPECT_FALSE(config.number("b"));
    EXPECT_FALSE(config.boolean_or("a", false));
    EXPECT_FALSE(config.integer_or("c", 1, 0, 9)) << "a wrong value is no absent value";
}

TEST(Params, ReadsInfinityInEverySpelling)
{
    const Params config = params(R"({"a": Infinity, "b": -Infinity, "c": NaN,
        "d": {"__float__": "Infinity"}, "limits": [0.0, Infinity], "text": "Infinity \" NaN"})");
    EXPECT_EQ(config.number("a").value(), std::numeric_limits<double>::infinity());
    EXPECT_EQ(config.number("b").value(), -std::numeric_limits<double>::infinity());
    EXPECT_TRUE(std::isnan(config.number("c").value()));
    EXPECT_EQ(config.number("d").value(), std::numeric_limits<double>::infinity());
    EXPECT_EQ(config.numbers("limits").value().at(1), std::numeric_limits<double>::infinity());
    EXPECT_EQ(config.text("text").value(), "Infinity \" NaN");
}

TEST(Params, ReadsOneOrSeveral)
{
    const Params config = params(R"({"a": 2, "b": [2, 7], "c": "x"})");
    EXPECT_EQ(config.integers("a").value(), (std::vector<std::int64_t> {2}));
    EXPECT_EQ(config.integers("b").value(), (std::vector<std::int64_t> {2, 7}));
    EXPECT_EQ(config.texts("c").value(), (std::vector<std::string> {"x"}));
}

TEST(Params, NamesTheObjectInsideTheFile)
{
    const Params config = params(R"({"rope": {"factor": "x"}})");
    const auto rope = config.object("rope");
    ASSERT_TRUE(rope);
    EXPECT_EQ(rope->number("factor").error().what,
              "config.json: rope: \"factor\" is \"x\", wanted a number");
}

TEST(Params, ReadsAFileAndNamesIt)
{
    const TempFolder folder;
    EXPECT_EQ(Params::read(folder.path() / "config.json").error().code, ErrorCode::not_found);
    const auto config = Params::read(folder.write("config.json", R"({"a": 1})"));
    ASSERT_TRUE(config);
    EXPECT_EQ(config->name(), "config.json");
    EXPECT_EQ(config->integer("a", 0, 9).value(), 1);
}

TEST(Params, PointsAtTheDamagedPlace)
{
    const auto parsed = Params::parse("{\n \"a\": x}", "config.json");
    ASSERT_FALSE(parsed);
    EXPECT_EQ(parsed.error().what, "config.json: not valid JSON at line 2, column 7");
}

} // namespace
} // namespace mixscope
