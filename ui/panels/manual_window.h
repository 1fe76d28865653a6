#pragma once

#include <QWidget>

namespace mixscope {

/// A text to read in a window of its own. Its title is its accessible name.
void showHtml(QWidget* parent, const QString& title, const QString& html);
/// The shipped manual in a window of its own.
void showManual(QWidget* parent);
/// Version, licences of the program, its fonts and its model.
void showAbout(QWidget* parent);

} // namespace mixscope
