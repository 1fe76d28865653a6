// mixscope-cli chat: a conversation in the terminal.

#include "app/cli/options.h"
#include "app/cli/sampling_options.h"
#include "app/cli/stop_on_signal.h"
#include "app/cli/text_printer.h"

#include <CLI/CLI.hpp>

#include <iostream>
#include <unistd.h>

namespace mixscope::cli {

namespace {

class Chat final : public Command {
public:
    void attach(CLI::App& app, CommonOptions&) override
    {
        app.add_option("model", model_, "model folder")->required();
        app.add_option("--system", system_, "system prompt");
        sampling_.attach(app);
    }

    void run(const CommonOptions& common) override
    {
        const std::unique_ptr<LoadedModel> model = open_model(model_, common);
        if (!model->chat_template) must(chat_prompt(*model, {})); // throws what is wrong
        const std::unique_ptr<Session> session = new_session(*model);
        std::cout << model->info->name << " · " << model->info->backend
                  << "\n/new starts again, /quit ends, Ctrl-C stops a reply\n";
        std::vector<ChatMessage> messages = opening();
        std::string line;
        while (prompt() && std::getline(std::cin, line)) {
            if (line == "/quit") break;
            if (line == "/new") messages = opening();
            if (line.empty() || line == "/new") continue;
            messages.push_back({"user", line, {}});
            answer(*model, *session, messages);
        }
        std::cout << std::endl;
    }

private:
    std::vector<ChatMessage> opening() const
    {
        if (system_.empty()) return {};
        return {{"system", system_, {}}};
    }

    static bool prompt()
    {
        std::cout << (isatty(STDIN_FILENO) != 0 ? "\n> " : "") << std::flush;
        return true;
    }

    /// An error (the context is full) is said; the conversation lives on without the message.
    void answer(const LoadedModel& model, Session& session, std::vector<ChatMessage>& messages)
    {
        const StopOnSignal signal;
        Generator generator(model, session);
        TextPrinter printer(Echo::to_stdout);
        Result<Prompt> prompt = chat_prompt(model, messages);
        Result<Finished> done = prompt
            ? generator.reply(*prompt, sampling_.merged(model.info->generation), printer,
                              signal.token())
            : Result<Finished>(prompt.error());
        if (!done) {
            messages.pop_back();
            std::cerr << "error: " << done.error().what << "\nhint: " << done.error().hint
                      << std::endl;
            return;
        }
        printer.finish(done->text);
        messages.push_back({"assistant", done->text, done->ids});
    }

    std::string model_, system_;
    SamplingOptions sampling_;
};

} // namespace

std::unique_ptr<Command> make_chat() { return std::make_unique<Chat>(); }

} // namespace mixscope::cli
