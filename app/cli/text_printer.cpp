#include "app/cli/text_printer.h"

#include <algorithm>
#include <iostream>

namespace mixscope::cli {

void TextPrinter::batch(TokenBatch batch)
{
    if (batch.prefill) return;
    for (const TokenInfo& token : batch.tokens) {
        probabilities_.push_back(token.probability);
        if (echo_ == Echo::to_stdout) std::cout << token.text << std::flush;
        printed_ += token.text.size();
    }
}

void TextPrinter::finish(const std::string& text) const
{
    std::cout << text.substr(std::min(printed_, text.size())) << std::endl;
}

} // namespace mixscope::cli
