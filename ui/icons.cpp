#include "ui/icons.h"

#include <QFile>
#include <QGuiApplication>
#include <QHash>
#include <QPainter>
#include <QPixmap>
#include <QSvgRenderer>

#include <memory>

namespace mixscope {

namespace {

constexpr const char* kDrawnIn = "#888888"; // the colour of the files, replaced when drawn

QSvgRenderer& renderer(const QString& name, QColor color)
{
    static QHash<QString, std::shared_ptr<QSvgRenderer>> cache;
    std::shared_ptr<QSvgRenderer>& found = cache[name + color.name()];
    if (!found) {
        QFile file(QStringLiteral(":/icons/%1.svg").arg(name));
        QByteArray svg = file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
        found = std::make_shared<QSvgRenderer>(svg.replace(kDrawnIn, color.name().toLatin1()));
    }
    return *found;
}

} // namespace

void drawIcon(QPainter& painter, const QRectF& box, const QString& name, QColor color)
{
    renderer(name, color).render(&painter, box);
}

QIcon icon(const QString& name, QColor color, int size)
{
    const double ratio = qGuiApp->devicePixelRatio();
    QPixmap pixmap(QSize(size, size) * ratio);
    pixmap.setDevicePixelRatio(ratio);
    pixmap.fill(Qt::transparent);
    QPainter painter(&pixmap);
    drawIcon(painter, QRectF(0, 0, size, size), name, color);
    return QIcon(pixmap);
}

QString kindIcon(const QString& mixer)
{
    if (mixer == "attention" || mixer == "attn") return "attn";
    if (mixer.startsWith("moe")) return "moe";
    if (mixer == "mlp" || mixer == "io") return mixer;
    return "ssm";
}

} // namespace mixscope
