// mixscope-cli generate: writes a text, streamed to stdout or as one JSON object.

#include "app/cli/options.h"
#include "app/cli/sampling_options.h"
#include "app/cli/stop_on_signal.h"
#include "app/cli/text_printer.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <iostream>

namespace mixscope::cli {

namespace {

class Generate final : public Command {
public:
    void attach(CLI::App& app, CommonOptions&) override
    {
        app.add_option("model", model_, "model folder")->required();
        auto* source = app.add_option_group("what to continue");
        source->add_option("--prompt", prompt_, "text to continue (BOS as the tokenizer says)");
        source->add_option("--chat", chat_, "message to answer, through the chat template");
        source->add_option("--ids", ids_, "token ids, taken as they are: 1,2,3");
        source->require_option(1);
        sampling_.attach(app);
    }

    void run(const CommonOptions& common) override
    {
        const std::unique_ptr<LoadedModel> model = open_model(model_, common);
        const std::unique_ptr<Session> session = new_session(*model);
        const Prompt prompt = make_prompt(*model);
        const StopOnSignal signal;
        TextPrinter printer(common.json ? Echo::nowhere : Echo::to_stdout);
        Generator generator(*model, *session);
        const ReplyOptions options = sampling_.merged(model->info->generation);
        const Finished done = must(generator.reply(prompt, options, printer, signal.token()));
        if (common.json) {
            print_json(prompt, done, printer);
            return;
        }
        printer.finish(done.text);
    }

private:
    Prompt make_prompt(const LoadedModel& model) const
    {
        if (chat_) return must(chat_prompt(model, {{"user", *chat_, {}}}));
        if (prompt_) return plain_prompt(*model.tokenizer, *prompt_);
        Prompt out;
        out.ids = parse_ids(*ids_, "--ids", model.info->vocabulary);
        out.message.assign(out.ids.size(), 0);
        return out;
    }

    static void print_json(const Prompt& prompt, const Finished& done, const TextPrinter& printer)
    {
        nlohmann::ordered_json out;
        out["prompt_ids"] = prompt.ids;
        out["ids"] = done.ids;
        out["text"] = done.text;
        out["probabilities"] = printer.probabilities();
        out["reused_tokens"] = done.reused_tokens;
        out["prefill_tokens_per_s"] = done.prefill_tokens_per_s;
        out["tokens_per_s"] = done.tokens_per_s;
        out["stop_reason"] = name_of(done.reason);
        std::cout << out.dump() << std::endl;
    }

    std::string model_;
    std::optional<std::string> prompt_, chat_, ids_;
    SamplingOptions sampling_;
};

} // namespace

std::unique_ptr<Command> make_generate() { return std::make_unique<Generate>(); }

} // namespace mixscope::cli
