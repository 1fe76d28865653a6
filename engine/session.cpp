#include "engine/session.h"

#include <algorithm>
#include <cassert>
#include <cstring>

namespace mixscope {

namespace {

std::string megabytes(std::size_t bytes)
{
    return std::to_string((bytes + (1U << 20) - 1) >> 20) + " MiB";
}

TensorView field_view(const StateField& field, void* data, DType dtype, Place place,
                      std::int64_t rows)
{
    std::vector<std::int64_t> shape = field.shape;
    if (field.grows) shape.insert(shape.begin(), rows);
    TensorView out = view(data, dtype, place, 1);
    out.rank = std::int8_t(shape.size());
    std::int64_t step = 1;
    for (int i = out.rank - 1; i >= 0; --i) {
        out.shape[i] = shape[std::size_t(i)];
        out.stride[i] = step;
        step *= out.shape[i];
    }
    return out;
}

std::size_t row_count(const StateField& field)
{
    std::size_t n = 1;
    for (const std::int64_t size : field.shape) n *= std::size_t(size);
    return n;
}

constexpr int kMoreParts = 3; ///< than layers: embedding, head, end

/// Decode steps are made for contexts of up to 128, 256, 512, … tokens.
std::int64_t step_bound(std::int64_t length, std::int64_t context)
{
    std::int64_t bound = 128;
    while (bound < length) bound *= 2;
    return std::min(bound, context);
}

} // namespace

Result<std::unique_ptr<Session>> Session::create(const Model& model, Backend& backend,
                                                 const SessionOptions& options)
{
    std::unique_ptr<Session> session(new Session(model, backend, options));
    if (Result<void> done = session->allocate(); !done) return done.error();
    return session;
}

Session::Session(const Model& model, Backend& backend, const SessionOptions& options)
    : model_(model)
    , backend_(backend)
    , options_(options)
    , arena_(backend)
    , capture_(model.probe_fields(), backend)
    , transfer_(backend.create_transfer())
{
}

Result<void> Session::allocate()
{
    const DType kv_dtype = options_.kv_dtype.value_or(backend_.default_kv_dtype());
    for (int i = 0; i < model_.n_layers(); ++i) {
        for (const StateField& field : model_.mixer(i).state_fields()) {
            if (field.grows) kv_bytes_per_token_ += row_count(field) * size_of(kv_dtype);
            else state_bytes_ += row_count(field) * sizeof(float);
        }
    }
    const std::size_t wanted
        = state_bytes_ + kv_bytes_per_token_ * std::size_t(options_.context);
    const std::size_t free = backend_.free_bytes();
    if (wanted > free) {
        const std::size_t fits = kv_bytes_per_token_ > 0 && free > state_bytes_
            ? (free - state_bytes_) / kv_bytes_per_token_
            : 0;
        return Error {ErrorCode::out_of_memory,
                      "a context of " + std::to_string(options_.context) + " tokens needs "
                          + megabytes(wanted) + ", free are " + megabytes(free),
                      fits > 0 ? "Choose a context of at most " + std::to_string(fits) + " tokens."
                               : "Choose a smaller model, or use the CPU."};
    }
    for (int i = 0; i < model_.n_layers(); ++i) {
        LayerState state;
        for (const StateField& field : model_.mixer(i).state_fields()) {
            const DType dtype = field.grows ? kv_dtype : DType::f32;
            const std::int64_t rows = field.grows ? options_.context : 1;
            Result<Buffer> buffer
                = backend_.allocate(row_count(field) * std::size_t(rows) * size_of(dtype));
            if (!buffer) return buffer.error();
            state.names.push_back(field.name);
            state.views.push_back(
                field_view(field, buffer->data(), dtype, backend_.place(), rows));
            if (!field.grows) fixed_.push_back(state.views.back());
            buffers_.push_back(std::move(buffer).value());
        }
        states_.push_back(std::move(state));
    }
    Result<Buffer> input = backend_.allocate(2 * sizeof(std::int32_t));
    if (!input) return input.error();
    input_ = std::move(input).value();
    if (!backend_.records()) return {};
    Result<Buffer> times = backend_.allocate(std::size_t(model_.n_layers() + kMoreParts)
                                             * sizeof(std::uint64_t));
    if (!times) return times.error();
    times_ = std::move(times).value();
    return {};
}

std::span<const float> Session::forward(std::span<const TokenId> ids, LogitRows rows, bool timed)
{
    assert(!ids.empty() && position() + std::int64_t(ids.size()) <= options_.context);
    const bool step = ids.size() == 1;
    const std::int64_t length = position() + std::int64_t(ids.size());
    const std::int64_t bound = step ? step_bound(length, options_.context) : length;
    arena_.reset();
    const TensorView id_view = upload_ids(ids);
    capture_.begin(int(ids.size()), bound);
    trace_.begin(model_.n_layers(), timed, backend_.records());
    const bool recorded = step && options_.record_steps && backend_.records();
    const TensorView logits = recorded ? run_step(id_view, bound) : run(id_view, bound, rows);
    const std::span<const float> out = read_results(logits, length);
    tokens_.insert(tokens_.end(), ids.begin(), ids.end());
    forward_tokens_ += ids.size();
    return out;
}

/// Position and tokens to the device; a decode step finds its token at the same place each time.
TensorView Session::upload_ids(std::span<const TokenId> ids)
{
    const TensorView input = view(input_.data(), DType::i32, backend_.place(), 2);
    const std::int32_t values[] = {std::int32_t(position()), ids.front()};
    backend_.upload(input, values);
    if (ids.size() == 1) return input.slice(0, 1, 1);
    const TensorView all = arena_.take(DType::i32, ids.size());
    backend_.upload(all, ids.data());
    return all;
}

TensorView Session::run(const TensorView& ids, std::int64_t bound, LogitRows rows)
{
    const TensorView pos = view(input_.data(), DType::i32, backend_.place(), 1);
    backend_.note_times(times());
    Pass pass(backend_, arena_, capture_, trace_, pos, position(), bound);
    return model_.forward(pass, ids, states_, rows);
}

TensorView Session::run_step(const TensorView& id, std::int64_t bound)
{
    const StepKey key {bound, capture_.selection(), arena_.version() + capture_.memory_version()};
    RecordedStep* step = steps_.find(key);
    if (step == nullptr && !steps_.met(key)) return run(id, bound, LogitRows::last);
    if (step == nullptr) {
        RecordedStep made {.key = key};
        made.recording = backend_.record([&] { made.logits = run(id, bound, LogitRows::last); });
        made.kept = capture_.kept();
        made.trace = trace_.recorded(position());
        step = &steps_.add(std::move(made));
    }
    step->recording->replay();
    ++replayed_steps_;
    capture_.set_kept(step->kept);
    trace_.repeat(step->trace, position());
    return step->logits;
}

TensorView Session::times() const
{
    if (!times_) return {};
    return view(times_.data(), DType::i32, Place::device, model_.n_layers() + kMoreParts,
                2);
}

/// Waits for the call: the one wait of a decode step. The span is valid until the next call.
std::span<const float> Session::read_results(const TensorView& logits, std::int64_t length)
{
    if (transfer_ == nullptr) {
        backend_.synchronize();
        return {logits.as<float>(), std::size_t(logits.count())};
    }
    std::vector<TensorView> parts {logits, times()};
    if (const TensorView looked_at = capture_.memory()) parts.push_back(looked_at);
    transfer_->begin(parts);
    const std::byte* copy = transfer_->wait();
    trace_.take_times(copy + logits.bytes());
    capture_.read_back(copy + logits.bytes() + times().bytes(), length);
    return {reinterpret_cast<const float*>(copy), std::size_t(logits.count())};
}

Result<Snapshot> Session::snapshot() const
{
    Snapshot out;
    out.position = position();
    for (const TensorView& field : fixed_) {
        Result<Buffer> buffer = backend_.allocate(field.bytes());
        if (!buffer) return buffer.error();
        TensorView copy = field;
        copy.data = buffer->data();
        backend_.copy(field, copy);
        out.fields.push_back(std::move(buffer).value());
    }
    return out;
}

void Session::restore(const Snapshot& snapshot)
{
    assert(snapshot.fields.size() == fixed_.size() && snapshot.position <= position());
    for (std::size_t i = 0; i < fixed_.size(); ++i) {
        TensorView from = fixed_[i];
        from.data = snapshot.fields[i].data();
        backend_.copy(from, fixed_[i]);
    }
    tokens_.resize(std::size_t(snapshot.position));
}

void Session::reset()
{
    for (const TensorView& field : fixed_) {
        const std::vector<std::byte> zeros(field.bytes());
        backend_.upload(field, zeros.data());
    }
    tokens_.clear();
    remembered_.clear();
}

std::int64_t Session::rewind(std::int64_t position)
{
    if (position >= this->position()) return this->position();
    while (!remembered_.empty() && remembered_.back().position > position) remembered_.pop_back();
    if (remembered_.empty()) {
        reset();
        return 0;
    }
    restore(remembered_.back());
    return remembered_.back().position;
}

void Session::remember()
{
    if (!remembered_.empty() && remembered_.back().position == position()) return;
    if (state_bytes_ > options_.snapshot_bytes) return;
    Result<Snapshot> taken = snapshot();
    if (!taken) return; // a missing snapshot only costs time at the next rewind
    remembered_.push_back(std::move(taken).value());
    const std::size_t most = std::max<std::size_t>(
        2, options_.snapshot_bytes / std::max<std::size_t>(1, state_bytes_));
    if (remembered_.size() <= most) return;
    // Thin: drop the snapshot whose neighbours lie closest together, keeping the newest.
    std::size_t drop = 0;
    std::int64_t closest = -1;
    for (std::size_t i = 0; i + 1 < remembered_.size(); ++i) {
        const std::int64_t before = i == 0 ? 0 : remembered_[i - 1].position;
        const std::int64_t gap = remembered_[i + 1].position - before;
        if (closest < 0 || gap < closest) {
            closest = gap;
            drop = i;
        }
    }
    remembered_.erase(remembered_.begin() + std::ptrdiff_t(drop));
}

} // namespace mixscope
