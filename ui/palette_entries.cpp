#include "ui/palette_entries.h"

#include "ui/commands.h"
#include "ui/models/run_store.h"
#include "ui/models/selection.h"
#include "ui/models/settings.h"
#include "ui/models/token_text.h"
#include "ui/views/parts.h"

#include <QAction>
#include <QCoreApplication>

namespace mixscope {

namespace {

QString say(const char* text)
{
    return QCoreApplication::translate("Palette", text);
}

PaletteEntry tokenEntry(const RunStore& store, Selection& selection, int token)
{
    return {say("Token %1 “%2”").arg(token).arg(tokenInline(store.token(token))),
            say("token"),
            {},
            true,
            [&selection, token] { selection.lockToken(token); }};
}

} // namespace

std::vector<PaletteEntry> namedEntries(const Commands& commands, const RunStore& store,
                                       Selection& selection)
{
    std::vector<PaletteEntry> entries;
    for (const Commands::Command& command : commands.all()) {
        QAction* action = command.action;
        entries.push_back(
            {action->text(), command.id.startsWith("view.") ? say("view") : say("command"),
             Commands::keysText(command), action->isEnabled(), [action] { action->trigger(); }});
    }
    const ModelInfo* model = store.model();
    for (int layer = 0; model != nullptr && layer < int(model->layers.size()); ++layer) {
        const LayerInfo& info = model->layers[std::size_t(layer)];
        entries.push_back({say("Layer %1 %2").arg(layer).arg(mixerName(info)),
                           say("layer"),
                           {},
                           true,
                           [&selection, layer] { selection.setLayer(layer); }});
    }
    return entries;
}

std::vector<PaletteEntry> settingEntries(const std::function<void(const QString& id)>& open)
{
    std::vector<PaletteEntry> entries;
    for (const SettingInfo& info : Settings::table()) {
        entries.push_back(
            {Settings::say(info.title),
             say("setting"),
             {},
             true,
             [open, id = QString(info.id)] { open(id); },
             QStringLiteral("%1 %2").arg(Settings::say(info.words), Settings::say(info.group))});
    }
    return entries;
}

std::vector<PaletteEntry> tokenEntries(const RunStore& store, Selection& selection,
                                       const QString& query, int most)
{
    std::vector<PaletteEntry> entries;
    bool number = false;
    const int place = query.toInt(&number);
    if (number && place >= 0 && place < store.tokens())
        entries.push_back(tokenEntry(store, selection, place));
    if (query.size() < 2 && number) return entries; // a digit is in too many tokens
    for (int token = store.tokens() - 1; token >= 0 && int(entries.size()) < most; --token) {
        if (tokenLabel(store.token(token)).contains(query, Qt::CaseInsensitive))
            entries.push_back(tokenEntry(store, selection, token));
    }
    return entries;
}

} // namespace mixscope
