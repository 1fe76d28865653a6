#pragma once

#include <QString>

#include <vector>

namespace mixscope {

/// What the status bar is told; it reads nothing by itself.
struct StatusFacts {
    enum class Run { noModel, loading, idle, reading, writing, paused };
    Run run = Run::noModel;
    QString model; ///< name
    QString precision; ///< "bf16"
    QString backend; ///< "CPU, 2 threads"
    double tokensPerSecond = 0.0;
    double pace = 0.0; ///< tokens per second at most, 0: full speed
    int tokens = 0;
    int contextLimit = 0;
    double kvBytes = 0.0;
    double stateBytes = 0.0;
    double historyBytes = 0.0; ///< what the window keeps
    QString probes; ///< "standard"
    double probeShare = 0.0;
    double framesPerSecond = 0.0;
    int shedLevel = 0;
    std::uint64_t shedBatches = 0;
};

/// One item of the status bar.
struct StatusItem {
    QString text;
    const char* role; ///< colour token: "text", "muted", "ok", "warn"
    int priority; ///< lower ones go first when there is no room; no two are alike
    const char* command = ""; ///< id of the command that goes where one changes it
};

std::vector<StatusItem> statusItems(const StatusFacts& facts);

/// "161 kB", "1.1 MB": decimal units.
QString bytesText(double bytes);

} // namespace mixscope
