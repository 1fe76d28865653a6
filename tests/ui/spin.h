#pragma once

#include <QCoreApplication>
#include <QElapsedTimer>

namespace mixscope {

/// Runs the event loop for a while: timers fire, queued redraws happen.
inline void spin(int ms = 1)
{
    QElapsedTimer clock;
    clock.start();
    do {
        QCoreApplication::processEvents(QEventLoop::AllEvents, 10);
    } while (clock.elapsed() < ms);
}

} // namespace mixscope
