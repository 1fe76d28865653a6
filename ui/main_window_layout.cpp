// How the window shares its room: the panels, the named layouts, and what fits a narrow window.
#include "ui/commands.h"
#include "ui/main_window.h"
#include "ui/models/layouts.h"
#include "ui/models/settings.h"
#include "ui/panels/chat_panel.h"
#include "ui/panels/error_bar.h"
#include "ui/panels/inspector.h"
#include "ui/panels/maximiser.h"
#include "ui/panels/model_map.h"
#include "ui/panels/stage.h"
#include "ui/panels/status_bar.h"
#include "ui/panels/timeline.h"
#include "ui/panels/top_bar.h"
#include "ui/theme.h"
#include "ui/views/view.h"
#include "ui/window_memory.h"

#include <QAction>
#include <QSplitter>
#include <QVBoxLayout>

#include <algorithm>
#include <utility>

namespace mixscope {

namespace {

// Windows that are narrower or lower show these panels as tabs of the stage.
constexpr int kRoomForInspector = 1400, kRoomForMap = 840, kRoomForChat = 680;
constexpr int kRoomForTimeline = 456;
constexpr int kLeastChat = 256;
constexpr const char* kBeside = "window/beside"; // the view that was chosen for the right side

} // namespace

void MainWindow::layOut()
{
    setMenuWidget(top_);
    columns_ = new QSplitter(Qt::Horizontal, this);
    for (QWidget* panel : {static_cast<QWidget*>(chat_), static_cast<QWidget*>(map_),
                           static_cast<QWidget*>(stage_), static_cast<QWidget*>(inspector_)}) {
        columns_->addWidget(panel);
    }
    columns_->setStretchFactor(2, 1);
    columns_->setChildrenCollapsible(false);
    rows_ = new QSplitter(Qt::Vertical, this);
    rows_->addWidget(columns_);
    rows_->addWidget(timeline_);
    rows_->setStretchFactor(0, 1);
    rows_->setChildrenCollapsible(false);
    rows_->setMinimumHeight(1); // a bar above that comes for a moment must not enlarge the window
    auto* middle = new QWidget(this);
    auto* column = new QVBoxLayout(middle);
    column->addWidget(error_);
    column->addWidget(rows_, 1);
    auto* all = new QWidget(this);
    auto* outer = new QVBoxLayout(all);
    outer->setContentsMargins(0, 0, 0, 0);
    outer->setSpacing(0);
    outer->addWidget(middle, 1);
    outer->addWidget(status_);
    setCentralWidget(all);
    maximiser_ = new Maximiser(all);
    maximiser_->keep(status_);
    maximiser_->keep(error_);
}

void MainWindow::connectLayouts()
{
    for (const LayoutInfo& each : layoutTable()) {
        const QString id = each.id;
        commands_->on("layout." + id, [this, id] { chooseLayout(id); });
        commands_->action("layout." + id)->setCheckable(true);
    }
    connect(settings_.get(), &Settings::changed, this, [this](const QString& id) {
        if (id == "layout") applyLayout();
    });
    connect(stage_, &Stage::besideChanged, this, [this](int row) {
        settings_->setNote(kBeside, QString(viewTable()[std::size_t(row)].id));
    });
    for (const auto& [splitter, name] : {std::pair {columns_, "columns"}, {rows_, "rows"}})
        memory_->watch(*splitter, [this, part = name] { return splitterName(part); });
    applyLayout();
}

const LayoutInfo& MainWindow::layoutInfo() const
{
    return layoutOf(settings_->value("layout").toString());
}

/// Splitters of the first layout keep the names they had when it was the only one.
QString MainWindow::splitterName(const char* part) const
{
    const LayoutInfo& now = layoutInfo();
    return &now == &layoutTable().front() ? QString(part)
                                          : QStringLiteral("%1-%2-").arg(part, now.id);
}

/// The panels and shares of the layout, and the view that it is for.
void MainWindow::chooseLayout(const QString& id)
{
    if (id == QLatin1String(layoutInfo().id))
        applyLayout(); // as it was meant, whatever was moved since
    else
        settings_->set("layout", id);
    if (layoutInfo().view != nullptr) stage_->showTab(viewRow(layoutInfo().view));
}

void MainWindow::applyLayout()
{
    const LayoutInfo& now = layoutInfo();
    maximiser_->restore();
    for (const LayoutInfo& each : layoutTable())
        commands_->action(QStringLiteral("layout.") + each.id)->setChecked(&each == &now);
    if (map_->parentWidget() == columns_) map_->setVisible(now.map);
    if (inspector_->parentWidget() == columns_) inspector_->setVisible(now.inspector);
    const int chosen = viewRow(settings_->note(kBeside).toString().toStdString());
    stage_->setBeside(now.beside == nullptr ? -1 : chosen >= 0 ? chosen : viewRow(now.beside));
    shareRoom();
}

/// In a window that is small for its type, panels become tabs of the stage: the first to go is the
/// one that repeats most of what is seen elsewhere.
void MainWindow::placePanels()
{
    if (!sized_) return;
    const Theme& theme = Theme::instance();
    const auto wide = [&](int room) { return width() >= theme.px(room); };
    const struct {
        QWidget* panel;
        QString title;
        QSplitter* home;
        int place;
        bool room;
        bool wanted; ///< by the layout, where it is at home
    } panels[] {
        {chat_, tr("Chat"), columns_, 0, wide(kRoomForChat), true},
        {map_, tr("Model"), columns_, 1, wide(kRoomForMap), layoutInfo().map},
        {inspector_, tr("Inspector"), columns_, 3, wide(kRoomForInspector), layoutInfo().inspector},
        {timeline_, tr("Timeline"), rows_, 1, height() >= theme.px(kRoomForTimeline), true},
    };
    bool moved = false;
    for (const auto& [panel, title, home, place, room, wanted] : panels) {
        if (room == (panel->parentWidget() == home)) continue;
        moved = true;
        if (!room) {
            stage_->adopt(panel, title);
            continue;
        }
        stage_->release(panel);
        home->insertWidget(std::min(place, home->count()), panel);
        panel->setVisible(wanted);
    }
    if (!moved) return;
    if (store_.tokens() == 0) stage_->reveal(chat_); // where everything begins
    shareRoom();
}

void MainWindow::restyle()
{
    const Theme& theme = Theme::instance();
    QLayout* middle = rows_->parentWidget()->layout();
    middle->setContentsMargins(theme.px(8), theme.px(8), theme.px(8), theme.px(6));
    middle->setSpacing(theme.px(6));
    for (QSplitter* splitter : {rows_, columns_})
        splitter->setHandleWidth(theme.px(6));
    // Low enough that the window can shrink to where they become tabs.
    chat_->setMinimumWidth(theme.px(kLeastChat));
    map_->setMinimumWidth(theme.px(108));
    inspector_->setMinimumWidth(theme.px(100));
    placePanels();
    shareRoom();
}

void MainWindow::shareRoom()
{
    const Theme& theme = Theme::instance();
    const LayoutInfo& now = layoutInfo();
    const int across = columns_->width(), down = rows_->height();
    const int chat = std::max(theme.px(kLeastChat), int(across * now.chat));
    const int map = now.map ? theme.px(116) : 0;
    const int inspector = now.inspector ? std::max(theme.px(230), across * 17 / 100) : 0;
    QList<int> sizes;
    int rest = across;
    for (int i = 0; i < columns_->count(); ++i) {
        const QWidget* panel = columns_->widget(i);
        sizes << (panel == chat_            ? chat
                      : panel == map_       ? map
                      : panel == inspector_ ? inspector
                                            : 0);
        rest -= sizes.back();
    }
    sizes[columns_->indexOf(stage_)] = rest;
    columns_->setSizes(sizes);
    // The views keep what they need; the timeline has its share where there is more.
    const int lanes = std::clamp(down - theme.px(284), theme.px(108),
                                 std::max(theme.px(196), int(down * now.timeline)));
    rows_->setSizes({down - lanes, lanes});
    memory_->share(*columns_, splitterName("columns"));
    memory_->share(*rows_, splitterName("rows"));
}

} // namespace mixscope
