#include "ui/main_window.h"

#include "ui/commands.h"
#include "ui/models/conversation_recorder.h"
#include "ui/models/conversation_store.h"
#include "ui/models/model_planner.h"
#include "ui/models/recent_models.h"
#include "ui/models/settings.h"
#include "ui/models/transcript_text.h"
#include "ui/panels/chat_panel.h"
#include "ui/panels/error_bar.h"
#include "ui/panels/export_menu.h"
#include "ui/panels/inspector.h"
#include "ui/panels/manual_window.h"
#include "ui/panels/maximiser.h"
#include "ui/panels/model_map.h"
#include "ui/panels/palette.h"
#include "ui/panels/prefill_bar.h"
#include "ui/panels/stage.h"
#include "ui/panels/status_bar.h"
#include "ui/panels/timeline.h"
#include "ui/panels/top_bar.h"
#include "ui/theme.h"
#include "ui/window_memory.h"

#include <QApplication>
#include <QKeyEvent>
#include <QMenuBar>
#include <QScreen>
#include <QTimer>

#include <algorithm>

namespace mixscope {

namespace {

constexpr int kFrame = 28; // height of the frame that a window manager may put around the window

} // namespace

MainWindow::MainWindow(EnginePort& engine)
    : MainWindow(engine, std::make_unique<Settings>())
{
}

MainWindow::MainWindow(EnginePort& engine, std::unique_ptr<Settings> settings,
                       const QString& conversations)
    : engine_(engine)
    , settings_(std::move(settings))
    , memory_(new WindowMemory(*settings_, this))
    , recent_(new RecentModels(*settings_, this))
    , planner_(new ModelPlanner(engine, this))
    , conversation_(engine)
    , controls_(engine, selection_)
    , poller_(engine, store_)
    , conversations_(new ConversationStore(conversations, this))
    , recorder_(new ConversationRecorder(conversation_, store_, poller_, *conversations_, this))
    , commands_(new Commands(store_, selection_, conversation_, controls_, this))
    , top_(new TopBar(store_, conversation_, controls_, this))
    , error_(new ErrorBar(this))
    , chat_(new ChatPanel(store_, selection_, conversation_, this))
    , map_(new ModelMap(store_, selection_, this))
    , stage_(new Stage({store_, selection_}, this))
    , inspector_(new Inspector(store_, selection_, this))
    , timeline_(new Timeline(store_, selection_, conversation_, this))
    , status_(new StatusBar(this))
    , export_(new ExportMenu(this))
    , palette_(new CommandPalette(this))
{
    setWindowTitle("Mixscope");
    setAcceptDrops(true);
    commands_->fill(top_->menus());
    layOut();
    connectModels();
    connectCommands();
    connectEngine();
    connectSettings();
    connectConversations();
    connectOpening();
    connectTour();
    connectLayouts();
    connect(&Theme::instance(), &Theme::changed, this, &MainWindow::restyle);
    restyle();
    poller_.start();
    chat_->focusPrompt();
}

MainWindow::~MainWindow() = default;

void MainWindow::onModel()
{
    loading_ = reading_ = false;
    const ModelInfo& model = *store_.model();
    std::vector<Selection::Layer> layers;
    for (const LayerInfo& layer : model.layers) {
        layers.push_back({layer.n_heads, layer.has_attention(), layer.has_state()});
    }
    conversation_.setPlain(!model.has_chat_template);
    conversation_.reset();
    Sampling sampling = model.generation.sampling;
    sampling.seed = std::max<std::uint64_t>(1, sampling.seed);
    conversation_.setSampling(sampling);
    selection_.setLayers(std::move(layers));
    setWindowTitle(tr("%1 – Mixscope").arg(QString::fromStdString(model.name)));
    status_->setMessage(tr("opened %1").arg(QString::fromStdString(model.name)));
}

void MainWindow::onFinished(const Finished& end)
{
    conversation_.finish(end);
    reading_ = false;
    chat_->prefill().end();
    status_->setMessage(tr("%1 tokens, ended by %2").arg(end.ids.size()).arg(name_of(end.reason)));
}

void MainWindow::onFailed(const Failed& failure)
{
    if (failure.request == 0) loading_ = false;
    reading_ = false;
    chat_->prefill().end();
    error_->endProgress();
    const int last = int(conversation_.messages().size()) - 1;
    const bool wrote = failure.request != 0 && failure.request == prompted_ && last >= 0;
    conversation_.fail(failure, wrote ? messageText(store_, last, {}).text : QString());
    if (failure.error.code == ErrorCode::cancelled)
        status_->setMessage(tr("%1 was cancelled").arg(QString::fromStdString(failure.during)));
    else
        error_->showError(QString::fromStdString(failure.during), failure.error);
}

void MainWindow::run()
{
    if (chat_->hasText())
        chat_->send();
    else
        conversation_.continueReply();
}

void MainWindow::refreshFrame()
{
    chat_->refresh();
    map_->refresh();
    inspector_->refresh();
    top_->refresh();
    commands_->refresh();
    status_->setFacts(facts());
}

void MainWindow::refreshPicture()
{
    stage_->refresh();
    timeline_->refresh();
}

StatusFacts MainWindow::facts() const
{
    using Run = StatusFacts::Run;
    StatusFacts facts;
    const ModelInfo* model = store_.model();
    facts.run = loading_        ? Run::loading
        : model == nullptr      ? Run::noModel
        : !conversation_.busy() ? Run::idle
        : reading_              ? Run::reading
        : controls_.paused()    ? Run::paused
                                : Run::writing;
    facts.framesPerSecond = poller_.framesPerSecond();
    facts.shedLevel = poller_.shedLevel();
    facts.shedBatches = store_.shedBatches();
    facts.probes = name_of(controls_.level());
    facts.pace = controls_.pace();
    facts.tokensPerSecond = store_.tokensPerSecond();
    facts.probeShare = store_.probeShare();
    facts.tokens = store_.tokens();
    facts.historyBytes = double(store_.bytes());
    if (model == nullptr) return facts;
    facts.model = QString::fromStdString(model->name);
    facts.precision = QString::fromStdString(model->weight_dtype);
    facts.backend = QString::fromStdString(model->backend);
    facts.contextLimit = model->context_limit;
    facts.kvBytes = double(model->kv_bytes_per_token) * store_.tokens();
    facts.stateBytes = double(model->state_bytes);
    return facts;
}

void MainWindow::maximise(QWidget* panel)
{
    maximiser_->toggle(maximiser_->maximised() != nullptr ? maximiser_->maximised() : panel);
}

QWidget* MainWindow::focusedPanel() const
{
    QWidget* focused = QApplication::focusWidget();
    for (QWidget* panel : {static_cast<QWidget*>(chat_), static_cast<QWidget*>(map_),
                           static_cast<QWidget*>(inspector_), static_cast<QWidget*>(timeline_)}) {
        if (panel->isAncestorOf(focused)) return panel;
    }
    const View* view = stage_->activeView();
    return view != nullptr ? Stage::cardOf(*view) : stage_;
}

void MainWindow::showAsLeft()
{
    if (!memory_->restore(*this)) {
        const QSize room = screen()->availableSize() - QSize(0, kFrame);
        resize(room.boundedTo(QSize(1600, 1000)));
    }
    sized_ = true;
    placePanels();
    stage_->showTab(memory_->tab());
    show();
}

void MainWindow::closeEvent(QCloseEvent* event)
{
    memory_->keep(*this);
    memory_->keepTab(stage_->tab());
    settings_->save();
    QMainWindow::closeEvent(event);
}

void MainWindow::showEvent(QShowEvent* event)
{
    QMainWindow::showEvent(event);
    sized_ = true;
    placePanels();
    QTimer::singleShot(0, this, &MainWindow::shareRoom); // when the layout knows its sizes
}

void MainWindow::resizeEvent(QResizeEvent* event)
{
    QMainWindow::resizeEvent(event);
    placePanels();
}

void MainWindow::keyPressEvent(QKeyEvent* event)
{
    if (!commands_->pressed(*event)) QMainWindow::keyPressEvent(event);
}

} // namespace mixscope
