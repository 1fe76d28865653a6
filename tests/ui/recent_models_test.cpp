#include "tests/support/temp_folder.h"
#include "ui/models/recent_models.h"
#include "ui/models/settings.h"

#include <gtest/gtest.h>

namespace mixscope {

TEST(RecentModels, KeepTheLastEightNewestFirstAndEachOnce)
{
    Settings settings;
    RecentModels recent(settings);
    for (int i = 0; i < 10; ++i)
        recent.add(QStringLiteral("/models/%1").arg(i));
    recent.add("/models/5/");
    EXPECT_EQ(recent.folders().join(' ').toStdString(),
              "/models/5 /models/9 /models/8 /models/7 /models/6 /models/4 /models/3 /models/2");
    recent.remove("/models/9");
    EXPECT_EQ(recent.folders().size(), 7);
    EXPECT_FALSE(recent.folders().contains("/models/9"));
}

TEST(RecentModels, OutliveTheProgram)
{
    const TempFolder folder;
    const QString file = QString::fromStdString(folder.path().string()) + "/mixscope.ini";
    {
        Settings settings(file);
        RecentModels recent(settings);
        recent.add("/models/a, b; ü");
        recent.add("/models/c");
    }
    Settings settings(file);
    const RecentModels recent(settings);
    EXPECT_EQ(recent.folders(), (QStringList {"/models/c", "/models/a, b; ü"}));
}

TEST(RecentModels, FindTheFolderOfAFile)
{
    const TempFolder folder;
    const QString path = QString::fromStdString(folder.path().string());
    const QString config = QString::fromStdString(folder.write("config.json", "{}").string());
    EXPECT_EQ(modelFolderOf(path), path);
    EXPECT_EQ(modelFolderOf(config), path);
    EXPECT_EQ(modelFolderOf("/no/such/thing"), "");
    EXPECT_EQ(modelFolderOf(""), "");
    EXPECT_TRUE(hasModel(path));
    EXPECT_FALSE(hasModel(path + "/nothing"));
}

} // namespace mixscope
