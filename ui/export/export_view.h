#pragma once

#include "engine/result.h"

#include <QImage>
#include <QString>

#include <span>

namespace mixscope {

class View;

/// What a view is written as; the order of the table of formats.
enum class ExportFormat { png, svg, pdf, csv };

struct ExportFormatInfo {
    const char* ending; ///< of file names, without a dot
    const char* text; ///< "PNG picture…", for a menu
    const char* filter; ///< "PNG picture (*.png)", for a file dialog
};
std::span<const ExportFormatInfo> exportFormats();

struct ExportOptions {
    double scale = 2.0; ///< pixels of a PNG in a logical one, 1 … 4
    bool paper = true; ///< in the light theme, whatever the window shows
};

/// The format that a file name asks for by its ending; PNG when it has none that is known.
ExportFormat formatOf(const QString& path);

/// What the view shows, without its tools, at `scale` pixels in a logical one.
QImage pictureOf(View& view, ExportOptions options);
/// The numbers of what the view shows, as CSV.
QByteArray numbersOf(const View& view);

/// Writes what the view shows. SVG and PDF keep text and axes as vectors and embed maps as
/// pictures; what is seen is also said in the file's own description, CSV has it as comments.
/// The file appears whole or not at all. Errors: io. UI thread.
Result<void> exportView(View& view, const QString& path, ExportOptions options);

} // namespace mixscope
