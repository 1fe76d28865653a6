#include "ui/accessibility.h"
#include "ui/theme.h"

#include <QApplication>

#include <gtest/gtest.h>

/// Widgets need an application object for as long as the tests run; no display is needed.
int main(int argc, char** argv)
{
    if (!qEnvironmentVariableIsSet("QT_QPA_PLATFORM")) qputenv("QT_QPA_PLATFORM", "offscreen");
    testing::InitGoogleTest(&argc, argv);
    QApplication application(argc, argv);
    mixscope::Theme::instance().install(application);
    mixscope::installAccessibility();
    return RUN_ALL_TESTS();
}
