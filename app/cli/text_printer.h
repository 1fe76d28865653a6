#pragma once

#include "engine/generator.h"

#include <cstddef>
#include <string>
#include <vector>

namespace mixscope::cli {

/// Where the text of a reply goes while it is written.
enum class Echo { to_stdout, nowhere };

/// Prints the text of a reply as it comes and keeps the probabilities of its tokens.
class TextPrinter final : public ReplyListener {
public:
    explicit TextPrinter(Echo echo)
        : echo_(echo)
    {
    }

    void prompt_ready(int, const Prompt&) override {}
    void progress(int, int, double) override {}
    void between_tokens() override {}
    void batch(TokenBatch batch) override;

    /// Prints what of the whole text has not been printed yet, and ends the line.
    void finish(const std::string& text) const;
    const std::vector<float>& probabilities() const { return probabilities_; }

private:
    Echo echo_;
    std::size_t printed_ = 0;
    std::vector<float> probabilities_;
};

} // namespace mixscope::cli
