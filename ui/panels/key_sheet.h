#pragma once

class QWidget;

namespace mixscope {

class Commands;

/// A window with every key, from the table of commands, and every gesture. UI thread only.
void showKeys(const Commands& commands, QWidget* parent);

} // namespace mixscope
