#include "engine/evaluation.h"

#include "engine/sampler.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace mixscope {

namespace {

constexpr int kTop = 10;

/// Collects the values of all calls until they can be laid out whole.
class Collector {
public:
    Collector(Session& session, std::size_t tokens, const std::vector<Probe>& probes)
        : session_(session)
        , tokens_(tokens)
        , probes_(probes)
        , offered_(session.model().probe_fields())
    {
    }

    void add(std::size_t first, std::span<const TokenId> ids, std::span<const float> logits)
    {
        logits_.insert(logits_.end(), logits.begin(), logits.end());
        Capture& capture = session_.capture();
        const CaptureLayout& layout = *capture.layout();
        const std::vector<float> values = capture.take_values();
        for (const CaptureField& field : layout.fields) {
            std::vector<float>& to = lanes_[{int(field.probe), field.layer}];
            for (std::size_t t = 0; t < ids.size(); ++t) {
                const float* row = values.data() + t * std::size_t(layout.width) + field.offset;
                to.insert(to.end(), row, row + field.width);
            }
        }
        for (const AttentionRows& rows : capture.take_attention()) add_attention(first, rows);
        for (StateCapture& state : capture.take_states()) states_[state.layer] = std::move(state);
    }

    Evaluation finish(const std::vector<TokenId>& ids)
    {
        const std::int64_t vocabulary = session_.model().spec().vocabulary;
        Evaluation out;
        add_from_logits(out, ids, vocabulary);
        out.arrays.push_back({"logits", {std::int64_t(tokens_), vocabulary}, std::move(logits_)});
        out.metadata.push_back({"logits", "token, vocabulary"});
        for (auto& [key, values] : lanes_) add_lane(out, Probe(key.first), key.second, values);
        for (auto& [layer, rows] : attention_) {
            const auto n = std::int64_t(tokens_);
            const auto heads = std::int64_t(rows.size()) / (n * n);
            push(out, "attention." + std::to_string(layer), {heads, n, n}, std::move(rows),
                 "head, query, key");
        }
        for (auto& [layer, state] : states_) {
            push(out, "state." + std::to_string(layer), state.shape, std::move(state.values),
                 "head, row, column");
        }
        return out;
    }

private:
    static void push(Evaluation& out, const std::string& name, std::vector<std::int64_t> shape,
                     std::vector<float> values, const std::string& axes)
    {
        out.arrays.push_back({name, std::move(shape), std::move(values)});
        out.metadata.push_back({name, axes});
    }

    bool wanted(Probe probe) const
    {
        return std::find(probes_.begin(), probes_.end(), probe) != probes_.end();
    }

    void add_attention(std::size_t first, const AttentionRows& rows)
    {
        std::vector<float>& whole = attention_[rows.layer];
        whole.resize(std::size_t(rows.n_heads) * tokens_ * tokens_, 0.0F);
        const std::size_t length = std::size_t(rows.length);
        const std::size_t count = length - first; // tokens of this call
        for (std::size_t h = 0; h < std::size_t(rows.n_heads); ++h) {
            for (std::size_t t = 0; t < count; ++t) {
                const float* from = rows.values.data() + (h * count + t) * length;
                std::copy_n(from, length, whole.data() + (h * tokens_ + first + t) * tokens_);
            }
        }
    }

    void add_lane(Evaluation& out, Probe probe, int layer, std::vector<float>& values)
    {
        const ProbeInfo& info = info_of(probe);
        std::vector<std::int64_t> shape {std::int64_t(tokens_)};
        std::string axes = "token";
        for (const ProbeField& field : offered_[std::size_t(layer)]) {
            if (field.probe != probe) continue;
            for (std::size_t i = 0; i < field.shape.size(); ++i) {
                shape.push_back(field.shape[i]);
                axes += std::string(", ") + (info.axes[i] != nullptr ? info.axes[i] : "index");
            }
        }
        const bool of_model = probe == Probe::final_norm;
        const std::string name
            = of_model ? info.name : std::string(info.name) + "." + std::to_string(layer);
        push(out, name, std::move(shape), std::move(values), axes);
    }

    /// Entropy, surprise and the best candidates follow from the logits.
    void add_from_logits(Evaluation& out, const std::vector<TokenId>& ids, std::int64_t vocabulary)
    {
        if (!wanted(Probe::entropy) && !wanted(Probe::surprise) && !wanted(Probe::logits_top)) return;
        const int k = int(std::min<std::int64_t>(kTop, vocabulary));
        std::vector<float> entropy, surprise {std::nanf("")}, top;
        Sampler greedy {Sampling {}};
        for (std::size_t t = 0; t < tokens_; ++t) {
            const std::span<const float> row(logits_.data() + t * std::size_t(vocabulary),
                                             std::size_t(vocabulary));
            const Choice choice = greedy.choose(row, int(vocabulary), {}, k);
            entropy.push_back(choice.entropy_bits);
            for (const TopChoice& candidate : choice.top) top.push_back(candidate.p_raw);
            if (t + 1 == tokens_) continue;
            // -log2 p of the token that follows: ratio to the best candidate's probability.
            const float gap = row[std::size_t(ids[t + 1])] - choice.top.front().logit;
            const double p = double(choice.top.front().p_raw) * std::exp(double(gap));
            surprise.push_back(float(-std::log2(p)));
        }
        const auto n = std::int64_t(tokens_);
        if (wanted(Probe::entropy)) push(out, "entropy", {n}, std::move(entropy), "token");
        if (wanted(Probe::surprise)) push(out, "surprise", {n}, std::move(surprise), "token");
        if (wanted(Probe::logits_top)) push(out, "logits_top", {n, k}, std::move(top), "token, k");
    }

    Session& session_;
    std::size_t tokens_;
    const std::vector<Probe>& probes_;
    std::vector<std::vector<ProbeField>> offered_;
    std::vector<float> logits_;
    std::map<std::pair<int, int>, std::vector<float>> lanes_;
    std::map<int, std::vector<float>> attention_;
    std::map<int, StateCapture> states_;
};

} // namespace

Result<Evaluation> evaluate(Session& session, const std::vector<TokenId>& ids,
                            const std::vector<std::size_t>& chunks,
                            const std::vector<Probe>& probes)
{
    if (ids.empty()) {
        return Error {ErrorCode::bad_argument, "there are no tokens to evaluate", "Give some ids."};
    }
    if (std::int64_t(ids.size()) > session.context()) {
        return Error {ErrorCode::context_full,
                      std::to_string(ids.size()) + " tokens were given, the context holds "
                          + std::to_string(session.context()),
                      "Give fewer tokens."};
    }
    session.capture().select(probes);
    Collector collector(session, ids.size(), probes);
    std::size_t at = 0;
    for (std::size_t i = 0; at < ids.size(); ++i) {
        const std::size_t left = ids.size() - at;
        const std::size_t n = i < chunks.size() ? std::min(chunks[i], left) : left;
        const std::span<const TokenId> part(ids.data() + at, n);
        collector.add(at, part, session.forward(part, LogitRows::all, false));
        at += n;
    }
    return collector.finish(ids);
}

} // namespace mixscope
