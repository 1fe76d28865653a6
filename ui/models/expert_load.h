#pragma once

#include "engine/tokenizer.h"

#include <map>
#include <utility>
#include <vector>

namespace mixscope {

class RunStore;

/// Which experts the tokens so far were sent to, layer by layer. Counts what is new since the last
/// look; a rewind counts again from the start. UI thread only.
class ExpertLoad {
public:
    /// Looks at tokens from `firstChanged` on that were not counted yet.
    void update(const RunStore& store, int firstChanged);
    /// Forgets everything.
    void reset();

    /// Part of all choices in a layer that fell on an expert, 0 … 1; 0 before there is one.
    double share(int layer, int expert) const;
    long choices(int layer) const; ///< tokens × experts chosen for each
    struct Often {
        TokenId id;
        int times;
    };
    /// Tokens whose first choice an expert was, the most frequent first.
    std::vector<Often> often(int layer, int expert, std::size_t count) const;

private:
    struct Layer {
        int counted = 0; ///< tokens looked at
        long all = 0;
        std::vector<long> chosen; ///< by expert
        std::vector<std::map<TokenId, int>> first; ///< by expert: tokens it was first choice for
    };
    const Layer* at(int layer) const;
    static void count(Layer& entry, const RunStore& store, int layer);

    std::vector<Layer> layers_;
};

/// Entropy of a distribution in bits; NaN for an empty one.
double entropyBits(const float* probabilities, std::size_t count);

} // namespace mixscope
