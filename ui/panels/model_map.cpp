#include "ui/panels/model_map.h"

#include "ui/icons.h"
#include "ui/models/model_map_model.h"
#include "ui/models/run_store.h"
#include "ui/models/selection.h"
#include "ui/theme.h"

#include <QComboBox>
#include <QListView>
#include <QPainter>
#include <QStyledItemDelegate>
#include <QVBoxLayout>

#include <algorithm>

namespace mixscope {

namespace {

constexpr qint64 kUpdateMs = 200;
constexpr int kTallest = 42;
constexpr int kLowest = 20;
constexpr int kTarget = 24; // pixels that a finger or a pointer needs

/// One cell: glyph of the mixer, number, glyph of the experts, the chosen quantity and its bar; at
/// the left edge the bracket of a repeating group of layers.
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
        drawBracket(*painter, cell, index.data(ModelMapModel::Bracket).toInt());
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
        const double label = glyph + theme.px(8)
            + QFontMetricsF(painter.font()).horizontalAdvance(index.data().toString());
        painter.setFont(theme.mono(10));
        painter.setPen(colors.muted);
        const QString value = index.data(ModelMapModel::ValueText).toString();
        const QFontMetricsF digits(painter.font());
        const double gap = theme.px(5);
        // The number gives way where the name needs the room; the tool tip has it.
        if (label + gap + digits.horizontalAdvance(value) <= text.width())
            painter.drawText(text, Qt::AlignVCenter | Qt::AlignRight, value);
        if (!index.data(ModelMapModel::FeedForward).toString().startsWith("moe")) return;
        const double small = theme.px(12);
        const double right = text.right() - digits.horizontalAdvance("0000") - gap;
        if (right - small < text.left() + label) return;
        drawIcon(painter, QRectF(right - small, text.center().y() - small / 2, small, small), "moe",
                 colors.moe);
    }

    void drawBracket(QPainter& painter, const QRectF& cell, int part) const
    {
        if (part == ModelMapModel::noBracket) return;
        const Theme& theme = Theme::instance();
        painter.setPen(QPen(theme.palette().faint, theme.px(1)));
        const double x = cell.left() - 0.5, arm = theme.px(3), inset = theme.px(2);
        const bool first = part == ModelMapModel::begins, last = part == ModelMapModel::ends;
        const double top = cell.top() + (first ? inset : -1),
                     bottom = cell.bottom() + (last ? -inset : 1);
        painter.drawLine(QPointF(x, top), QPointF(x, bottom));
        if (first) painter.drawLine(QPointF(x, top), QPointF(x + arm, top));
        if (last) painter.drawLine(QPointF(x, bottom), QPointF(x + arm, bottom));
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
    , quantity_(new QComboBox(this))
{
    quantity_->setAccessibleName(tr("Bars show"));
    for (const ModelMapModel::Quantity& quantity : ModelMapModel::quantities())
        quantity_->addItem(tr(quantity.name));
    list_->setModel(model_);
    list_->setItemDelegate(new CellPainter(list_));
    list_->setAccessibleName(tr("Model map"));
    list_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    list_->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    content()->addWidget(list_, 1);
    content()->addWidget(quantity_);
    since_.start();
    connect(quantity_, &QComboBox::currentIndexChanged, this, &ModelMap::showQuantity);
    connect(
        list_->selectionModel(), &QItemSelectionModel::currentChanged, this,
        [this] {
            // The row of now: an earlier one, told late, would send the selection back and forth.
            const QModelIndex index = list_->currentIndex();
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
        showPattern();
    });
    showQuantity(ModelMapModel::time);
    ModelMap::restyle();
}

void ModelMap::refresh()
{
    if (since_.elapsed() < kUpdateMs) return;
    since_.restart();
    model_->refresh();
    setNote(model_->scaleText());
}

void ModelMap::showQuantity(int quantity)
{
    model_->show(quantity);
    setNote(model_->scaleText());
    quantity_->setToolTip(tr(ModelMapModel::quantities()[std::size_t(quantity)].meaning));
}

void ModelMap::showLayer(int layer)
{
    if (layer + 1 < model_->rowCount()) list_->setCurrentIndex(model_->index(layer + 1));
}

void ModelMap::showPattern()
{
    const LayerPattern& pattern = model_->pattern();
    list_->setAccessibleDescription(
        pattern.length == 0 ? QString()
                            : tr("layers %1 to %2 are %3 times the same group of %4")
                                  .arg(pattern.first)
                                  .arg(pattern.first + pattern.length * pattern.times - 1)
                                  .arg(pattern.times)
                                  .arg(pattern.length));
}

void ModelMap::layOut()
{
    const Theme& theme = Theme::instance();
    const int rows = std::max(1, model_->rowCount());
    const int height = std::clamp(list_->height() / rows, std::max(kTarget, theme.px(kLowest)),
                                  theme.px(kTallest));
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
