#include "ui/panels/model_map.h"

#include "ui/icons.h"
#include "ui/models/model_map_model.h"
#include "ui/models/run_store.h"
#include "ui/models/selection.h"
#include "ui/theme.h"

#include <QListView>
#include <QPainter>
#include <QStyledItemDelegate>
#include <QVBoxLayout>

#include <algorithm>

namespace mixscope {

namespace {

constexpr qint64 kUpdateMs = 200;
constexpr int kTallest = 42;
constexpr int kLowest = 26;

/// One cell: glyph of the mixer, number, glyph of the experts, time in µs, bar.
class CellPainter : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;
    void setHeight(int height) { height_ = height; }

    QSize sizeHint(const QStyleOptionViewItem&, const QModelIndex&) const override
    {
        return {10, height_};
    }

    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override
    {
        const Theme& theme = Theme::instance();
        const Palette& colors = theme.palette();
        painter->save();
        painter->setRenderHint(QPainter::Antialiasing);
        const QRectF cell = QRectF(option.rect).adjusted(1, 1, -1, -1);
        const bool focused = (option.state & QStyle::State_Selected) != 0;
        if (focused) {
            painter->setPen(QPen(colors.accent, option.state & QStyle::State_HasFocus ? 2 : 1));
            painter->setBrush(colors.user);
            painter->drawRoundedRect(cell, theme.px(6), theme.px(6));
        }
        const double pad = theme.px(6), bar = theme.px(4);
        const QRectF text(cell.left() + pad, cell.top(), cell.width() - 2 * pad,
                          cell.height() - bar - theme.px(4));
        drawText(*painter, text, index, focused);
        drawBar(*painter, QRectF(text.left(), text.bottom(), text.width(), bar), index);
        painter->restore();
    }

private:
    void drawText(QPainter& painter, const QRectF& text, const QModelIndex& index,
                  bool focused) const
    {
        const Theme& theme = Theme::instance();
        const Palette& colors = theme.palette();
        const QString mixer = index.data(ModelMapModel::Mixer).toString();
        const double glyph = theme.px(14);
        drawIcon(painter, QRectF(text.left(), text.center().y() - glyph / 2, glyph, glyph),
                 kindIcon(mixer), theme.kindColor(mixer));
        painter.setPen(colors.text);
        painter.setFont(theme.font(12, focused ? 700 : 600));
        painter.drawText(text.adjusted(glyph + theme.px(8), 0, 0, 0), Qt::AlignVCenter,
                         index.data().toString());
        const double ms = index.data(ModelMapModel::Ms).toDouble();
        painter.setFont(theme.mono(10));
        painter.setPen(colors.muted);
        const QString time = ms > 0.0 ? QString::number(qRound(1000 * ms)) : QString();
        const double timeWidth = QFontMetricsF(painter.font()).horizontalAdvance("0000");
        painter.drawText(text, Qt::AlignVCenter | Qt::AlignRight, time);
        if (!index.data(ModelMapModel::FeedForward).toString().startsWith("moe")) return;
        const double small = theme.px(12);
        drawIcon(
            painter,
            QRectF(text.right() - timeWidth - small, text.center().y() - small / 2, small, small),
            "moe", colors.moe);
    }

    void drawBar(QPainter& painter, const QRectF& bar, const QModelIndex& index) const
    {
        const Theme& theme = Theme::instance();
        painter.setPen(Qt::NoPen);
        painter.setBrush(theme.palette().line);
        painter.drawRoundedRect(bar, bar.height() / 2, bar.height() / 2);
        QRectF filled = bar;
        filled.setWidth(bar.width() * index.data(ModelMapModel::Share).toDouble());
        painter.setBrush(theme.kindColor(index.data(ModelMapModel::Mixer).toString()));
        if (filled.width() > 0.5)
            painter.drawRoundedRect(filled, bar.height() / 2, bar.height() / 2);
    }

    int height_ = kTallest;
};

} // namespace

ModelMap::ModelMap(RunStore& store, Selection& selection, QWidget* parent)
    : Panel(tr("Model"), parent)
    , selection_(selection)
    , model_(new ModelMapModel(store, this))
    , list_(new QListView(this))
    , legend_(new Tag({}, this))
{
    legend_->setToolTip(tr("Bars: time per token of each layer, median of the last 32 tokens"));
    list_->setModel(model_);
    list_->setItemDelegate(new CellPainter(list_));
    list_->setAccessibleName(tr("Model map"));
    list_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    list_->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    content()->addWidget(list_, 1);
    content()->addWidget(legend_);
    since_.start();
    connect(
        list_->selectionModel(), &QItemSelectionModel::currentChanged, this,
        [this](const QModelIndex& index) {
            const int layer = index.data(ModelMapModel::Layer).toInt();
            if (index.isValid() && layer >= 0)
                selection_.setLayer(layer);
            else if (index.isValid())
                showLayer(selection_.layer()); // ends of the spine have no views
        },
        Qt::QueuedConnection);
    connect(&selection_, &Selection::layerChanged, this, &ModelMap::showLayer);
    connect(model_, &QAbstractItemModel::modelReset, this, [this] {
        layOut();
        showLayer(selection_.layer());
    });
    restyle();
}

void ModelMap::refresh()
{
    if (since_.elapsed() < kUpdateMs) return;
    since_.restart();
    model_->refresh();
    legend_->setText(model_->scaleMs() > 0.0 ? tr("µs, 0–%1").arg(qRound(1000 * model_->scaleMs()))
                                             : QString());
}

void ModelMap::showLayer(int layer)
{
    if (layer + 1 < model_->rowCount()) list_->setCurrentIndex(model_->index(layer + 1));
}

void ModelMap::layOut()
{
    const Theme& theme = Theme::instance();
    const int rows = std::max(1, model_->rowCount());
    const int height = std::clamp(list_->height() / rows, theme.px(kLowest), theme.px(kTallest));
    static_cast<CellPainter*>(list_->itemDelegate())->setHeight(height);
    list_->doItemsLayout();
}

void ModelMap::resizeEvent(QResizeEvent* event)
{
    Panel::resizeEvent(event);
    layOut();
}

void ModelMap::restyle()
{
    Panel::restyle();
    layout()->setContentsMargins(Theme::instance().px(6), Theme::instance().px(4),
                                 Theme::instance().px(6), Theme::instance().px(6));
    layOut();
}

} // namespace mixscope
