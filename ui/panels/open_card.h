#pragma once

#include "engine/model_plan.h"

#include <QDialog>

#include <array>
#include <utility>
#include <vector>

class QLabel;
class QPushButton;
class QSlider;

namespace mixscope {

class LayerStrip;
class Legend;
class MemoryBar;
class ValueList;

/// What a model is and what it takes, before it is loaded: its layers by glyph, parameters, bytes
/// of weights, state and KV cache for a length of context. Load or Cancel; nothing waits for it.
/// UI thread only.
class OpenCard : public QDialog {
    Q_OBJECT
public:
    explicit OpenCard(QWidget* window);

    void offer(const ModelPlan& plan);

Q_SIGNALS:
    void loadWanted(const QString& folder);

private:
    QWidget* makeContext();
    void showContext();
    void restyle();

    ModelPlan plan_;
    std::vector<int> contexts_;
    QLabel* name_;
    QLabel* what_;
    LayerStrip* layers_;
    QLabel* words_;
    QLabel* contextName_;
    QSlider* context_;
    MemoryBar* memory_;
    Legend* legend_;
    QLabel* fit_;
    ValueList* numbers_;
};

/// The layers of a model, a glyph each, in lines.
class LayerStrip : public QWidget {
    Q_OBJECT
public:
    explicit LayerStrip(QWidget* parent);
    void setModel(const ModelInfo& model);
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return sizeHint(); }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    int columns() const;
    std::vector<std::pair<QString, bool>> kinds_; ///< of the mixer; has experts
};

/// Weights, state and KV cache as parts of one bar; the end of what is free as a line.
class MemoryBar : public QWidget {
    Q_OBJECT
public:
    explicit MemoryBar(QWidget* parent);
    void show(const ModelPlan& plan, int tokens, int mostTokens);
    /// Where each part ends, in pixels of this widget: weights, state, KV cache.
    std::array<double, 3> ends() const;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    std::array<double, 3> bytes_ {};
    double all_ = 1.0; ///< bytes of the whole width
    double free_ = 0.0;
};

} // namespace mixscope
