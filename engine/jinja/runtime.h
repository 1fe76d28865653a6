#pragma once

#include "engine/jinja/ast.h"
#include "engine/result.h"

#include <optional>
#include <string>
#include <vector>

namespace mixscope::jinja {

inline constexpr std::size_t kMaxSteps = 1'000'000;
inline constexpr std::size_t kMaxTextBytes = std::size_t(16) << 20;

/// One run of a template. Evaluation stops at the first failure: from then on every value is
/// undefined and every step is refused. Work is counted: one step for each node, and one for
/// each 256 bytes of text or each element that is made or compared.
class Runtime {
public:
    using Scope = std::vector<std::pair<std::string, Value>>;

    explicit Runtime(Scope globals);

    /// Renders; what was written, with its origins.
    Result<TracedText> run(const Block& program);

    // For filters, tests, methods and functions:

    /// Records the failure, with the line that is being evaluated; gives undefined.
    Value fail(const std::string& why, ErrorCode code = ErrorCode::bad_format);
    /// Records the template's own refusal of the conversation.
    Value refuse_conversation(const std::string& why);
    bool failed() const { return error_.has_value(); }
    bool spend(std::size_t steps); ///< false when the run must stop
    bool spend_bytes(std::size_t bytes) { return spend(bytes / 256 + 1); }

    Value make_text(TracedText text); ///< fails when it is too long
    Value list_of(std::vector<Value> items); ///< fails when it is nested too deep
    bool equal(const Value& left, const Value& right);
    Value member(const Value& object, const Value& key);
    Value contains(const Value& container, const Value& item);
    /// Text of any value that has one; fails for containers.
    TracedText text_of(const Value& value);
    /// What a loop over the value visits: items, keys or characters. Fails for others.
    std::vector<Value> items_of(const Value& value);

private:
    enum class Flow { next, skip_item, leave_loop };
    class Depth;
    struct Range {
        std::int64_t begin = 0;
        std::int64_t end = 0;
        std::int64_t step = 1;
        bool contains(std::int64_t at) const { return step > 0 ? at < end : at > end; }
    };

    Flow execute(const Block& block);
    Flow run_statement(const WriteText& statement);
    Flow run_statement(const WriteValue& statement);
    Flow run_statement(const If& statement);
    Flow run_statement(const For& statement);
    Flow run_statement(const Set& statement);
    Flow run_statement(const Macro& statement);
    Flow run_statement(const Group& statement);
    Flow run_statement(const Leave& statement);

    Value evaluate(const Expression& expression);
    static Value evaluate_node(const Literal& node);
    Value evaluate_node(const Variable& node);
    Value evaluate_node(const Member& node);
    Value evaluate_node(const Slice& node);
    Value evaluate_node(const Unary& node);
    Value evaluate_node(const Binary& node);
    Value evaluate_node(const Choice& node);
    Value evaluate_node(const Apply& node);
    Value evaluate_node(const MacroCall& node);
    Value evaluate_node(const ListLiteral& node);
    Value evaluate_node(const DictLiteral& node);
    Value evaluate_node(const NamespaceLiteral& node);

    Arguments evaluate_arguments(const std::vector<Argument>& arguments);
    Value binary(Operator op, const Value& left, const Value& right);
    Value arithmetic(Operator op, const Value& left, const Value& right);
    Value add(const Value& left, const Value& right);
    Value compare(Operator op, const Value& left, const Value& right);
    Range slice_range(const Slice& node, std::int64_t size);
    Value slice_text(const Slice& node, const TracedText& text);

    std::vector<Value> loop_items(const For& loop);
    void bind_targets(const For& loop, const Value& item);
    Value loop_variable(const std::vector<Value>& items, std::size_t index);
    void write(const TracedText& text);
    Value capture(const Block& block);
    Value call_macro(const Macro& macro, const Arguments& arguments);
    const Value* find(std::string_view name) const;
    void assign(const std::string& name, Value value);

    Scope globals_;
    std::vector<Scope> scopes_; // of loops and of the running macro, innermost last
    std::vector<std::pair<std::string, const Macro*>> macros_;
    TracedText output_;
    std::size_t steps_ = 0;
    int depth_ = 0;
    int line_ = 1;
    std::optional<Error> error_;
};

/// Levels of expressions and blocks that may be open at once, macros included.
inline constexpr int kMaxOpenLevels = 512;

/// As Python's json.dumps(ensure_ascii=False) with the default separators; `indent` < 0: one
/// line. All of it has the origin of its weakest part. Fails for what JSON cannot say.
Value to_json(Runtime& runtime, const Value& value, int indent);

} // namespace mixscope::jinja
