#pragma once

#include "engine/probe.h"

#include <QtGlobal>

#include <array>

namespace mixscope {

/// Rows of the table of gates.
enum GateRow : std::size_t { kWrite, kKeep, kRead, kOut, kStep };

/// What is captured of a recurrent layer's gates, in the words of the screen.
struct Gate {
    Probe probe;
    const char* name; ///< word on screen
    const char* meaning; ///< symbols, in the tooltip
};
inline constexpr std::array<Gate, 5> kGateTable {{
    {Probe::write, QT_TRANSLATE_NOOP("mixscope::GatesView", "write"),
     QT_TRANSLATE_NOOP("mixscope::GatesView", "write = Δ·‖B‖·‖x‖, what is added to the state")},
    {Probe::keep, QT_TRANSLATE_NOOP("mixscope::GatesView", "keep"),
     QT_TRANSLATE_NOOP("mixscope::GatesView", "keep = exp(ΔA), the part of the state that stays")},
    {Probe::c_norm, QT_TRANSLATE_NOOP("mixscope::GatesView", "read"),
     QT_TRANSLATE_NOOP("mixscope::GatesView", "read = ‖C‖, one for each group of heads")},
    {Probe::out_gate, QT_TRANSLATE_NOOP("mixscope::GatesView", "out gate"),
     QT_TRANSLATE_NOOP("mixscope::GatesView", "out gate = mean |SiLU(z)| over the head")},
    {Probe::dt, QT_TRANSLATE_NOOP("mixscope::GatesView", "step Δ"),
     QT_TRANSLATE_NOOP("mixscope::GatesView", "step = Δ after softplus")},
}};

inline constexpr float kHalfLifeLimit = 1e5F; ///< tokens; longer ones are all drawn as this

} // namespace mixscope
