#include "engine/jinja/runtime.h"

#include <algorithm>

namespace mixscope::jinja {

// Counts open levels, since the attacker decides how deep macros call each other.
class Runtime::Depth {
public:
    explicit Depth(Runtime& runtime)
        : runtime_(runtime)
    {
        if (++runtime_.depth_ > kMaxOpenLevels) runtime_.fail("it calls itself too deeply");
    }
    ~Depth() { --runtime_.depth_; }
    Depth(const Depth&) = delete;
    Depth& operator=(const Depth&) = delete;

private:
    Runtime& runtime_;
};

Runtime::Runtime(Scope globals)
    : globals_(std::move(globals))
{
}

Result<TracedText> Runtime::run(const Block& program)
{
    execute(program);
    if (error_) return *error_;
    return std::move(output_);
}

Value Runtime::fail(const std::string& why, ErrorCode code)
{
    if (!error_) {
        error_ = Error {code, "chat template, line " + std::to_string(line_) + ": " + why,
                        "Use a plain prompt, or the template that belongs to the model."};
    }
    return {};
}

Value Runtime::refuse_conversation(const std::string& why)
{
    if (!error_) {
        error_ = Error {ErrorCode::bad_argument, "the chat template refuses: " + why,
                        "Change the conversation so that the template accepts it."};
    }
    return {};
}

bool Runtime::spend(std::size_t steps)
{
    steps_ += std::min(steps, kMaxSteps + 1);
    if (steps_ > kMaxSteps) fail("it takes more than " + std::to_string(kMaxSteps) + " steps");
    return !failed();
}

Value Runtime::make_text(TracedText text)
{
    if (!spend_bytes(text.size())) return {};
    if (text.size() > kMaxTextBytes) return fail("it makes a text of more than 16 MiB");
    return Value(std::move(text));
}

Value Runtime::list_of(std::vector<Value> items)
{
    if (!spend(items.size())) return {};
    auto list = make_list(std::move(items));
    return list ? *std::move(list) : fail("it nests a list too deep, or puts a namespace into one");
}

TracedText Runtime::text_of(const Value& value)
{
    auto text = to_text(value);
    if (text) return *std::move(text);
    fail(std::string("it writes ") + value.kind_name() + " as text", ErrorCode::unsupported);
    return {};
}

void Runtime::write(const TracedText& text)
{
    if (!spend_bytes(text.size())) return;
    if (output_.size() + text.size() > kMaxTextBytes) {
        fail("it writes more than 16 MiB");
    } else {
        output_.append(text);
    }
}

Value Runtime::capture(const Block& block)
{
    TracedText outer = std::exchange(output_, {});
    execute(block);
    return Value(std::exchange(output_, std::move(outer)));
}

const Value* Runtime::find(std::string_view name) const
{
    const auto search = [name](const Scope& scope) -> const Value* {
        for (const auto& [key, value] : scope) {
            if (key == name) return &value;
        }
        return nullptr;
    };
    for (auto scope = scopes_.rbegin(); scope != scopes_.rend(); ++scope) {
        if (const Value* value = search(*scope)) return value;
    }
    return search(globals_);
}

void Runtime::assign(const std::string& name, Value value)
{
    Scope& scope = scopes_.empty() ? globals_ : scopes_.back();
    for (auto& [key, present] : scope) {
        if (key != name) continue;
        present = std::move(value);
        return;
    }
    scope.emplace_back(name, std::move(value));
}

Runtime::Flow Runtime::execute(const Block& block)
{
    const Depth depth(*this);
    for (const Statement& statement : block) {
        line_ = statement.line;
        if (!spend(1)) return Flow::leave_loop;
        const Flow flow =
            std::visit([this](const auto& node) { return run_statement(node); }, statement.node);
        if (failed()) return Flow::leave_loop;
        if (flow != Flow::next) return flow;
    }
    return Flow::next;
}

Runtime::Flow Runtime::run_statement(const WriteText& statement)
{
    write(*statement.text.as_text());
    return Flow::next;
}

Runtime::Flow Runtime::run_statement(const WriteValue& statement)
{
    const Value value = evaluate(*statement.value);
    if (const TracedText* text = value.as_text()) {
        write(*text);
    } else {
        write(text_of(value));
    }
    return Flow::next;
}

Runtime::Flow Runtime::run_statement(const If& statement)
{
    for (const auto& [condition, body] : statement.branches) {
        const bool chosen = evaluate(*condition).truthy();
        if (failed()) return Flow::leave_loop;
        if (chosen) return execute(body);
    }
    return execute(statement.otherwise);
}

void Runtime::bind_targets(const For& loop, const Value& item)
{
    if (loop.targets.size() == 1) {
        assign(loop.targets.front(), item);
        return;
    }
    const List* list = item.as_list();
    if (list == nullptr || list->items.size() != loop.targets.size()) {
        fail("it unpacks " + std::string(item.kind_name()) + " into "
             + std::to_string(loop.targets.size()) + " names");
        return;
    }
    for (std::size_t i = 0; i < loop.targets.size(); ++i) {
        assign(loop.targets[i], list->items[i]);
    }
}

std::vector<Value> Runtime::loop_items(const For& loop)
{
    std::vector<Value> items = items_of(evaluate(*loop.items));
    if (!loop.condition) return items;
    std::vector<Value> chosen;
    for (Value& item : items) {
        scopes_.emplace_back();
        bind_targets(loop, item);
        const bool passes = !failed() && evaluate(*loop.condition).truthy();
        scopes_.pop_back();
        if (failed()) return {};
        if (passes) chosen.push_back(std::move(item));
    }
    return chosen;
}

Value Runtime::loop_variable(const std::vector<Value>& items, std::size_t index)
{
    const auto count = std::int64_t(items.size());
    const auto at = std::int64_t(index);
    auto loop = make_dict({{"index0", at},
                           {"index", at + 1},
                           {"revindex0", count - at - 1},
                           {"revindex", count - at},
                           {"first", index == 0},
                           {"last", at + 1 == count},
                           {"length", count},
                           {"previtem", index == 0 ? Value() : items[index - 1]},
                           {"nextitem", at + 1 == count ? Value() : items[index + 1]}});
    return loop ? *std::move(loop) : fail("it nests a list too deep");
}

Runtime::Flow Runtime::run_statement(const For& statement)
{
    const std::vector<Value> items = loop_items(statement);
    if (failed()) return Flow::leave_loop;
    if (items.empty()) return execute(statement.otherwise);
    for (std::size_t i = 0; i < items.size(); ++i) {
        scopes_.emplace_back();
        bind_targets(statement, items[i]);
        assign("loop", loop_variable(items, i));
        const Flow flow = failed() ? Flow::leave_loop : execute(statement.body);
        scopes_.pop_back();
        if (flow == Flow::leave_loop) break;
    }
    return Flow::next;
}

Runtime::Flow Runtime::run_statement(const Set& statement)
{
    Value value = statement.value ? evaluate(*statement.value) : capture(statement.body);
    if (failed()) return Flow::leave_loop;
    if (statement.attribute.empty()) {
        assign(statement.name, std::move(value));
        return Flow::next;
    }
    const Value* target = find(statement.name);
    Namespace* space = target == nullptr ? nullptr : target->as_namespace();
    if (space == nullptr) {
        fail("\"" + statement.name + "\" is no namespace");
    } else if (value.as_namespace() != nullptr) {
        fail("it puts a namespace into a namespace", ErrorCode::unsupported);
    } else {
        space->set(statement.attribute, std::move(value));
    }
    return Flow::next;
}

Runtime::Flow Runtime::run_statement(const Macro& statement)
{
    macros_.emplace_back(statement.name, &statement);
    return Flow::next;
}

Runtime::Flow Runtime::run_statement(const Group& statement)
{
    return execute(statement.body);
}

Runtime::Flow Runtime::run_statement(const Leave& statement)
{
    return statement.whole_loop ? Flow::leave_loop : Flow::skip_item;
}

Value Runtime::evaluate_node(const MacroCall& node)
{
    const auto macro = std::find_if(macros_.rbegin(), macros_.rend(),
                                    [&](const auto& entry) { return entry.first == node.name; });
    if (macro == macros_.rend()) return fail("the macro \"" + node.name + "\" is not yet defined");
    const Arguments arguments = evaluate_arguments(node.arguments);
    return failed() ? Value() : call_macro(*macro->second, arguments);
}

// A macro sees its parameters and the variables of the template, not those of its caller.
Value Runtime::call_macro(const Macro& macro, const Arguments& arguments)
{
    if (arguments.values.size() > macro.parameters.size()) {
        return fail("the macro \"" + macro.name + "\" is called with too many arguments");
    }
    std::vector<Scope> outer = std::exchange(scopes_, {Scope()});
    for (std::size_t i = 0; i < macro.parameters.size(); ++i) {
        const Argument& parameter = macro.parameters[i];
        const Value* given = arguments.either(i, parameter.name);
        assign(parameter.name,
               given != nullptr      ? *given
                   : parameter.value ? evaluate(*parameter.value)
                                     : Value());
    }
    Value written = capture(macro.body);
    scopes_ = std::move(outer);
    return failed() ? Value() : written;
}

} // namespace mixscope::jinja
