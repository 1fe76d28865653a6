#include "ui/models/settings.h"

namespace mixscope {

/// In the order in which the settings window shows them; rows of a group stand together.
const std::vector<SettingInfo>& Settings::table()
{
    using Kind = SettingInfo::Kind;
    static const std::vector<SettingInfo> rows {
        {.id = "theme",
         .group = "General",
         .title = "Theme",
         .help = "Colours and size of type. Projector is for a lecture hall.",
         .words = "look dark light color colour appearance presentation",
         .kind = Kind::choice,
         .fallback = "dark",
         .choices = {{"dark", "Dark"}, {"light", "Light"}, {"projector", "Projector"}}},
        {.id = "scale",
         .group = "General",
         .title = "Interface scale",
         .help = "Size of everything in the window, on top of the theme's own.",
         .words = "zoom font size larger smaller",
         .kind = Kind::number,
         .fallback = 100,
         .low = 75,
         .high = 250,
         .step = 5,
         .unit = " %"},
        {.id = "pace",
         .group = "Live",
         .title = "Pace",
         .help = "How many tokens the model writes per second at most.",
         .words = "speed tokens slow fast full",
         .kind = Kind::choice,
         .fallback = "20",
         .choices = {{"1", "1 per second"},
                     {"2", "2 per second"},
                     {"5", "5 per second"},
                     {"10", "10 per second"},
                     {"20", "20 per second"},
                     {"40", "40 per second"},
                     {"60", "60 per second"},
                     {"100", "100 per second"},
                     {"200", "200 per second"},
                     {"500", "500 per second"},
                     {"1000", "1000 per second"},
                     {"0", "Full speed"}}},
        {.id = "probes",
         .group = "Live",
         .title = "Probes",
         .help = "How much is looked at inside the model. More costs time; off costs nothing.",
         .words = "level capture detail overhead attention state",
         .kind = Kind::choice,
         .fallback = "standard",
         .choices =
             {{"off", "Off"}, {"light", "Light"}, {"standard", "Standard"}, {"full", "Full"}}},
        {.id = "rate",
         .group = "Live",
         .title = "Frame rate",
         .help = "How often the window takes what the model wrote and redraws. No token is lost "
                 "at any rate.",
         .words = "fps hz refresh smooth redraw",
         .kind = Kind::number,
         .fallback = 30,
         .low = 15,
         .high = 60,
         .step = 5,
         .unit = " Hz"},
        {.id = "threads",
         .group = "Engine",
         .title = "Threads",
         .help = "Processor cores that the model computes on; 0 takes all. Counts from the next "
                 "start.",
         .words = "cpu cores parallel",
         .kind = Kind::number,
         .fallback = 0,
         .low = 0,
         .high = 256},
        {.id = "keep",
         .group = "Conversations",
         .title = "Keep conversations",
         .help = "Write them to a file on this machine, as they are written. Nothing leaves the "
                 "machine in either case.",
         .words = "privacy history save disk store",
         .kind = Kind::flag,
         .fallback = true},
        {.id = "system",
         .group = "Conversations",
         .title = "System prompt",
         .help = "What the model is told before every new conversation. Many small models know "
                 "none.",
         .words = "instruction role",
         .kind = Kind::text,
         .fallback = ""},
    };
    return rows;
}

} // namespace mixscope
