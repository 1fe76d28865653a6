#include "ui/command_table.h"

#include <QtGlobal>

namespace mixscope {

namespace {

constexpr auto unclaimed = KeyReach::unclaimed;

// Ctrl+1 … Ctrl+9 are the tabs of the stage, in the order of their own table.
constexpr CommandInfo kCommands[] = {
    {"file.open", QT_TR_NOOP("Open model…"), "File", "Ctrl+O"},
    {"file.openFile", QT_TR_NOOP("Open model by its file…"), "File", "Ctrl+Shift+F"},
    {"file.conversations", QT_TR_NOOP("Conversations…"), "File", "Ctrl+Shift+O"},
    {"file.export", QT_TR_NOOP("Export view…"), "File", "Ctrl+E"},
    {"export.png", QT_TR_NOOP("PNG picture…"), "File", ""},
    {"export.svg", QT_TR_NOOP("SVG drawing…"), "File", ""},
    {"export.pdf", QT_TR_NOOP("PDF page…"), "File", ""},
    {"export.csv", QT_TR_NOOP("CSV numbers…"), "File", ""},
    {"export.copyPicture", QT_TR_NOOP("Copy picture"), "File", ""},
    {"export.copyNumbers", QT_TR_NOOP("Copy numbers"), "File", ""},
    {"file.settings", QT_TR_NOOP("Settings…"), "File", "Ctrl+,"},
    {"file.quit", QT_TR_NOOP("Quit"), "File", "Ctrl+Q"},

    {"run.stop", QT_TR_NOOP("Stop"), "Run", "Ctrl+."},
    {"run.pause", QT_TR_NOOP("Pause"), "Run", "Space", unclaimed},
    {"run.step", QT_TR_NOOP("Next token"), "Run", "N"},
    {"run.continue", QT_TR_NOOP("Continue"), "Run", "Ctrl+Shift+Return"},
    {"run.regenerate", QT_TR_NOOP("Regenerate"), "Run", "Ctrl+R"},
    {"run.newChat", QT_TR_NOOP("New chat"), "Run", "Ctrl+N"},
    {"run.prompt", QT_TR_NOOP("Write a message"), "Run", "/"},

    {"go.follow", QT_TR_NOOP("Follow the newest token"), "Go", "L"},
    {"go.newest", QT_TR_NOOP("Newest token"), "Go", "End", unclaimed},
    {"go.first", QT_TR_NOOP("First token"), "Go", "Home", unclaimed},
    {"go.token", QT_TR_NOOP("Go to token…"), "Go", "G"},
    {"go.previous", QT_TR_NOOP("Token before"), "Go", "Left", unclaimed},
    {"go.next", QT_TR_NOOP("Token after"), "Go", "Right", unclaimed},
    {"go.back10", QT_TR_NOOP("Ten tokens back"), "", "Shift+Left", unclaimed},
    {"go.on10", QT_TR_NOOP("Ten tokens on"), "", "Shift+Right", unclaimed},
    {"go.surpriseBefore", QT_TR_NOOP("Previous surprising token"), "Go", ","},
    {"go.surpriseAfter", QT_TR_NOOP("Next surprising token"), "Go", "."},
    {"go.messageBefore", QT_TR_NOOP("Previous message"), "Go", "Ctrl+Left", unclaimed},
    {"go.messageAfter", QT_TR_NOOP("Next message"), "Go", "Ctrl+Right", unclaimed},
    {"go.layerBefore", QT_TR_NOOP("Previous layer"), "Go", "Up", unclaimed},
    {"go.layerAfter", QT_TR_NOOP("Next layer"), "Go", "Down", unclaimed},
    {"go.headAfter", QT_TR_NOOP("Next head"), "Go", "H"},
    {"go.headBefore", QT_TR_NOOP("Previous head"), "Go", "Shift+H"},
    {"pin.toggle", QT_TR_NOOP("Pin the token in focus"), "Go", "P"},
    {"pin.clear", QT_TR_NOOP("Take all pins away"), "Go", "Shift+P"},
    {"go.release", QT_TR_NOOP("Release range, then tokens"), "Go", "Esc", unclaimed},

    {"panel.maximise", QT_TR_NOOP("Maximise panel"), "View", "F11"},
    {"chat.alternatives", QT_TR_NOOP("Alternatives to the token"), "View", "Alt+Down"},
    {"chat.chips", QT_TR_NOOP("Show tokens as chips"), "View", "T"},
    {"timeline.in", QT_TR_NOOP("Zoom into the timeline"), "View", "W"},
    {"timeline.out", QT_TR_NOOP("Zoom out of the timeline"), "View", "S"},
    {"timeline.left", QT_TR_NOOP("Earlier on the timeline"), "", "A"},
    {"timeline.right", QT_TR_NOOP("Later on the timeline"), "", "D"},
    {"timeline.fit", QT_TR_NOOP("Whole timeline"), "View", "F", unclaimed},
    {"theme.dark", QT_TR_NOOP("Dark theme"), "View", ""},
    {"theme.light", QT_TR_NOOP("Light theme"), "View", ""},
    {"theme.projector", QT_TR_NOOP("Projector theme"), "View", ""},
    {"layout.explore", QT_TR_NOOP("Explore layout"), "View", ""},
    {"layout.chat", QT_TR_NOOP("Chat layout"), "View", ""},
    {"layout.profile", QT_TR_NOOP("Profile layout"), "View", ""},
    {"layout.two-up", QT_TR_NOOP("Two-up layout"), "View", ""},
    {"scale.larger", QT_TR_NOOP("Larger interface"), "View", "Ctrl++ Ctrl+="},
    {"scale.smaller", QT_TR_NOOP("Smaller interface"), "View", "Ctrl+-"},
    {"scale.normal", QT_TR_NOOP("Normal interface size"), "View", "Ctrl+0"},

    {"help.palette", QT_TR_NOOP("Find anything…"), "Help", "Ctrl+K"},
    {"help.keys", QT_TR_NOOP("Keys and gestures"), "Help", "?"},
    {"help.tour", QT_TR_NOOP("Tour"), "Help", ""},
    {"help.manual", QT_TR_NOOP("Manual"), "Help", "F1"},
    {"help.about", QT_TR_NOOP("About Mixscope"), "Help", ""},
};

static_assert(keysAreUnique(kCommands), "a key stands for two commands");

} // namespace

std::span<const CommandInfo> commandTable()
{
    return kCommands;
}

} // namespace mixscope
