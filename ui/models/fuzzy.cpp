#include "ui/models/fuzzy.h"

#include <algorithm>
#include <vector>

namespace mixscope {

namespace {
constexpr int kLetter = 1;
constexpr int kNextTo = 9; // right after the letter before
constexpr int kWordStart = 8;
constexpr int kNo = -1;

bool startsWord(const QString& text, qsizetype at)
{
    return at == 0 || !text[at - 1].isLetterOrNumber();
}
} // namespace

int fuzzyScore(const QString& query, const QString& text)
{
    QString wanted = query.toCaseFolded();
    wanted.remove(' ');
    const QString in = text.toCaseFolded();
    if (wanted.isEmpty()) return 0;
    // best[t]: best score of the letters so far with the last one at t.
    std::vector<int> best(std::size_t(in.size()), kNo);
    for (qsizetype q = 0; q < wanted.size(); ++q) {
        std::vector<int> now(best.size(), kNo);
        int before = q == 0 ? 0 : kNo; // best of all places before t
        for (qsizetype t = 0; t < in.size(); ++t) {
            const int adjacent = q > 0 && t > 0 ? best[std::size_t(t - 1)] : kNo;
            if (in[t] == wanted[q]) {
                const int from = std::max(before, adjacent >= 0 ? adjacent + kNextTo : kNo);
                if (from >= 0)
                    now[std::size_t(t)] = from + kLetter + (startsWord(in, t) ? kWordStart : 0);
            }
            if (q > 0) before = std::max(before, best[std::size_t(t)]);
        }
        best = std::move(now);
    }
    const int score = best.empty() ? kNo : *std::max_element(best.begin(), best.end());
    // Of two texts with the same letters the shorter one is meant.
    return score < 0 ? kNo : 16 * score + std::max(0, 15 - int(in.size() / 4));
}

} // namespace mixscope
