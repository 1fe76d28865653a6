#include "ui/export/export_view.h"

#include "ui/export/table_writer.h"
#include "ui/plot/plot_area.h"
#include "ui/theme.h"
#include "ui/views/view.h"

#include <QBuffer>
#include <QFileInfo>
#include <QPainter>
#include <QPdfWriter>
#include <QSaveFile>
#include <QSvgGenerator>

#include <algorithm>
#include <array>

namespace mixscope {

namespace {

constexpr int kDotsPerInch = 96; // logical pixels, so that a file is as large as the view
constexpr double kPointsPerInch = 72.0;
constexpr const char* kPaperTheme = "light";

constexpr std::array<ExportFormatInfo, 4> kFormats {{
    {"png", QT_TRANSLATE_NOOP("mixscope::ExportMenu", "PNG picture…"), "PNG picture (*.png)"},
    {"svg", QT_TRANSLATE_NOOP("mixscope::ExportMenu", "SVG drawing…"), "SVG drawing (*.svg)"},
    {"pdf", QT_TRANSLATE_NOOP("mixscope::ExportMenu", "PDF page…"), "PDF page (*.pdf)"},
    {"csv", QT_TRANSLATE_NOOP("mixscope::ExportMenu", "CSV numbers…"), "CSV numbers (*.csv)"},
}};

QString provenance(const View& view)
{
    return QStringLiteral("Mixscope " MIXSCOPE_VERSION " · %1 · %2")
        .arg(view.source(), view.describe());
}

/// While it lives the view is a figure: without tools, its plots drawn as vectors, and on paper
/// in the paper's colours. The window is not repainted before the next turn of the event loop.
class Figure {
public:
    Figure(View& view, bool paper)
        : view_(view)
        , theme_(Theme::instance().name())
    {
        if (paper && theme_ != kPaperTheme) Theme::instance().setTheme(kPaperTheme);
        set(true);
    }
    ~Figure()
    {
        set(false);
        if (Theme::instance().name() != theme_) Theme::instance().setTheme(theme_);
        view_.refresh();
    }
    Figure(const Figure&) = delete;
    Figure& operator=(const Figure&) = delete;

    void paint(QPainter& painter)
    {
        painter.fillRect(view_.rect(), Theme::instance().palette().panel);
        view_.render(&painter, {}, {}, QWidget::DrawChildren);
    }

private:
    void set(bool figure)
    {
        for (PlotArea* plot : view_.findChildren<PlotArea*>())
            plot->setVector(figure);
        view_.setFigure(figure);
        view_.refresh();
    }

    View& view_;
    QString theme_;
};

bool writeSvg(View& view, bool paper, QIODevice& out)
{
    QSvgGenerator svg;
    svg.setOutputDevice(&out);
    svg.setResolution(kDotsPerInch);
    svg.setSize(view.size());
    svg.setViewBox(view.rect());
    svg.setTitle(view.title().toHtmlEscaped()); // the generator writes them as they are
    svg.setDescription(provenance(view).toHtmlEscaped());
    QPainter painter;
    if (!painter.begin(&svg)) return false;
    Figure(view, paper).paint(painter);
    return painter.end();
}

bool writePdf(View& view, bool paper, QIODevice& out)
{
    QPdfWriter pdf(&out);
    const QSizeF points = QSizeF(view.size()) * (kPointsPerInch / kDotsPerInch);
    pdf.setPageSize(QPageSize(points, QPageSize::Point, {}, QPageSize::ExactMatch));
    pdf.setPageMargins({});
    pdf.setResolution(kDotsPerInch);
    pdf.setTitle(view.title() + QStringLiteral(" – ") + provenance(view));
    pdf.setCreator(QStringLiteral("Mixscope " MIXSCOPE_VERSION));
    QPainter painter;
    if (!painter.begin(&pdf)) return false;
    Figure(view, paper).paint(painter);
    return painter.end();
}

bool writeCsv(const View& view, QIODevice& out)
{
    TableWriter table(out);
    table.comment(provenance(view));
    view.writeTable(table);
    return table.ok();
}

bool write(View& view, ExportFormat format, ExportOptions options, QIODevice& out)
{
    switch (format) {
    case ExportFormat::png:
        return pictureOf(view, options).save(&out, "PNG");
    case ExportFormat::svg:
        return writeSvg(view, options.paper, out);
    case ExportFormat::pdf:
        return writePdf(view, options.paper, out);
    case ExportFormat::csv:
        return writeCsv(view, out);
    }
    return false;
}

} // namespace

ExportFormat formatOf(const QString& path)
{
    const QString ending = QFileInfo(path).suffix().toLower();
    for (std::size_t i = 0; i < kFormats.size(); ++i) {
        if (ending == QLatin1String(kFormats[i].ending)) return ExportFormat(i);
    }
    return ExportFormat::png;
}

std::span<const ExportFormatInfo> exportFormats()
{
    return kFormats;
}

QImage pictureOf(View& view, ExportOptions options)
{
    const double scale = std::clamp(options.scale, 1.0, 4.0);
    QImage image(view.size() * scale, QImage::Format_RGB32);
    image.setText(QStringLiteral("Title"), view.title());
    image.setText(QStringLiteral("Description"), provenance(view));
    image.setDotsPerMeterX(int(kDotsPerInch * scale / 0.0254));
    image.setDotsPerMeterY(image.dotsPerMeterX());
    QPainter painter(&image);
    painter.scale(scale, scale);
    Figure(view, options.paper).paint(painter);
    return image;
}

QByteArray numbersOf(const View& view)
{
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    writeCsv(view, buffer);
    return bytes;
}

Result<void> exportView(View& view, const QString& path, ExportOptions options)
{
    QSaveFile file(path);
    const auto failed = [&] {
        return Error {ErrorCode::io,
                      path.toStdString() + " could not be written: "
                          + file.errorString().toStdString(),
                      "Choose another folder, or free some room on the disk."};
    };
    if (!file.open(QIODevice::WriteOnly)) return failed();
    if (!write(view, formatOf(path), options, file)) {
        file.cancelWriting();
        file.commit();
        return failed();
    }
    if (!file.commit()) return failed();
    return {};
}

} // namespace mixscope
