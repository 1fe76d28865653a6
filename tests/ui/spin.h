#pragma once

#include <QCoreApplication>
#include <QElapsedTimer>

namespace mixscope {

/// Runs the event loop for a while, on a busy machine too: timers fire, and what they queue happens.
inline void spin(int ms = 1)
{
    QElapsedTimer clock;
    clock.start();
    int passes = 0;
    do {
        QCoreApplication::processEvents(QEventLoop::AllEvents, 10);
    } while (++passes < 12 || clock.elapsed() < ms);
}

} // namespace mixscope
