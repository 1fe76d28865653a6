#include "ui/settings_binding.h"

#include "ui/frame_poller.h"
#include "ui/models/conversation.h"
#include "ui/models/engine_controls.h"
#include "ui/models/run_store.h"
#include "ui/models/settings.h"
#include "ui/theme.h"

#include <algorithm>
#include <cmath>

namespace mixscope {

namespace {

int paceStopOf(const QString& perSecond)
{
    const auto& paces = EngineControls::kPaces;
    return int(std::find(paces.begin(), paces.end(), perSecond.toInt()) - paces.begin());
}

ProbeLevel levelOf(const QString& name)
{
    for (const ProbeLevel level : {ProbeLevel::off, ProbeLevel::light, ProbeLevel::full}) {
        if (name == QLatin1String(name_of(level))) return level;
    }
    return ProbeLevel::standard;
}

} // namespace

void applyLook(const Settings& settings)
{
    Theme::instance().setTheme(settings.value("theme").toString());
    Theme::instance().setScale(settings.value("scale").toInt() / 100.0);
}

SettingsBinding::SettingsBinding(Settings& settings, EngineControls& controls, FramePoller& poller,
                                 Conversation& conversation, RunStore& run, QObject* parent)
    : QObject(parent)
    , settings_(settings)
    , controls_(controls)
    , poller_(poller)
    , conversation_(conversation)
    , run_(run)
{
    for (const char* id : {"pace", "probes", "rate", "history", "system"})
        apply(id);
    connect(&settings_, &Settings::changed, this, &SettingsBinding::apply);
    connect(&Theme::instance(), &Theme::changed, this, [this] {
        const Theme& theme = Theme::instance();
        settings_.set("theme", theme.name());
        settings_.set("scale", int(std::lround(100.0 * theme.scale())));
    });
    connect(&controls_, &EngineControls::paceChanged, this,
            [this] { settings_.set("pace", QString::number(controls_.pace())); });
    connect(&controls_, &EngineControls::levelChanged, this,
            [this] { settings_.set("probes", name_of(controls_.level())); });
}

void SettingsBinding::apply(const QString& id)
{
    const QVariant value = settings_.value(id);
    // One at a time: the other may be what a person is changing by another control.
    if (id == "theme")
        Theme::instance().setTheme(value.toString());
    else if (id == "scale")
        Theme::instance().setScale(value.toInt() / 100.0);
    else if (id == "pace")
        controls_.setPaceStop(paceStopOf(value.toString()));
    else if (id == "probes")
        controls_.setLevel(levelOf(value.toString()));
    else if (id == "rate")
        poller_.setRate(value.toInt());
    else if (id == "history")
        run_.setHistoryBudget(std::size_t(value.toInt()) << 20);
    else if (id == "system")
        conversation_.setSystemPrompt(value.toString());
}

} // namespace mixscope
