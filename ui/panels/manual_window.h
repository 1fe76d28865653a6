#pragma once

#include <QWidget>

namespace mixscope {

/// The shipped manual in a window of its own.
void showManual(QWidget* parent);
/// Version, licences of the program, its fonts and its model.
void showAbout(QWidget* parent);

} // namespace mixscope
