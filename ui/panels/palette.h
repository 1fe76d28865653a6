#pragma once

#include "ui/models/palette_model.h"

#include <QFrame>

class QLineEdit;
class QListView;

namespace mixscope {

/// The command palette: a line to type in and what it finds, above the window. Enter does the
/// chosen row, Escape or a click beside it leaves. UI thread only.
class CommandPalette : public QFrame {
    Q_OBJECT
public:
    explicit CommandPalette(QWidget* window);

    /// Opens over the window with these entries and an empty line.
    void open(std::vector<PaletteEntry> entries, PaletteModel::Finder finder, const QString& hint);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void choose(int row);
    void move(int by);
    void place();

    PaletteModel model_;
    QLineEdit* line_;
    QListView* list_;
};

} // namespace mixscope
