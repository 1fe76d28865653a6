#pragma once

#include "ui/frame_poller.h"
#include "ui/models/conversation.h"
#include "ui/models/engine_controls.h"
#include "ui/models/run_store.h"
#include "ui/models/selection.h"

#include <QMainWindow>

#include <filesystem>
#include <memory>

class QFileDialog;
class QMenu;
class QSplitter;

namespace mixscope {

class ChatPanel;
class CommandPalette;
class Commands;
class ConversationRecorder;
class ConversationStore;
class ErrorBar;
class ExportMenu;
class Inspector;
class Maximiser;
class ModelMap;
class ModelPlanner;
class OpenCard;
class RecentModels;
class Settings;
class SettingsWindow;
class Stage;
class StatusBar;
class Timeline;
class TopBar;
class View;
class WindowMemory;
struct LayoutInfo;
struct StatusFacts;

/// The window: owns the models and the panels, and connects them. UI thread only.
class MainWindow : public QMainWindow {
    Q_OBJECT
public:
    /// A window that keeps nothing beyond its end.
    explicit MainWindow(EnginePort& engine);
    /// Conversations are kept in that file; empty: as long as the window lives.
    MainWindow(EnginePort& engine, std::unique_ptr<Settings> settings,
               const QString& conversations = {});
    ~MainWindow() override;

    /// Shows the window as it was left, or as large as the screen allows up to 1600 × 1000.
    void showAsLeft();
    /// Asks the engine for another model; the present one stays until that is complete.
    void open(const std::filesystem::path& folder);

    RunStore& store() { return store_; }
    Selection& selection() { return selection_; }
    Conversation& conversation() { return conversation_; }
    EngineControls& controls() { return controls_; }
    FramePoller& poller() { return poller_; }
    Settings& settings() { return *settings_; }
    /// Where the model lies that comes with the program, which the tour shows.
    void setBundled(const std::filesystem::path& folder) { bundled_ = folder; }
    const RecentModels& recent() const { return *recent_; }

protected:
    void keyPressEvent(QKeyEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void closeEvent(QCloseEvent* event) override;
    void showEvent(QShowEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

private:
    void layOut();
    void connectModels();
    void connectSettings();
    void connectConversations();
    void connectOpening();
    void connectTour();
    void connectLayouts();
    void connectCommands();
    void connectEngine();
    void onModel();
    void onFailed(const Failed& failure);
    void onFinished(const Finished& end);
    void chooseFolder();
    void chooseFile();
    void openChosen(QFileDialog& dialog);
    void offer(const QString& folder);
    void fillRecent();
    void showTrouble(const QString& during, const QString& what, const QString& hint);
    void openSettings(const QString& row = {}); ///< at that row; empty: at the search
    void run();
    void refreshFrame();
    void refreshPicture();
    StatusFacts facts() const;
    void maximise(QWidget* panel);
    QWidget* focusedPanel() const;
    void findAnything(const QString& hint);
    void release();
    const LayoutInfo& layoutInfo() const; ///< the one that the settings name
    void chooseLayout(const QString& id);
    void applyLayout();
    QString splitterName(const char* part) const;
    void placePanels();
    void shareRoom();
    void restyle();

    EnginePort& engine_;
    std::unique_ptr<Settings> settings_;
    WindowMemory* memory_;
    RecentModels* recent_;
    ModelPlanner* planner_;
    OpenCard* card_ = nullptr;
    QMenu* recentMenu_ = nullptr;
    std::filesystem::path bundled_;
    RunStore store_;
    Selection selection_;
    Conversation conversation_;
    EngineControls controls_;
    FramePoller poller_;
    ConversationStore* conversations_;
    ConversationRecorder* recorder_;

    Commands* commands_;
    TopBar* top_;
    ErrorBar* error_;
    ChatPanel* chat_;
    ModelMap* map_;
    Stage* stage_;
    Inspector* inspector_;
    Timeline* timeline_;
    StatusBar* status_;
    ExportMenu* export_;
    SettingsWindow* settingsWindow_ = nullptr; ///< made when it is first wanted
    CommandPalette* palette_;
    Maximiser* maximiser_ = nullptr;
    QSplitter* rows_ = nullptr;
    QSplitter* columns_ = nullptr;
    bool sized_ = false; ///< its size is what it will be shown with
    bool loading_ = false;
    std::uint64_t prompted_ = 0; ///< the request whose prompt was read last
    bool reading_ = false; ///< a prompt is being computed
};

} // namespace mixscope
