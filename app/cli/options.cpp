#include "app/cli/options.h"

#include <charconv>

namespace mixscope::cli {

std::unique_ptr<LoadedModel> open_model(const std::string& folder, const CommonOptions& common)
{
    return must(load_model(folder, common.engine));
}

std::unique_ptr<Session> new_session(const LoadedModel& model)
{
    return must(Session::create(*model.model, *model.backend, model.session_options));
}

std::vector<std::string> split_commas(const std::string& text)
{
    std::vector<std::string> out;
    std::size_t begin = 0;
    while (begin <= text.size()) {
        const std::size_t end = std::min(text.find(',', begin), text.size());
        if (end > begin) out.push_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
    return out;
}

std::vector<TokenId> parse_ids(const std::string& text, const char* option, int vocabulary)
{
    std::vector<TokenId> out;
    for (const std::string& part : split_commas(text)) {
        TokenId id = 0;
        const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), id);
        if (error != std::errc {} || end != part.data() + part.size() || id < 0 || id >= vocabulary) {
            throw Failure {{ErrorCode::bad_argument,
                            std::string(option) + ": \"" + part + "\" is no token id, wanted 0 to "
                                + std::to_string(vocabulary - 1),
                            "Give ids separated by commas, e.g. 1,750,673."}};
        }
        out.push_back(id);
    }
    return out;
}

} // namespace mixscope::cli
