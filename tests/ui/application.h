#pragma once

#include <QApplication>
#include <QElapsedTimer>

namespace mixscope {

/// The one QApplication of the test program, made when first asked for and never destroyed
/// (offscreen: the environment of the tests says so).
inline QApplication& application()
{
    if (qApp == nullptr) {
        static int count = 1;
        static char name[] = "ui_tests";
        static char* arguments[] = {name, nullptr};
        new QApplication(count, arguments);
    }
    return *qobject_cast<QApplication*>(qApp);
}

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
