#pragma once

#include "engine/result.h"

#include <QMenu>

namespace mixscope {

class View;

/// What a view can be written as: files by format, or the clipboard. Lives for one use.
/// UI thread only.
class ExportMenu : public QMenu {
    Q_OBJECT
public:
    ExportMenu(View& view, QWidget* parent);

Q_SIGNALS:
    void written(const QString& what); ///< "attention.png", "the picture"
    void failed(const mixscope::Error& error);

private:
    void addFile(int format);
    void save(int format);
    void copyPicture();
    void copyNumbers();

    View& view_;
    QAction* paper_ = nullptr;
};

} // namespace mixscope
