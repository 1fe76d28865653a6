// mixscope-cli tokenize: text to token ids and back. Adds no special tokens.

#include "app/cli/options.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <fstream>
#include <iostream>
#include <iterator>
#include <optional>

namespace mixscope::cli {

namespace {

std::string read_text(const std::string& path)
{
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        throw Failure {{ErrorCode::not_found, path + " cannot be read", "Check the name."}};
    }
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

class Tokenize final : public Command {
public:
    void attach(CLI::App& app, CommonOptions&) override
    {
        app.add_option("model", model_, "model folder")->required();
        auto* source = app.add_option_group("what to convert");
        source->add_option("--text", text_, "text to encode");
        source->add_option("--text-file", file_, "file with the text to encode");
        source->add_option("--ids", ids_, "token ids to decode: 1,2,3");
        source->require_option(1);
    }

    void run(const CommonOptions&) override
    {
        const std::unique_ptr<Tokenizer> tokenizer = must(load_tokenizer(model_));
        std::vector<TokenId> ids;
        if (ids_) ids = parse_ids(*ids_, "--ids", tokenizer->size());
        else ids = tokenizer->encode(text_ ? *text_ : read_text(*file_));
        nlohmann::ordered_json out;
        out["ids"] = ids;
        out["pieces"] = nlohmann::ordered_json::array();
        for (const TokenId id : ids) out["pieces"].push_back(tokenizer->piece(id));
        out["text"] = tokenizer->decode(ids);
        std::cout << out.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)
                  << std::endl;
    }

private:
    std::string model_;
    std::optional<std::string> text_, file_, ids_;
};

} // namespace

std::unique_ptr<Command> make_tokenize() { return std::make_unique<Tokenize>(); }

} // namespace mixscope::cli
