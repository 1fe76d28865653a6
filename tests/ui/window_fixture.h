#pragma once

#include "tests/support/fixtures.h"
#include "tests/ui/spin.h"
#include "ui/engine_bridge.h"
#include "ui/main_window.h"

#include <QPlainTextEdit>
#include <QTest>
#include <QTextEdit>

#include <gtest/gtest.h>
#include <stdexcept>

namespace mixscope {

inline EngineOptions cpuOnly()
{
    EngineOptions options;
    options.backend = "cpu";
    return options;
}

/// The whole window with the real engine and the bundled model, used as a person does: through
/// its controls, found by their names.
class WindowTest : public testing::Test {
protected:
    WindowTest()
    {
        window.resize(1600, 1000);
        window.show();
        window.open(bundled_model());
        waitFor([this] { return window.store().model() != nullptr; });
        window.controls().setPaceStop(int(EngineControls::kPaces.size()) - 1);
    }

    template <class Done> void waitFor(Done done, int ms = 30000)
    {
        ASSERT_TRUE(QTest::qWaitFor([&] { return done(); }, ms));
    }

    template <class W> W& control(const QString& name)
    {
        for (W* widget : window.findChildren<W*>()) {
            if (widget->accessibleName() == name) return *widget;
        }
        throw std::runtime_error("no control named " + name.toStdString());
    }

    void ask(const QString& text)
    {
        auto& prompt = control<QPlainTextEdit>("Prompt");
        prompt.setFocus();
        QTest::keyClicks(&prompt, text);
        QTest::keyClick(&prompt, Qt::Key_Return);
    }

    void waitForEnd()
    {
        waitFor([this] { return !window.conversation().busy(); });
        spin(80); // a tick or two: the panels take the end
    }

    QString transcript() { return control<QTextEdit>("Transcript").toPlainText(); }

    EngineBridge engine {cpuOnly()};
    MainWindow window {engine};
};

} // namespace mixscope
