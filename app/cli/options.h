#pragma once

#include "engine/engine_options.h"
#include "engine/loaded_model.h"

#include <memory>
#include <string>
#include <vector>

namespace CLI {
class App;
} // namespace CLI

namespace mixscope::cli {

/// Options every command has.
struct CommonOptions {
    EngineOptions engine;
    bool json = false;
};

/// Ends the command: `error: …` and `hint: …` on stderr, exit status 1.
struct Failure {
    Error error;
};

/// One command of mixscope-cli: adds its options and remembers what to run. The object must
/// outlive the parsing; run() throws Failure.
class Command {
public:
    virtual ~Command() = default;
    virtual void attach(CLI::App& app, CommonOptions& common) = 0;
    virtual void run(const CommonOptions& common) = 0;
};

std::unique_ptr<Command> make_info();
std::unique_ptr<Command> make_tokenize();
std::unique_ptr<Command> make_eval();
std::unique_ptr<Command> make_generate();
std::unique_ptr<Command> make_chat();
std::unique_ptr<Command> make_bench();

/// One row of the table of commands.
struct CommandInfo {
    const char* name;
    const char* summary;
    std::unique_ptr<Command> (*make)();
};

/// The value, or throws the error as a Failure.
template <class T>
T must(Result<T> result)
{
    if (!result) throw Failure {result.error()};
    return std::move(result).value();
}
inline void must(const Result<void>& result)
{
    if (!result) throw Failure {result.error()};
}

std::unique_ptr<LoadedModel> open_model(const std::string& folder, const CommonOptions& common);
std::unique_ptr<Session> new_session(const LoadedModel& model);

/// "1,2,3" -> numbers; throws Failure (bad_argument) naming `option`.
std::vector<TokenId> parse_ids(const std::string& text, const char* option, int vocabulary);
std::vector<std::string> split_commas(const std::string& text);

} // namespace mixscope::cli
