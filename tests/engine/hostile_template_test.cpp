#include "engine/chat_template.h"

#include <gtest/gtest.h>

namespace mixscope {
namespace {

std::string repeated(const std::string& text, int times)
{
    std::string out;
    for (int i = 0; i < times; ++i) {
        out += text;
    }
    return out;
}

// The error's sentence; empty when it renders.
std::string refusal(const std::string& source)
{
    const auto chat = ChatTemplate::parse(source);
    if (!chat) return chat.error().what;
    const auto segments = chat->render({{"user", "hello", {}}}, false);
    if (segments) return "";
    EXPECT_FALSE(segments.error().hint.empty());
    return segments.error().what;
}

constexpr const char* kTooManySteps = "chat template, line 1: it takes more than 1000000 steps";

TEST(HostileTemplate, LoopsWithoutEnd)
{
    EXPECT_EQ(
        refusal("{% for i in range(100000) %}{% for j in range(100000) %}{% endfor %}{% endfor %}"),
        kTooManySteps);
    EXPECT_EQ(refusal("{% for i in range(10 ** 9) %}{% endfor %}"),
              "chat template, line 1: the operator ** is not supported");
    EXPECT_NE(refusal("{% for i in range(1000000000) %}{% endfor %}"), "");
    EXPECT_NE(refusal("{% for i in range(9223372036854775807) %}{% endfor %}"), "");
    EXPECT_NE(refusal("{% for i in range(0, 9, 0) %}{% endfor %}"), "");
}

TEST(HostileTemplate, MacrosThatCallThemselves)
{
    EXPECT_EQ(refusal("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}"),
              "chat template, line 1: it calls itself too deeply");
    EXPECT_EQ(refusal("{% macro f() %}{{ g() }}{% endmacro %}{% macro g() %}{{ f() }}{% endmacro %}"
                      "{{ f() }}"),
              "chat template, line 1: it calls itself too deeply");
    EXPECT_EQ(refusal("{% macro f(a=f()) %}{% endmacro %}{{ f() }}"),
              "chat template, line 1: it calls itself too deeply");
}

TEST(HostileTemplate, TextThatDoublesAndDoubles)
{
    EXPECT_EQ(refusal("{% set n = namespace(x='0123456789') %}{% for i in range(99) %}"
                      "{% set n.x = n.x ~ n.x %}{% endfor %}"),
              "chat template, line 1: it makes a text of more than 16 MiB");
    EXPECT_EQ(refusal("{% set n = namespace(x='aa') %}{% for i in range(99) %}"
                      "{% set n.x = n.x|replace('a', 'aaaaaaaaaaaaaaaa') %}{% endfor %}"),
              kTooManySteps);
    EXPECT_EQ(refusal("{% set n = namespace(x=[1]) %}{% for i in range(99) %}"
                      "{% set n.x = n.x + n.x %}{% endfor %}"),
              kTooManySteps);
}

TEST(HostileTemplate, OutputWithoutEnd)
{
    const std::string line(100'000, 'x');
    EXPECT_EQ(refusal("{% for i in range(1000) %}" + line + "{% endfor %}"),
              "chat template, line 1: it writes more than 16 MiB");
}

TEST(HostileTemplate, NestingOfEveryKind)
{
    for (const int levels : {100, 10'000}) {
        for (const std::string& source :
             {"{{ " + repeated("(", levels) + "1" + repeated(")", levels) + " }}",
              "{{ " + repeated("[", levels) + repeated("]", levels) + " }}",
              "{{ " + repeated("{'a':", levels) + "1" + repeated("}", levels) + " }}",
              "{{ " + repeated("not ", levels) + "1 }}", "{{ " + repeated("-", levels) + "1 }}",
              "{{ 1" + repeated(" + 1", levels) + " }}", "{{ 1" + repeated("|trim", levels) + " }}",
              "{{ x" + repeated(".x", levels) + " }}", "{{ x" + repeated("[0]", levels) + " }}",
              "{{ x" + repeated(" if 1 else 1", levels) + " }}",
              "{{ 1" + repeated(" and 1", levels) + " }}",
              "{{ 1" + repeated(" is string", levels) + " }}",
              "{{ x" + repeated("[:x", levels) + repeated("]", levels) + " }}",
              "{{ range" + repeated("(range", levels) + repeated(")", levels) + " }}",
              repeated("{% if 1 %}", levels) + repeated("{% endif %}", levels),
              repeated("{% for x in y %}", levels) + repeated("{% endfor %}", levels),
              repeated("{% generation %}", levels) + repeated("{% endgeneration %}", levels),
              repeated("{% set x %}", levels) + repeated("{% endset %}", levels)}) {
            EXPECT_NE(refusal(source).find("nested deeper than 64 levels"), std::string::npos)
                << source.substr(0, 40) << ": " << refusal(source);
        }
    }
}

TEST(HostileTemplate, ManyElifsAreNoNesting)
{
    EXPECT_EQ(refusal("{% if 0 %}" + repeated("{% elif 0 %}", 10'000) + "{% endif %}"), "");
}

TEST(HostileTemplate, ListsThatNestAtRunTime)
{
    EXPECT_EQ(refusal("{% set n = namespace(x=[]) %}{% for i in range(99) %}{% set n.x = [n.x] %}"
                      "{% endfor %}"),
              "chat template, line 1: it nests a list too deep, or puts a namespace into one");
    EXPECT_EQ(
        refusal("{% set n = namespace(x={}) %}{% for i in range(99) %}{% set n.x = {'a': n.x} %}"
                "{% endfor %}"),
        "chat template, line 1: it nests a dict too deep, or puts a namespace into one");
}

TEST(HostileTemplate, ValuesThatHoldEachOtherManyTimes)
{
    // 2^60 strings on paper, 60 lists in memory.
    const std::string shared = "{% set n = namespace(x=['a']) %}{% for i in range(60) %}"
                               "{% set n.x = [n.x, n.x] %}{% endfor %}";
    EXPECT_EQ(refusal(shared + "{{ n.x|tojson }}"), kTooManySteps);
    EXPECT_EQ(refusal(shared + "{% set y = n.x == [n.x[0], n.x[0]] %}"), kTooManySteps);
}

TEST(HostileTemplate, NamespacesThatHoldThemselves)
{
    for (const char* source : {"{% set n = namespace() %}{% set n.x = n %}",
                               "{% set n = namespace() %}{% set n.x = [n] %}",
                               "{% set n = namespace() %}{% set n.x = {'n': n} %}",
                               "{% set n = namespace() %}{% set m = namespace(n=n) %}"}) {
        EXPECT_NE(refusal(source), "") << source;
    }
}

TEST(HostileTemplate, ArithmeticOutOfRange)
{
    for (const char* expression :
         {"9223372036854775807 + 1", "-9223372036854775807 - 2", "9223372036854775807 * 2",
          "(-9223372036854775807 - 1) // -1", "(-9223372036854775807 - 1) % -1",
          "-(-9223372036854775807 - 1)", "1 // 0", "1 % 0", "1 / 0", "1.0 % 0.0",
          "99999999999999999999"}) {
        EXPECT_NE(refusal(std::string("{{ ") + expression + " }}"), "") << expression;
    }
    for (const char* expression :
         {"'abc'[-9223372036854775807:9223372036854775807:9223372036854775807]",
          "'abc'[9223372036854775807]", "[1][-9223372036854775807]", "1e5"}) {
        (void)refusal(std::string("{{ ") + expression + " }}"); // no crash
    }
    EXPECT_EQ(refusal("{{ 'abc'[::-9223372036854775807] }}"), "");
}

TEST(HostileTemplate, SourcesThatAreTooLongOrNoText)
{
    EXPECT_NE(refusal(std::string((1 << 20) + 1, ' ')), "");
    EXPECT_NE(refusal("\xFF"), "");
    EXPECT_NE(refusal("{{ '\\ud800' }}"), "") << "half a character";
    EXPECT_NE(refusal("{{ '\\U00110000' }}"), "");
    EXPECT_NE(refusal("{{ '\\x4' }}"), "");
    EXPECT_NE(refusal("{{ 'a\\"), "");
    for (const char* open :
         {"{{", "{%", "{#", "{{-", "{%-", "{#-", "{{ '", "{{ (", "{% if", "{% set"}) {
        EXPECT_NE(refusal(open), "") << open;
    }
}

TEST(HostileTemplate, LongContentIsNoHostility)
{
    const auto chat =
        ChatTemplate::parse("<{{ messages[0].content|trim }}>{{ messages[0].content[1:] }}");
    ASSERT_TRUE(chat);
    const std::string content(4 << 20, 'x');
    const auto segments = chat->render({{"user", content, {}}}, false);
    ASSERT_TRUE(segments) << segments.error().what;
    EXPECT_EQ(segments->at(1).text.size(), content.size());
}

} // namespace
} // namespace mixscope
