#pragma once

#include <QColor>
#include <QFont>
#include <QObject>
#include <QString>
#include <QStringList>

#include <array>
#include <vector>

class QApplication;

namespace mixscope {

/// Colours and sizes of one look, read from resources/themes/*.json (tokens as in the pictures
/// of intent). UI thread only.
struct Palette {
    QColor bg, panel, raised, line, text, muted, faint, disabled, accent;
    QColor attn, ssm, moe, mlp, io, ok, warn, user;
    std::array<QColor, 4> map; ///< sequential map from 0 to 1
    QColor neg, pos; ///< ends of the diverging map; its middle is `panel`
    double scale = 1.0; ///< the theme's own factor for type and controls
};

/// The look of the whole program: palette, fonts, style sheet. One instance; widgets repaint on
/// changed().
class Theme : public QObject {
    Q_OBJECT
public:
    static Theme& instance();

    /// Loads the shipped fonts and styles the application.
    void install(QApplication& application);
    QStringList names() const; ///< "dark", "light", "projector"
    QString name() const { return name_; }
    void setTheme(const QString& name); ///< an unknown name changes nothing
    /// Interface scale at run time, 0.75 … 2.5, on top of the theme's own.
    void setScale(double scale);
    double scale() const { return scale_; }

    const Palette& palette() const { return palette_; }
    /// Pixel sizes as in the pictures ("title" 15, "panel" 13, "body" 13, "label" 11, "tick" 10),
    /// scaled.
    int px(double size) const;
    QFont font(double size, int weight = 400) const; ///< Inter
    QFont mono(double size, int weight = 400) const; ///< JetBrains Mono
    /// 256-entry lookup tables as 0xffRRGGBB, interpolated in a perceptually uniform space.
    const std::vector<unsigned>& sequential() const
    {
        return sequential_;
    } ///< palette.map, attention
    std::vector<unsigned> sequential(QColor hue) const; ///< panel -> hue, for norms of a kind
    const std::vector<unsigned>& diverging() const { return diverging_; } ///< neg -> panel -> pos
    const std::vector<unsigned>& ratio() const { return ratio_; } ///< cividis-like, for gates 0 … 1
    QColor kindColor(const QString& mixer) const; ///< attn, ssm, moe, mlp, io

Q_SIGNALS:
    void changed();

private:
    Theme();
    bool load(const QString& name);
    void apply();

    QApplication* application_ = nullptr;
    QString name_;
    Palette palette_;
    std::vector<unsigned> sequential_, diverging_, ratio_;
    double scale_ = 1.0;
};

} // namespace mixscope
