#pragma once

#include "engine/result.h"

#include <QObject>
#include <QPoint>
#include <QString>

class QAction;
class QMenu;
class QWidget;

namespace mixscope {

class View;

/// What a view can be written as, offered as a menu: files by format, or the clipboard. UI thread
/// only.
class ExportMenu : public QObject {
    Q_OBJECT
public:
    explicit ExportMenu(QWidget* window);

    /// Opens the menu for a view, which lives as long as the window; `at`: global pixels.
    void offer(View& view, QPoint at);
    /// Asks for a file and writes the view in the format of this ending: "png", "svg" …
    void chooseFile(View& view, const QString& ending);
    void copyPicture(View& view);
    void copyNumbers(const View& view);

Q_SIGNALS:
    void written(const QString& what); ///< "attention.png", "the picture"
    void failed(const mixscope::Error& error);

private:
    void save(View& view, QString path, const QString& ending);

    QWidget* window_;
    bool paper_ = true; ///< pictures in the light theme
    QString folder_; ///< where the last file went
};

} // namespace mixscope
