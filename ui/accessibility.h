#pragma once

namespace mixscope {

/// Makes the window speak: combo boxes get their label as name and their text as value, painted
/// texts (Status, Inspector) can be read, drawn views are graphics with name and description.
/// Call once, before the first window is shown.
void installAccessibility();

} // namespace mixscope
