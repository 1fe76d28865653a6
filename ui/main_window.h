#pragma once

#include "ui/frame_poller.h"
#include "ui/models/conversation.h"
#include "ui/models/engine_controls.h"
#include "ui/models/run_store.h"
#include "ui/models/selection.h"

#include <QMainWindow>

#include <filesystem>

class QSplitter;

namespace mixscope {

class ChatPanel;
class Commands;
class ErrorBar;
class Inspector;
class Maximiser;
class ModelMap;
class Stage;
class StatusBar;
class Timeline;
class TopBar;
class View;
struct StatusFacts;

/// The window: owns the models and the panels, and connects them. UI thread only.
class MainWindow : public QMainWindow {
    Q_OBJECT
public:
    explicit MainWindow(EnginePort& engine);
    ~MainWindow() override;

    /// Asks the engine for another model; the present one stays until that is complete.
    void open(const std::filesystem::path& folder);

    RunStore& store() { return store_; }
    Selection& selection() { return selection_; }
    Conversation& conversation() { return conversation_; }
    EngineControls& controls() { return controls_; }
    FramePoller& poller() { return poller_; }

protected:
    void keyPressEvent(QKeyEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void showEvent(QShowEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

private:
    void layOut();
    void connectModels();
    void connectCommands();
    void connectEngine();
    void onModel();
    void onFailed(const Failed& failure);
    void onFinished(const Finished& end);
    void chooseFolder();
    void run();
    void refreshFrame();
    void refreshPicture();
    StatusFacts facts() const;
    void exportView(View& view, QPoint at);
    void maximise(QWidget* panel);
    QWidget* focusedPanel() const;
    void placeInspector();
    void shareRoom();
    void restyle();

    EnginePort& engine_;
    RunStore store_;
    Selection selection_;
    Conversation conversation_;
    EngineControls controls_;
    FramePoller poller_;

    Commands* commands_;
    TopBar* top_;
    ErrorBar* error_;
    ChatPanel* chat_;
    ModelMap* map_;
    Stage* stage_;
    Inspector* inspector_;
    Timeline* timeline_;
    StatusBar* status_;
    Maximiser* maximiser_ = nullptr;
    QSplitter* rows_ = nullptr;
    QSplitter* columns_ = nullptr;
    bool loading_ = false;
    bool reading_ = false; ///< a prompt is being computed
};

} // namespace mixscope
