#include "ui/accessibility.h"
#include "ui/engine_bridge.h"
#include "ui/main_window.h"
#include "ui/models/conversation_store.h"
#include "ui/models/recent_models.h"
#include "ui/models/settings.h"
#include "ui/settings_binding.h"
#include "ui/theme.h"

#include <QApplication>
#include <QCommandLineParser>
#include <QDir>
#include <QFileInfo>

#include <cstdio>
#include <memory>

namespace {

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

/// The model of a start without one: as the settings say, and the bundled one where that is gone.
QString modelToBeginWith(mixscope::MainWindow& window)
{
    const QStringList recent = window.recent().folders();
    const bool last = window.settings().value("start") == "last" && !recent.isEmpty();
    return last && mixscope::hasModel(recent.front()) ? recent.front() : bundledModel();
}

/// The folder of a model that was named by a file in it; else what was named, for the engine to
/// say what is wrong with it.
QString modelNamed(const QString& path)
{
    const QString folder = mixscope::modelFolderOf(path);
    return folder.isEmpty() ? path : folder;
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
    parser.addOption({"theme", "look of the window: " + theme.names().join(", "), "name"});
    parser.addOption({"threads", "threads of the engine; 0: one for each core", "count"});
    parser.process(application);
    const bool badTheme = parser.isSet("theme") && !theme.names().contains(parser.value("theme"));
    if (badTheme || parser.positionalArguments().size() > 1) {
        std::fputs(qPrintable(parser.helpText()), stderr);
        return 2;
    }

    auto settings = std::make_unique<mixscope::Settings>(mixscope::Settings::usualFile());
    for (const char* option : {"theme", "threads"}) {
        if (parser.isSet(option)) settings->overrule(option, parser.value(option));
    }
    mixscope::applyLook(*settings);
    theme.install(application);
    mixscope::installAccessibility();
    mixscope::EngineOptions options;
    options.threads = settings->value("threads").toInt();
    mixscope::EngineBridge engine(options);
    mixscope::MainWindow window(engine, std::move(settings),
                                mixscope::ConversationStore::usualFile());
    window.setBundled(bundledModel().toStdString());
    const QStringList models = parser.positionalArguments();
    window.open((models.isEmpty() ? modelToBeginWith(window) : modelNamed(models.front()))
                    .toStdString());
    window.showAsLeft();
    return QApplication::exec();
}
