#include "ui/models/token_walk.h"

#include "ui/models/run_store.h"

#include <algorithm>
#include <cmath>

namespace mixscope {

namespace {

template <class Fits> int walk(const RunStore& store, int from, int by, Fits fits)
{
    for (int token = from + by; token >= 0 && token < store.tokens(); token += by) {
        if (fits(token)) return token;
    }
    return -1;
}

} // namespace

float surprisingBits(const RunStore& store)
{
    std::vector<float> bits;
    for (int i = 0; i < store.tokens(); ++i) {
        if (std::isfinite(store.token(i).surprise_bits))
            bits.push_back(store.token(i).surprise_bits);
    }
    if (bits.empty()) return kUnknown;
    const auto at = bits.begin() + std::ptrdiff_t(std::llround(0.95 * double(bits.size() - 1)));
    std::nth_element(bits.begin(), at, bits.end());
    return *at;
}

int nextSurprising(const RunStore& store, int from, int by)
{
    const float least = surprisingBits(store);
    return walk(store, from, by,
                [&](int token) { return store.token(token).surprise_bits >= least; });
}

int nextMessageStart(const RunStore& store, int from, int by)
{
    return walk(store, from, by, [&](int token) {
        const int message = store.messageOf(token);
        return message >= 0 && (token == 0 || store.messageOf(token - 1) != message);
    });
}

} // namespace mixscope
