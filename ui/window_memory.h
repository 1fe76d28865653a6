#pragma once

#include <QObject>
#include <QString>

#include <functional>

class QSplitter;
class QWidget;

namespace mixscope {

class Settings;

/// Where the window was, how its room was shared and which tab was open, from one start to the
/// next. Sizes are shares, so that they hold on another screen and at another scale. UI thread
/// only.
class WindowMemory : public QObject {
    Q_OBJECT
public:
    WindowMemory(Settings& settings, QObject* parent = nullptr);

    /// Places the window as it was, within a screen that is there now; false when nothing is kept.
    bool restore(QWidget& window) const;
    void keep(const QWidget& window);
    /// Notes what a person drags, under the name the splitter has then and its number of parts.
    void watch(QSplitter& splitter, std::function<QString()> name);
    /// Shares the room as it was dragged last; leaves the splitter alone when it never was.
    void share(QSplitter& splitter, const QString& name) const;
    int tab() const; ///< -1: none is kept
    void keepTab(int tab);

private:
    Settings& settings_;
};

} // namespace mixscope
