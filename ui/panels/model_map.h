#pragma once

#include "ui/panels/panel.h"

#include <QElapsedTimer>

class QComboBox;
class QListView;

namespace mixscope {

class ModelMapModel;
class RunStore;
class Selection;

/// The spine of the model: one cell per layer with the glyph of its kind and a bar of a chosen
/// quantity. A click or the arrow keys focus a layer.
class ModelMap : public Panel {
    Q_OBJECT
public:
    ModelMap(RunStore& store, Selection& selection, QWidget* parent = nullptr);

    void refresh(); ///< takes new times at most 5 times a second

protected:
    void resizeEvent(QResizeEvent* event) override;
    void restyle() override;

private:
    void showLayer(int layer);
    void showQuantity(int quantity);
    void showPattern();
    void layOut();

    Selection& selection_;
    ModelMapModel* model_;
    QListView* list_;
    QComboBox* quantity_;
    QElapsedTimer since_;
};

} // namespace mixscope
