#include "ui/panels/key_sheet.h"

#include "ui/commands.h"
#include "ui/panels/manual_window.h"
#include "ui/theme.h"

#include <QAction>
#include <QWidget>

#include <array>
#include <utility>

namespace mixscope {

namespace {

struct Gesture {
    const char* what;
    const char* meaning;
};
constexpr Gesture kGestures[] = {
    {QT_TR_NOOP("Hover"), QT_TR_NOOP("see a token in all views")},
    {QT_TR_NOOP("Click"), QT_TR_NOOP("stay on it")},
    {QT_TR_NOOP("Middle-click"), QT_TR_NOOP("pin a token as A, B, C or D")},
    {QT_TR_NOOP("Drag in a view"), QT_TR_NOOP("take a range of tokens")},
    {QT_TR_NOOP("Drag on the timeline"), QT_TR_NOOP("move through the tokens")},
    {QT_TR_NOOP("Shift+drag there"), QT_TR_NOOP("take a range of tokens")},
    {QT_TR_NOOP("Drag along its numbers"), QT_TR_NOOP("take a range of tokens")},
    {QT_TR_NOOP("Wheel, right-drag"), QT_TR_NOOP("zoom, move")},
    {QT_TR_NOOP("Double-click"), QT_TR_NOOP("zoom to a message; again: everything")},
};

QString row(const QString& text, const QString& keys)
{
    return QStringLiteral("<tr><td style='padding:2px 16px 2px 0'>%1</td>"
                          "<td style='padding:2px 0; font-family:JetBrains Mono; color:%3'>%2</td>"
                          "</tr>")
        .arg(text.toHtmlEscaped(), keys.toHtmlEscaped(), Theme::instance().palette().muted.name());
}

QString group(const QString& title, const QString& rows)
{
    return QStringLiteral("<p style='font-size:large; font-weight:600; margin:12px 0 4px 0'>%1</p>"
                          "<table cellspacing='0'>%2</table>")
        .arg(title, rows);
}

QString allKeys(const Commands::Command& command)
{
    QStringList keys;
    for (const QKeySequence& key : command.keys)
        keys << key.toString(QKeySequence::NativeText);
    return keys.join(QStringLiteral("  "));
}

QString keysOf(const Commands& commands, const QStringList& menus)
{
    QString rows;
    for (const Commands::Command& command : commands.all()) {
        if (menus.contains(command.menu) && !command.keys.isEmpty())
            rows += row(command.action->text(), allKeys(command));
    }
    return rows;
}

} // namespace

void showKeys(const Commands& commands, QWidget* parent)
{
    QString gestures;
    for (const Gesture& gesture : kGestures)
        gestures += row(QWidget::tr(gesture.what), QWidget::tr(gesture.meaning));
    const QString left = group(QWidget::tr("Go"), keysOf(commands, {"Go", ""}));
    const QString right =
        group(QWidget::tr("File, run, help"), keysOf(commands, {"File", "Run", "Help"}))
        + group(QWidget::tr("View"), keysOf(commands, {"View"}));
    const QString note =
        QWidget::tr("Single letters and arrows count when no text box wants them.");
    showHtml(parent, QWidget::tr("Keys and gestures"),
             QStringLiteral("<p style='color:%1'>%2</p><table width='100%'><tr><td>%3</td>"
                            "<td style='padding-left:32px'>%4</td></tr></table>%5")
                 .arg(Theme::instance().palette().muted.name(), note, left, right,
                      group(QWidget::tr("Mouse"), gestures)));
}

} // namespace mixscope
