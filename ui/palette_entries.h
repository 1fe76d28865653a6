#pragma once

#include "ui/models/palette_model.h"

namespace mixscope {

class Commands;
class RunStore;
class Selection;

/// All commands with their keys, and the layers of the model.
std::vector<PaletteEntry> namedEntries(const Commands& commands, const RunStore& store,
                                       Selection& selection);

/// The rows of the settings window: each opens it at its row.
std::vector<PaletteEntry> settingEntries(const std::function<void(const QString& id)>& open);

/// Tokens that a query means: the one of that number, and those whose text contains it, at most
/// `most` of them, the newest first.
std::vector<PaletteEntry> tokenEntries(const RunStore& store, Selection& selection,
                                       const QString& query, int most = 20);

} // namespace mixscope
