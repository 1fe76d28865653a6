#include "ui/theme.h"

#include "ui/color_ramp.h"

#include <QApplication>
#include <QFile>
#include <QFontDatabase>
#include <QJsonDocument>
#include <QJsonObject>
#include <QPalette>
#include <QRegularExpression>
#include <QStyleFactory>

#include <algorithm>
#include <cmath>

// Resources of a static library are only linked when asked for, outside of any namespace.
static void initResources()
{
    Q_INIT_RESOURCE(resources);
}

namespace mixscope {

namespace {

struct Token {
    const char* name;
    QColor Palette::*color;
};

constexpr Token kTokens[] = {
    {"bg", &Palette::bg},         {"panel", &Palette::panel},
    {"raised", &Palette::raised}, {"line", &Palette::line},
    {"text", &Palette::text},     {"muted", &Palette::muted},
    {"faint", &Palette::faint},   {"disabled", &Palette::disabled},
    {"accent", &Palette::accent}, {"attn", &Palette::attn},
    {"ssm", &Palette::ssm},       {"moe", &Palette::moe},
    {"mlp", &Palette::mlp},       {"io", &Palette::io},
    {"ok", &Palette::ok},         {"warn", &Palette::warn},
    {"user", &Palette::user},     {"neg", &Palette::neg},
    {"pos", &Palette::pos},
};

/// The style sheet with its tokens replaced: @name by a colour, {12} by scaled pixels.
QString styleSheet(const Theme& theme)
{
    QFile file(":/themes/style.qss");
    if (!file.open(QIODevice::ReadOnly)) return {};
    QString style = QString::fromUtf8(file.readAll());
    for (const Token& token : kTokens) {
        style.replace(QRegularExpression(QStringLiteral("@%1\\b").arg(token.name)),
                      (theme.palette().*token.color).name());
    }
    static const QRegularExpression size("\\{(\\d+)\\}");
    for (auto match = size.match(style); match.hasMatch(); match = size.match(style)) {
        style.replace(match.capturedStart(), match.capturedLength(),
                      QString::number(theme.px(match.captured(1).toDouble())));
    }
    return style;
}

QPalette systemPalette(const Palette& from)
{
    QPalette palette;
    palette.setColor(QPalette::Window, from.bg);
    palette.setColor(QPalette::WindowText, from.text);
    palette.setColor(QPalette::Base, from.panel);
    palette.setColor(QPalette::AlternateBase, from.raised);
    palette.setColor(QPalette::Text, from.text);
    palette.setColor(QPalette::PlaceholderText, from.muted);
    palette.setColor(QPalette::Button, from.raised);
    palette.setColor(QPalette::ButtonText, from.text);
    palette.setColor(QPalette::ToolTipBase, from.raised);
    palette.setColor(QPalette::ToolTipText, from.text);
    palette.setColor(QPalette::Highlight, from.accent);
    palette.setColor(QPalette::HighlightedText, from.bg);
    palette.setColor(QPalette::Link, from.accent);
    for (const QPalette::ColorRole role :
         {QPalette::WindowText, QPalette::Text, QPalette::ButtonText}) {
        palette.setColor(QPalette::Disabled, role, from.disabled);
    }
    return palette;
}

QFont fontOf(const QString& family, int pixels, int weight)
{
    QFont font(family);
    font.setPixelSize(pixels);
    font.setWeight(QFont::Weight(weight));
    return font;
}

} // namespace

Theme& Theme::instance()
{
    static Theme theme;
    return theme;
}

Theme::Theme()
{
    initResources();
    const QColor dark(0x00, 0x22, 0x4e), middle(0x7c, 0x7b, 0x78), bright(0xfe, 0xe8, 0x38);
    ratio_ = uniformRamp(std::array {dark, middle, bright});
    load("dark");
}

void Theme::install(QApplication& application)
{
    application_ = &application;
    for (const char* file :
         {"Inter-Regular.otf", "Inter-Medium.otf", "Inter-SemiBold.otf", "Inter-Bold.otf",
          "JetBrainsMono-Regular.ttf", "JetBrainsMono-Medium.ttf", "JetBrainsMono-Bold.ttf"}) {
        QFontDatabase::addApplicationFont(QStringLiteral(":/fonts/") + file);
    }
    QApplication::setStyle(QStyleFactory::create("Fusion"));
    apply();
}

QStringList Theme::names() const
{
    return {"dark", "light", "projector"};
}

void Theme::setTheme(const QString& name)
{
    if (name == name_ || !load(name)) return;
    apply();
    Q_EMIT changed();
}

void Theme::setScale(double scale)
{
    scale = std::clamp(scale, 0.75, 2.5);
    if (std::exchange(scale_, scale) == scale) return;
    apply();
    Q_EMIT changed();
}

bool Theme::load(const QString& name)
{
    QFile file(QStringLiteral(":/themes/%1.json").arg(name));
    if (!names().contains(name) || !file.open(QIODevice::ReadOnly)) return false;
    const QJsonObject json = QJsonDocument::fromJson(file.readAll()).object();
    for (const Token& token : kTokens)
        palette_.*token.color = QColor(json[token.name].toString());
    for (std::size_t i = 0; i < palette_.map.size(); ++i) {
        palette_.map[i] = QColor(json[QStringLiteral("map%1").arg(i)].toString());
    }
    palette_.scale = json["scale"].toDouble(1.0);
    name_ = name;
    sequential_ = uniformRamp(palette_.map);
    diverging_ = divergingRamp(palette_.neg, palette_.panel, palette_.pos);
    return true;
}

void Theme::apply()
{
    if (application_ == nullptr) return;
    QApplication::setPalette(systemPalette(palette_));
    QApplication::setFont(font(13));
    application_->setStyleSheet(styleSheet(*this));
}

int Theme::px(double size) const
{
    return int(std::lround(size * palette_.scale * scale_));
}

QFont Theme::font(double size, int weight) const
{
    return fontOf("Inter", px(size), weight);
}

QFont Theme::mono(double size, int weight) const
{
    QFont font = fontOf("JetBrains Mono", px(size), weight);
    font.setStyleHint(QFont::Monospace);
    return font;
}

std::vector<unsigned> Theme::sequential(QColor hue) const
{
    return uniformRamp(std::array {palette_.panel, hue});
}

QColor Theme::kindColor(const QString& mixer) const
{
    if (mixer == "attention" || mixer == "attn") return palette_.attn;
    if (mixer.startsWith("moe")) return palette_.moe;
    if (mixer == "mlp") return palette_.mlp;
    if (mixer == "io") return palette_.io;
    return palette_.ssm;
}

} // namespace mixscope
