#include "engine/chat_template.h"
#include "engine/tensor_file.h"
#include "tests/support/fixtures.h"
#include "tests/support/temp_folder.h"

#include <cstring>
#include <gtest/gtest.h>

namespace mixscope {
namespace {

using Source = PromptSegment::Source;

const std::vector<ChatMessage> kConversation {
    {"system", "SYS", {}}, {"user", "U1", {}}, {"assistant", "A1", {}}, {"user", "U2", {}}};

ChatTemplate parse(std::string_view source)
{
    auto parsed = ChatTemplate::parse(source, {{"bos_token", "<s>"}, {"eos_token", "</s>"}});
    if (!parsed) throw std::runtime_error(parsed.error().what);
    return std::move(parsed).value();
}

std::string joined(const std::vector<PromptSegment>& segments)
{
    std::string text;
    for (const PromptSegment& segment : segments) {
        text += segment.text;
    }
    return text;
}

// The whole text, or the error's sentence.
std::string render(std::string_view source,
                   const std::vector<ChatMessage>& messages = kConversation,
                   bool add_generation_prompt = true)
{
    const auto segments = parse(source).render(messages, add_generation_prompt);
    return segments ? joined(*segments) : segments.error().what;
}

std::string value(const std::string& expression)
{
    return render("{{ " + expression + " }}");
}

// "#user|" for markup and "0:text|" for content of message 0.
std::string traced(std::string_view source, const std::vector<ChatMessage>& messages)
{
    const auto segments = parse(source).render(messages, false);
    if (!segments) return segments.error().what;
    std::string out;
    for (const PromptSegment& segment : *segments) {
        out += segment.source == Source::markup ? "#" : std::to_string(segment.message) + ":";
        out += segment.text + "|";
    }
    return out;
}

std::string refusal(std::string_view source)
{
    const auto parsed = ChatTemplate::parse(source);
    if (parsed) return "accepted";
    return std::string(parsed.error().code == ErrorCode::unsupported ? "unsupported: " : "bad: ")
        + parsed.error().what;
}

TEST(ChatTemplate, RendersTheBundledTemplateToTheGoldenIds)
{
    const auto chat = ChatTemplate::load(bundled_model());
    ASSERT_TRUE(chat) << chat.error().what;
    const auto segments = chat->render(
        {{"user",
          "Tom has a red ball. Anna has a blue hat. Ben has a green kite. What does Anna have?",
          {}}},
        true);
    ASSERT_TRUE(segments) << segments.error().what;
    ASSERT_EQ(segments->size(), 3U);
    EXPECT_EQ(segments->at(0).text, "<s><|user|>");
    EXPECT_EQ(segments->at(1).source, Source::content);
    EXPECT_EQ(segments->at(2).text, "<|end|><|assistant|>");

    const auto tokenizer = load_tokenizer(bundled_model());
    ASSERT_TRUE(tokenizer);
    const auto golden =
        Checkpoint::open_file(fixture_path("tiny-hybrid-golden/golden.safetensors"));
    const StoredTensor* tensor = golden.value().find("1.ids");
    std::vector<TokenId> ids(tensor->bytes / sizeof(TokenId));
    std::memcpy(ids.data(), tensor->data, tensor->bytes);
    EXPECT_EQ((*tokenizer)->encode_segments(*segments), ids);
}

TEST(ChatTemplate, RendersChatMl)
{
    EXPECT_EQ(render(R"({%- for m in messages %}
{{- '<|im_start|>' + m.role + '\n' + m.content + '<|im_end|>' + '\n' }}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\n' }}
{%- endif %})"),
              "<|im_start|>system\nSYS<|im_end|>\n<|im_start|>user\nU1<|im_end|>\n"
              "<|im_start|>assistant\nA1<|im_end|>\n<|im_start|>user\nU2<|im_end|>\n"
              "<|im_start|>assistant\n");
}

TEST(ChatTemplate, RendersGraniteRolesWithADefaultSystemMessage)
{
    constexpr const char* kSource = R"({%- set ns = namespace(system='Be helpful.') %}
{%- set rest = messages %}
{%- if messages[0]['role'] == 'system' %}
    {%- set ns.system = messages[0]['content'] %}
    {%- set rest = messages[1:] %}
{%- endif %}
{{- '<|start_of_role|>system<|end_of_role|>' + ns.system + '<|end_of_text|>\n' }}
{%- for m in rest %}
    {{- '<|start_of_role|>' + m.role + '<|end_of_role|>' + m.content + '<|end_of_text|>\n' }}
    {%- if loop.last and add_generation_prompt %}
        {{- '<|start_of_role|>assistant<|end_of_role|>' }}
    {%- endif %}
{%- endfor %})";
    EXPECT_EQ(render(kSource, {{"user", "U1", {}}}),
              "<|start_of_role|>system<|end_of_role|>Be helpful.<|end_of_text|>\n"
              "<|start_of_role|>user<|end_of_role|>U1<|end_of_text|>\n"
              "<|start_of_role|>assistant<|end_of_role|>");
    EXPECT_EQ(render(kSource),
              "<|start_of_role|>system<|end_of_role|>SYS<|end_of_text|>\n"
              "<|start_of_role|>user<|end_of_role|>U1<|end_of_text|>\n"
              "<|start_of_role|>assistant<|end_of_role|>A1<|end_of_text|>\n"
              "<|start_of_role|>user<|end_of_role|>U2<|end_of_text|>\n"
              "<|start_of_role|>assistant<|end_of_role|>");
}

TEST(ChatTemplate, RendersLlamaHeadersWithADate)
{
    EXPECT_EQ(render(R"({{- bos_token }}
{%- if not date_string is defined %}
    {%- set date_string = "26 Jul 2024" %}
{%- endif %}
{%- if messages[0]['role'] == 'system' %}
    {%- set system_message = messages[0]['content']|trim %}
    {%- set messages = messages[1:] %}
{%- else %}
    {%- set system_message = "" %}
{%- endif %}
{{- "<|start_header_id|>system<|end_header_id|>\n\n" }}
{%- if tools is not none %}
    {{- "Environment: ipython\n" }}
{%- endif %}
{{- "Today Date: " + date_string + "\n\n" }}
{{- system_message }}
{{- "<|eot_id|>" }}
{%- for message in messages %}
    {{- '<|start_header_id|>' + message['role'] + '<|end_header_id|>\n\n'+ message['content'] | trim + '<|eot_id|>' }}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|start_header_id|>assistant<|end_header_id|>\n\n' }}
{%- endif %})"),
              "<s><|start_header_id|>system<|end_header_id|>\n\nToday Date: 26 Jul 2024\n\nSYS"
              "<|eot_id|><|start_header_id|>user<|end_header_id|>\n\nU1<|eot_id|>"
              "<|start_header_id|>assistant<|end_header_id|>\n\nA1<|eot_id|>"
              "<|start_header_id|>user<|end_header_id|>\n\nU2<|eot_id|>"
              "<|start_header_id|>assistant<|end_header_id|>\n\n");
}

TEST(ChatTemplate, RendersMistralTurnsAndRefusesWrongOnes)
{
    constexpr const char* kSource = R"({{ bos_token }}{% for m in messages %}
{% if (m['role'] == 'user') != (loop.index0 % 2 == 0) %}
{{ raise_exception('Roles must alternate, not ' ~ m.role) }}
{% endif %}
{% if m['role'] == 'user' %}
{{ '[INST] ' + m['content'] + ' [/INST]' }}
{%- elif m['role'] == 'assistant' %}
{{ ' ' + m['content'] + eos_token}}
{%- endif %}
{% endfor %})";
    EXPECT_EQ(render(kSource, {{"user", "U1", {}}, {"assistant", "A1", {}}, {"user", "U2", {}}}),
              "<s>[INST] U1 [/INST] A1</s>[INST] U2 [/INST]");
    const auto refused = parse(kSource).render(kConversation, true);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::bad_argument);
    EXPECT_EQ(refused.error().what, "the chat template refuses: Roles must alternate, not system");
}

TEST(ChatTemplate, RendersPlainSpeakers)
{
    EXPECT_EQ(render("{% for m in messages %}{{ m.role|capitalize }}: "
                     "{{ m.content.replace('\\n\\n', '\\n') }}\n\n{% endfor %}"
                     "{% if add_generation_prompt %}Assistant:{% endif %}",
                     {{"user", "a\n\nb", {}}}),
              "User: a\nb\n\nAssistant:");
}

TEST(ChatTemplate, TrimsWhiteSpaceAroundTags)
{
    EXPECT_EQ(render("a\n  {% if true %}\n  b\n  {% endif %}\n c\n"), "a\n  b\n c");
    EXPECT_EQ(render("a {% if true %} b {% endif %} c"), "a  b  c");
    EXPECT_EQ(render("a\n\n{%- if true -%}\n\n b \n{%- endif -%}\n c"), "abc");
    EXPECT_EQ(render("x\n  {{ 'v' }}\n y"), "x\n  v\n y");
    EXPECT_EQ(render("x\n  {{- 'v' -}}\n y"), "xvy");
    EXPECT_EQ(render("x\n  {# note #}\n y"), "x\n y");
    EXPECT_EQ(render("x\n  {%+ if true %}\n y{% endif +%}\n z"), "x\n   y\n z");
    EXPECT_EQ(render("a\r\n{% if true %}\r\nb\r{% endif %}"), "a\nb\n");
}

TEST(ChatTemplate, EvaluatesExpressionsAsPython)
{
    const std::pair<const char*, const char*> cases[] = {
        {"1 + 2 * 3 - -1", "8"},
        {"-7 // 2 ~ ' ' ~ -7 % 3", "-4 2"},
        {"7 / 2 ~ ' ' ~ 2.0", "3.5 2.0"},
        {"'a' ~ true ~ none", "aTrueNone"},
        {"1 if false else 2", "2"},
        {"'[' ~ (1 if false) ~ ']'", "[]"},
        {"not false and 1 == 1.0", "True"},
        {"'' or 'b'", "b"},
        {"'el' in 'hello' and 3 not in [1, 2]", "True"},
        {"'hello'[1:3] ~ 'abc'[::-1] ~ 'hé!'[-2]", "elcbaé"},
        {"[1, 2, 3, 4][1:-1]|join('-')", "2-3"},
        {"'xxaxx'.lstrip('x') ~ 'xxbxx'.rstrip('x')", "axxxxb"},
        {"'a</t>b</t>c'.split('</t>')[-1]", "c"},
        {"' a  b '.split()|join('-')", "a-b"},
        {"'abc'.startswith(('x', 'ab'))", "True"},
        {"'äöü'|length ~ 'abc'|first", "3a"},
        {"nothing|default('d') ~ ''|default('e', true)", "de"},
        {"nothing is defined or none is defined", "True"},
        {"'x' is string and {} is mapping and [] is iterable and 2 is even", "True"},
        {"{'a': 1, 'b': [none, true, 'ü\"\\n']}|tojson", R"({"a": 1, "b": [null, true, "ü\"\n"]})"},
        {"{'a': [1]}|tojson(indent=2)", "{\n  \"a\": [\n    1\n  ]\n}"},
        {"messages|selectattr('role', 'equalto', 'user')|map(attribute='content')|join(',')",
         "U1,U2"},
        {"messages[-1].content ~ messages[0].nothing", "U2"},
        {"'\\u00e9\\x41' 'b'", "éAb"},
        {"range(1, 7, 2)|join", "135"},
        {"'5'|int + 1", "6"},
        {"{'k': 'v'}.get('k') ~ {'k': 1}.get('x', 'y')", "vy"},
        {"raise_exception is defined and tools is none and pad_token is not defined", "True"},
    };
    for (const auto& [expression, expected] : cases) {
        EXPECT_EQ(value(expression), expected) << expression;
    }
}

TEST(ChatTemplate, RunsStatementsAsJinja)
{
    EXPECT_EQ(render("{% for m in messages if m.role == 'user' %}{{ loop.index }}{{ m.content }}"
                     "{{ ',' if not loop.last }}{% endfor %}"),
              "1U1,2U2");
    EXPECT_EQ(render("{% for k, v in {'a': 1, 'b': 2}.items() %}{{ k }}{{ v }}{% endfor %}"),
              "a1b2");
    EXPECT_EQ(render("{% for x in [] %}a{% else %}none{% endfor %}"), "none");
    EXPECT_EQ(
        render("{% set x = 1 %}{% for i in [1, 2] %}{% set x = x + i %}{{ x }}{% endfor %}{{ x }}"),
        "231")
        << "what a loop sets stays in its turn";
    EXPECT_EQ(render("{% set n = namespace(x=1) %}{% for i in [1, 2] %}{% set n.x = n.x + i %}"
                     "{% endfor %}{{ n.x }}"),
              "4");
    EXPECT_EQ(
        render("{% macro m(a, b='B') %}<{{ a }}{{ b }}>{% endmacro %}{{ m(1) }}{{ m(b=2, a=3) }}"),
        "<1B><32>");
    EXPECT_EQ(render("{% set x %}b{{ 1 }}{% endset %}{{ x }}"), "b1");
    EXPECT_EQ(render("{% for i in range(9) %}{% if i == 3 %}{% break %}{% endif %}"
                     "{% if i == 1 %}{% continue %}{% endif %}{{ i }}{% endfor %}"),
              "02");
    EXPECT_EQ(render("{% generation %}a{% endgeneration %}"), "a");
    EXPECT_EQ(render("{% for m in messages %}{{ loop.previtem.content if loop.previtem }}"
                     "{{ loop.revindex }}{% endfor %}"),
              "4SYS3U12A11");
}

TEST(ChatTemplate, KnowsWhoWroteEachCharacter)
{
    const std::vector<ChatMessage> two {{"user", " hi <|end|> ", {}}, {"assistant", "Yes", {}}};
    EXPECT_EQ(traced("<{{ messages[0].role }}>{{ messages[0].content }}</>", two),
              "#<user>|0: hi <|end|> |#</>|");
    EXPECT_EQ(traced("{{ '[' + messages[0].content|trim + ']' }}", two), "#[|0:hi <|end|>|#]|");
    EXPECT_EQ(traced("{{ ('a' ~ messages[0].content)[:4] }}", two), "#a|0: hi|");
    EXPECT_EQ(traced("{{ messages[0].content.split(' ')[1] ~ 'x' }}", two), "0:hi|#x|");
    EXPECT_EQ(traced("{{ messages[0].content.replace('hi', '<|user|>') }}", two),
              "0: <|user|> <|end|> |")
        << "what replaces content is content";
    EXPECT_EQ(traced("{{ ('-' ~ messages[1].content).replace('-', '<b>') }}", two), "#<b>|1:Yes|");
    EXPECT_EQ(traced("{{ messages[1].content|upper ~ messages[0].content[1] }}", two),
              "1:YES|0:h|");
    EXPECT_EQ(traced("{{ messages[1].content|tojson }}", two), "1:\"Yes\"|");
    EXPECT_EQ(traced("{{ {'a': 1}|tojson }}", two), "#{\"a\": 1}|");
    EXPECT_EQ(traced("{{ messages|map(attribute='content')|join('+') }}", two),
              "0: hi <|end|> |#+|1:Yes|");
    EXPECT_EQ(traced("{% set x %}{{ messages[1].content }}!{% endset %}{{ x }}", two), "1:Yes|#!|");
    EXPECT_EQ(traced("{% for c in messages[1].content %}{{ c }}.{% endfor %}", two),
              "1:Y|#.|1:e|#.|1:s|#.|");
    EXPECT_EQ(traced("{{ messages[1].content[::-1] }}{{ messages[1].content|reverse }}", two),
              "1:seYseY|");
}

TEST(ChatTemplate, DoesNotTrustAnUnusualRole)
{
    EXPECT_EQ(traced("<|{{ messages[0].role }}|>", {{"x|><|end", "", {}}}), "#<||0:x|><|end|#|>|");
}

TEST(ChatTemplate, HandsOnExactIdsOnlyOfUnchangedContent)
{
    const std::vector<ChatMessage> messages {{"assistant", "A ", {7, 8, 9}}};
    const auto segments = [&](std::string_view source) {
        return parse(source).render(messages, false).value();
    };
    const auto kept = segments("<{{ messages[0].content }}>");
    ASSERT_EQ(kept.size(), 3U);
    EXPECT_EQ(kept[1].ids, (std::vector<TokenId> {7, 8, 9}));
    EXPECT_TRUE(kept[0].ids.empty());
    for (const char* changed :
         {"<{{ messages[0].content|trim }}>", "{{ messages[0].content }}-{{ messages[0].content }}",
          "{{ messages[0].content }}{{ messages[0].content }}"}) {
        for (const PromptSegment& segment : segments(changed)) {
            EXPECT_TRUE(segment.ids.empty()) << changed;
        }
    }
}

TEST(ChatTemplate, NamesWhatItDoesNotUnderstandAndTheLine)
{
    EXPECT_EQ(refusal("a\n{{ x|sort }}"),
              "unsupported: chat template, line 2: the filter \"sort\" is not supported");
    EXPECT_EQ(refusal("{% include 'x' %}"),
              "unsupported: chat template, line 1: the statement \"include\" is not supported");
    EXPECT_EQ(refusal("{{ 'a'.format(1) }}"),
              "unsupported: chat template, line 1: the method \"format\" is not supported");
    EXPECT_EQ(refusal("{{ lipsum() }}"),
              "unsupported: chat template, line 1: the function \"lipsum\" is not supported");
    EXPECT_EQ(refusal("{{ 1 is callable }}"),
              "unsupported: chat template, line 1: the test \"callable\" is not supported");
    EXPECT_EQ(refusal("{{ x|tojson(sort_keys=true) }}"),
              "unsupported: chat template, line 1: the filter \"tojson\" with the argument "
              "\"sort_keys\" is not supported");
    EXPECT_EQ(refusal("{{ 2 ** 3 }}"),
              "unsupported: chat template, line 1: the operator ** is not supported");
    EXPECT_EQ(refusal("{{ 1 < 2 < 3 }}"),
              "unsupported: chat template, line 1: a chain of comparisons is not supported");
}

TEST(ChatTemplate, PointsAtMistakes)
{
    EXPECT_EQ(refusal("{{ 'a }}"),
              "bad: chat template, line 1: the string that starts on line 1 has no end");
    EXPECT_EQ(refusal("\n{% if x %}"),
              "bad: chat template, line 2: found the end of the template, wanted {% endif %}");
    EXPECT_EQ(refusal("{% endfor %}"),
              "bad: chat template, line 1: found \"endfor\" without its beginning");
    EXPECT_EQ(refusal("{{ 1 + }}"), "bad: chat template, line 1: found \"}}\", wanted a value");
    EXPECT_EQ(refusal("{{ }}"), "bad: chat template, line 1: found \"}}\", wanted a value");
    EXPECT_EQ(refusal("{% break %}"), "bad: chat template, line 1: \"break\" outside of a loop");
    EXPECT_EQ(render("\n{{ nothing.x }}"),
              "chat template, line 2: it takes \"x\" from a value that is undefined");
    EXPECT_EQ(render("{{ 1 // 0 }}"), "chat template, line 1: a division by zero");
    EXPECT_EQ(render("{{ [1] }}"), "chat template, line 1: it writes a list as text");
}

TEST(ChatTemplate, LoadsFromEitherFile)
{
    const TempFolder folder;
    EXPECT_EQ(ChatTemplate::load(folder.path()).error().code, ErrorCode::not_found);

    folder.write("chat_template.jinja", "file {{ bos_token }}");
    folder.write("tokenizer_config.json", R"({"bos_token": {"content": "<b>"}})");
    auto chat = ChatTemplate::load(folder.path());
    ASSERT_TRUE(chat) << chat.error().what;
    EXPECT_EQ(joined(chat->render({}, false).value()), "file <b>");

    folder.write("tokenizer_config.json", R"({"chat_template": "config"})");
    EXPECT_EQ(joined(ChatTemplate::load(folder.path())->render({}, false).value()), "config");

    folder.write("tokenizer_config.json", R"({"chat_template":
        [{"name": "tool_use", "template": "tools"}, {"name": "default", "template": "chat"}]})");
    EXPECT_EQ(joined(ChatTemplate::load(folder.path())->render({}, false).value()), "chat");
}

} // namespace
} // namespace mixscope
