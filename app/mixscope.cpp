#include "ui/accessibility.h"
#include "ui/engine_bridge.h"
#include "ui/main_window.h"
#include "ui/theme.h"

#include <QApplication>
#include <QCommandLineParser>
#include <QDir>
#include <QFileInfo>
#include <QScreen>

#include <cstdio>

namespace {

constexpr int kFrame = 28; // height of the frame that a window manager may put around the window

/// The model that comes with the program: beside the sources it was built from, or found from
/// where the program lies (build/<preset>/bin).
QString bundledModel()
{
    const QString name = "resources/models/tiny-hybrid-13m";
    const QString nearby =
        QDir(QCoreApplication::applicationDirPath()).absoluteFilePath("../../../" + name);
    return QFileInfo(nearby).isDir() ? QDir::cleanPath(nearby)
                                     : QDir::cleanPath(QStringLiteral(MIXSCOPE_SOURCE "/") + name);
}

} // namespace

int main(int argc, char** argv)
{
    QApplication application(argc, argv);
    QApplication::setApplicationName("Mixscope");
    QApplication::setApplicationVersion(MIXSCOPE_VERSION);

    QCommandLineParser parser;
    parser.setApplicationDescription(
        "Chat with a hybrid language model and watch inside it while it writes.");
    parser.addHelpOption();
    parser.addVersionOption();
    parser.addPositionalArgument("model", "folder of the model to open (default: the bundled one)",
                                 "[model]");
    mixscope::Theme& theme = mixscope::Theme::instance();
    parser.addOption(
        {"theme", "look of the window: " + theme.names().join(", "), "name", theme.name()});
    parser.addOption({"threads", "threads of the engine; 0: one for each core", "count", "0"});
    parser.process(application);
    if (!theme.names().contains(parser.value("theme")) || parser.positionalArguments().size() > 1) {
        std::fputs(qPrintable(parser.helpText()), stderr);
        return 2;
    }

    theme.setTheme(parser.value("theme"));
    theme.install(application);
    mixscope::installAccessibility();
    mixscope::EngineOptions options;
    options.threads = parser.value("threads").toInt();
    mixscope::EngineBridge engine(options);
    mixscope::MainWindow window(engine);
    const QStringList models = parser.positionalArguments();
    window.open((models.isEmpty() ? bundledModel() : models.front()).toStdString());
    const QSize room = window.screen()->availableSize() - QSize(0, kFrame);
    window.resize(room.boundedTo(QSize(1600, 1000)));
    window.show();
    return QApplication::exec();
}
