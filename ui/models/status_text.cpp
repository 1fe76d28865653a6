#include "ui/models/status_text.h"

#include <QCoreApplication>
#include <QLocale>

namespace mixscope {

namespace {

using Run = StatusFacts::Run;

QString say(const char* text)
{
    return QCoreApplication::translate("Status", text);
}

StatusItem runItem(Run run)
{
    switch (run) {
    case Run::noModel:
        return {say("no model"), "muted", 9, "file.open"};
    case Run::loading:
        return {say("● opening"), "warn", 9};
    case Run::idle:
        return {say("● ready"), "muted", 9, "run.prompt"};
    case Run::reading:
        return {say("● reading"), "ok", 9};
    case Run::writing:
        return {say("● generating"), "ok", 9, "run.pause"};
    case Run::paused:
        return {say("● paused"), "warn", 9, "run.pause"};
    }
    return {};
}

} // namespace

QString bytesText(double bytes)
{
    static const char* const units[] = {"B", "kB", "MB", "GB", "TB"};
    std::size_t unit = 0;
    while (bytes >= 999.5 && unit + 1 < std::size(units)) {
        bytes /= 1000.0;
        ++unit;
    }
    const int decimals = unit > 0 && bytes < 9.95 ? 1 : 0;
    return QStringLiteral("%1 %2").arg(QString::number(bytes, 'f', decimals), units[unit]);
}

std::vector<StatusItem> statusItems(const StatusFacts& facts)
{
    const QLocale locale;
    std::vector<StatusItem> items {runItem(facts.run)};
    if (facts.run == Run::noModel || facts.model.isEmpty()) return items;
    items.push_back(
        {QStringLiteral("%1 · %2 · %3").arg(facts.model, facts.precision, facts.backend), "text", 8,
         "file.open"});
    if (facts.tokensPerSecond > 0.0) {
        QString rate = say("%1 tok/s · %2 ms per token")
                           .arg(locale.toString(qRound(facts.tokensPerSecond)),
                                locale.toString(1000.0 / facts.tokensPerSecond, 'f', 2));
        if (facts.pace > 0.0 && facts.pace < facts.tokensPerSecond) {
            rate = say("%1 tok/s possible, paced %2 · %3 ms per token")
                       .arg(locale.toString(qRound(facts.tokensPerSecond)),
                            locale.toString(qRound(facts.pace)),
                            locale.toString(1000.0 / facts.tokensPerSecond, 'f', 2));
        }
        items.push_back({rate, "muted", 7, "view.time"});
    }
    items.push_back({say("context %1 / %2")
                         .arg(locale.toString(facts.tokens), locale.toString(facts.contextLimit)),
                     "muted", 6, "view.memory"});
    items.push_back(
        {say("KV %1 + state %2").arg(bytesText(facts.kvBytes), bytesText(facts.stateBytes)),
         "muted", 5, "view.memory"});
    items.push_back(
        {say("history %1").arg(bytesText(facts.historyBytes)), "muted", 2, "file.settings"});
    QString probes = say("probes %1").arg(facts.probes);
    if (facts.probeShare > 0.0)
        probes += say(" +%1 %").arg(locale.toString(100.0 * facts.probeShare, 'f', 1));
    items.push_back({probes, "muted", 4, "file.settings"});
    QString frames = say("%1 fps").arg(qRound(facts.framesPerSecond));
    const bool shed = facts.shedLevel > 0 || facts.shedBatches > 0;
    frames += !shed ? say(" · nothing skipped")
                    : say(" · pictures slowed %1, detail skipped in %2 steps")
                          .arg(facts.shedLevel)
                          .arg(facts.shedBatches);
    items.push_back({frames, shed ? "warn" : "muted", 3, "file.settings"});
    return items;
}

} // namespace mixscope
