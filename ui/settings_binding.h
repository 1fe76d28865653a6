#pragma once

#include <QObject>

namespace mixscope {

class Conversation;
class EngineControls;
class FramePoller;
class RunStore;
class Settings;

/// Applies the theme and the scale of the interface: before the first window is shown.
void applyLook(const Settings& settings);

/// Keeps the settings and what they set in step, both ways: a change in the settings window acts
/// at once, and a change by any other control is what the next start begins with. UI thread only.
class SettingsBinding : public QObject {
    Q_OBJECT
public:
    SettingsBinding(Settings& settings, EngineControls& controls, FramePoller& poller,
                    Conversation& conversation, RunStore& run, QObject* parent = nullptr);

private:
    void apply(const QString& id);

    Settings& settings_;
    EngineControls& controls_;
    FramePoller& poller_;
    Conversation& conversation_;
    RunStore& run_;
};

} // namespace mixscope
