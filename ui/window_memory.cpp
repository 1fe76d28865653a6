#include "ui/window_memory.h"

#include "ui/models/settings.h"

#include <QScreen>
#include <QSplitter>
#include <QWidget>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace mixscope {

namespace {

constexpr int kFrame = 28; // height of the frame that a window manager may put around the window
constexpr double kWhole = 1000.0; // shares are kept in thousandths

QString keyOf(const QSplitter& splitter, const QString& name)
{
    return QStringLiteral("window/%1%2").arg(name).arg(splitter.count());
}

} // namespace

WindowMemory::WindowMemory(Settings& settings, QObject* parent)
    : QObject(parent)
    , settings_(settings)
{
}

bool WindowMemory::restore(QWidget& window) const
{
    const QByteArray kept = settings_.note("window/geometry").toByteArray();
    if (kept.isEmpty() || !window.restoreGeometry(kept)) return false;
    if (window.isMaximized() || window.isFullScreen()) return true;
    const QRect room = window.screen()->availableGeometry().adjusted(0, 0, 0, -kFrame);
    window.resize(window.size().boundedTo(room.size()));
    const QPoint last = room.bottomRight() - QPoint(window.width(), window.height()) + QPoint(1, 1);
    window.move(std::clamp(window.x(), room.left(), std::max(room.left(), last.x())),
                std::clamp(window.y(), room.top(), std::max(room.top(), last.y())));
    return true;
}

void WindowMemory::keep(const QWidget& window)
{
    settings_.setNote("window/geometry", window.saveGeometry());
}

void WindowMemory::watch(QSplitter& splitter, std::function<QString()> name)
{
    connect(&splitter, &QSplitter::splitterMoved, this, [this, &splitter, name = std::move(name)] {
        const QList<int> sizes = splitter.sizes();
        const double all = std::max(1, std::accumulate(sizes.begin(), sizes.end(), 0));
        QVariantList shares;
        for (const int size : sizes)
            shares << int(std::lround(kWhole * size / all));
        settings_.setNote(keyOf(splitter, name()), shares);
    });
}

void WindowMemory::share(QSplitter& splitter, const QString& name) const
{
    const QVariantList shares = settings_.note(keyOf(splitter, name)).toList();
    if (shares.size() != splitter.count()) return;
    const int all = splitter.orientation() == Qt::Horizontal ? splitter.width() : splitter.height();
    QList<int> sizes;
    for (const QVariant& share : shares) {
        const int thousandths = std::clamp(share.toInt(), 0, int(kWhole));
        sizes << int(std::lround(all * thousandths / kWhole));
    }
    splitter.setSizes(sizes);
}

int WindowMemory::tab() const
{
    bool good = false;
    const int tab = settings_.note("window/tab").toInt(&good);
    return good ? tab : -1;
}

void WindowMemory::keepTab(int tab)
{
    settings_.setNote("window/tab", tab);
}

} // namespace mixscope
