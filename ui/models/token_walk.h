#pragma once

namespace mixscope {

class RunStore;

/// Surprise above which a token counts as surprising: the 95th percentile of the tokens whose
/// surprise is known, in bits. NaN when there are none.
float surprisingBits(const RunStore& store);

/// The next surprising token after `from` (`by` 1) or before it (-1); -1 when there is none.
int nextSurprising(const RunStore& store, int from, int by);

/// First token of the next message after `from` (`by` 1), or of the one before (-1): that is the
/// start of the present message when `from` is inside of it. -1 when there is none.
int nextMessageStart(const RunStore& store, int from, int by);

} // namespace mixscope
