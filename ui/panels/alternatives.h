#pragma once

class QPoint;
class QWidget;

namespace mixscope {

class RunStore;

/// Shows what else the model might have said in place of a token: the best choices before it, with
/// their probabilities, until a key or a click. `at`: on the screen. False when they were not
/// captured. UI thread only.
bool showAlternatives(const RunStore& store, int token, QPoint at, QWidget* parent);

} // namespace mixscope
