#include "tests/support/temp_folder.h"
#include "tests/ui/spin.h"
#include "ui/models/conversation_export.h"
#include "ui/models/conversation_list.h"
#include "ui/models/conversation_store.h"

#include <QFile>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QSignalSpy>
#include <QTest>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/types.h>

namespace mixscope {

namespace {

using Messages = std::vector<ChatMessage>;

QString fileIn(const TempFolder& folder)
{
    return QString::fromStdString(folder.path().string()) + "/deep/conversations.sqlite";
}

std::string read(const std::filesystem::path& file)
{
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

/// A conversation of these messages.
qint64 keep(ConversationStore& store, const QString& title, const Messages& messages)
{
    const qint64 id = store.begin(title, "tiny", "/models/tiny");
    EXPECT_GT(id, 0);
    EXPECT_TRUE(store.write(id, messages, 0));
    return id;
}

std::vector<std::string> titles(ConversationStore& store, const QString& search = {})
{
    std::vector<std::string> found;
    for (const ConversationHeader& header : store.list(search))
        found.push_back(header.title.toStdString());
    std::sort(found.begin(), found.end());
    return found;
}

} // namespace

TEST(ConversationStore, KeepsAConversationExactly)
{
    const TempFolder folder;
    Messages messages {{"system", "Be brief.", {}},
                       {"user", std::string("a\0b \xff\xfe ü", 9), {}},
                       {"assistant", "你好", {1, 65536, 2147483647}}};
    Sampling sampling;
    sampling.temperature = 0.7F;
    sampling.top_k = 40;
    sampling.top_p = 0.9F;
    sampling.min_p = 0.05F;
    sampling.repetition_penalty = 1.1F;
    sampling.seed = 18446744073709551615ULL;
    qint64 id = 0;
    {
        ConversationStore store(fileIn(folder));
        EXPECT_TRUE(store.onDisk());
        id = keep(store, "Greeting", messages);
        EXPECT_TRUE(store.describe(id, sampling, "Be brief."));
    }
    ConversationStore store(fileIn(folder));
    const auto loaded = store.load(id);
    ASSERT_TRUE(loaded);
    EXPECT_EQ(loaded->header.title, "Greeting");
    EXPECT_EQ(loaded->header.model, "tiny");
    EXPECT_EQ(loaded->header.folder, "/models/tiny");
    EXPECT_EQ(loaded->systemPrompt, "Be brief.");
    EXPECT_EQ(loaded->sampling.temperature, 0.7F);
    EXPECT_EQ(loaded->sampling.top_k, 40);
    EXPECT_EQ(loaded->sampling.top_p, 0.9F);
    EXPECT_EQ(loaded->sampling.min_p, 0.05F);
    EXPECT_EQ(loaded->sampling.repetition_penalty, 1.1F);
    EXPECT_EQ(loaded->sampling.seed, 18446744073709551615ULL);
    ASSERT_EQ(loaded->messages.size(), 3U);
    for (std::size_t i = 0; i < 3; ++i) {
        EXPECT_EQ(loaded->messages[i].role, messages[i].role);
        EXPECT_EQ(loaded->messages[i].content, messages[i].content);
        EXPECT_EQ(loaded->messages[i].ids, messages[i].ids);
    }
}

TEST(ConversationStore, AddsUpWhatIsAppended)
{
    ConversationStore store;
    const qint64 id = keep(store, "x", {{"user", "Who?", {}}, {"assistant", "", {}}});
    EXPECT_TRUE(store.append(id, 1, "Pip", {7}));
    EXPECT_TRUE(store.append(id, 1, " the fox", {8, 9}));
    EXPECT_EQ(store.load(id)->messages[1].content, "Pip the fox");
    EXPECT_EQ(store.load(id)->messages[1].ids, (std::vector<TokenId> {7, 8, 9}));
    EXPECT_EQ(titles(store, "the FOX").size(), 1U) << "found before it has ended";
    EXPECT_TRUE(store.write(id, {{"user", "Who?", {}}, {"assistant", "Pip.", {7}}}, 1));
    EXPECT_EQ(store.load(id)->messages[1].content, "Pip.");
    EXPECT_TRUE(titles(store, "the fox").empty());
}

TEST(ConversationStore, DropsWhatWasRegenerated)
{
    ConversationStore store;
    const qint64 id =
        keep(store, "x", {{"user", "a", {}}, {"assistant", "b", {}}, {"user", "c", {}}});
    EXPECT_TRUE(store.write(id, {{"user", "a2", {}}}, 0));
    ASSERT_EQ(store.load(id)->messages.size(), 1U);
    EXPECT_EQ(store.load(id)->messages[0].content, "a2");
}

TEST(ConversationStore, SearchesTitlesAndTextInAnyScript)
{
    ConversationStore store;
    keep(store, "Über Füchse", {{"user", "Tell me about Pip.", {}}});
    keep(store, "Cats", {{"user", "我有一只黑色的猫", {}}});
    keep(store, "100 %_", {{"user", "per cent", {}}});
    EXPECT_EQ(titles(store).size(), 3U);
    EXPECT_EQ(titles(store, "FÜCHSE"), std::vector<std::string> {"Über Füchse"});
    EXPECT_EQ(titles(store, "about pip"), std::vector<std::string> {"Über Füchse"});
    EXPECT_EQ(titles(store, "色的"), std::vector<std::string> {"Cats"});
    EXPECT_EQ(titles(store, "%_"), std::vector<std::string> {"100 %_"}) << "no wild cards";
    EXPECT_TRUE(titles(store, "'; DROP TABLE messages; --").empty());
    EXPECT_EQ(titles(store, "  ").size(), 3U);
}

TEST(ConversationStore, RenamesDeletesAndBringsBack)
{
    const TempFolder folder;
    qint64 kept = 0, gone = 0;
    {
        ConversationStore store(fileIn(folder));
        kept = keep(store, "one", {{"user", "secret", {}}});
        gone = keep(store, "two", {{"user", "confidential", {}}});
        EXPECT_TRUE(store.rename(kept, "  eins\nund\tmehr "));
        EXPECT_FALSE(store.rename(kept, " \n "));
        EXPECT_TRUE(store.remove(kept));
        EXPECT_FALSE(store.load(kept));
        EXPECT_TRUE(store.undoRemove(kept));
        EXPECT_TRUE(store.remove(gone));
    }
    {
        ConversationStore store(fileIn(folder));
        EXPECT_EQ(titles(store), std::vector<std::string> {"eins und mehr"});
        store.undoRemove(gone);
        EXPECT_FALSE(store.load(gone)) << "the bin is emptied at the start";
    }
    EXPECT_NE(read(fileIn(folder).toStdString()).find("secret"), std::string::npos);
    EXPECT_EQ(read(fileIn(folder).toStdString()).find("confidential"), std::string::npos)
        << "and nothing is left in the file";
}

TEST(ConversationStore, LosesAtMostTheLastTokenWhenTheProgramIsKilled)
{
    const TempFolder folder;
    QProcess writer;
    writer.start(MIXSCOPE_CONVERSATION_WRITER, {fileIn(folder)});
    ASSERT_TRUE(writer.waitForStarted());
    QByteArray said;
    while (said.count('\n') < 300) {
        ASSERT_TRUE(writer.waitForReadyRead(20000)) << writer.errorString().toStdString();
        said += writer.readAllStandardOutput();
    }
    ASSERT_EQ(::kill(pid_t(writer.processId()), SIGKILL), 0);
    writer.waitForFinished();
    said += writer.readAllStandardOutput();
    const int promised = said.left(said.lastIndexOf('\n')).split('\n').last().toInt();
    ASSERT_GE(promised, 300);

    ConversationStore store(fileIn(folder));
    EXPECT_TRUE(store.onDisk());
    ASSERT_EQ(store.list().size(), 1U);
    const auto loaded = store.load(store.list()[0].id);
    ASSERT_TRUE(loaded);
    ASSERT_EQ(loaded->messages.size(), 2U);
    const int found = int(loaded->messages[1].ids.size());
    EXPECT_GE(found, promised) << "what was taken is written";
    EXPECT_LE(found, promised + 1) << "the one that was killed in between may be there or not";
    std::string expected = "0";
    for (int i = 1; i < found; ++i)
        expected += ' ' + std::to_string(i);
    EXPECT_EQ(loaded->messages[1].content, expected);
}

TEST(ConversationStore, KeepsADamagedFileAsideAndBeginsANewOne)
{
    const TempFolder folder;
    const QString file = QString::fromStdString((folder.path() / "conversations.sqlite").string());
    for (int i = 1; i <= 2; ++i) { // the second time the first one's name is taken
        const std::string damaged = "no database " + std::to_string(i) + std::string(5000, 'x');
        folder.write("conversations.sqlite", damaged);
        ConversationStore store(file);
        QSignalSpy troubled(&store, &ConversationStore::troubled);
        spin();
        ASSERT_EQ(troubled.size(), 1);
        EXPECT_TRUE(troubled[0][0].toString().contains("damaged"));
        EXPECT_TRUE(store.onDisk());
        keep(store, "new", {{"user", "on we go", {}}});
        EXPECT_EQ(titles(store).size(), 1U);
        EXPECT_EQ(read(file.toStdString() + ".damaged-" + std::to_string(i)), damaged);
    }
}

TEST(ConversationStore, NoticesDamageWhileItRuns)
{
    const TempFolder folder;
    const QString file = fileIn(folder);
    {
        ConversationStore store(file);
        for (int i = 0; i < 20; ++i)
            keep(store, "old", {{"user", std::string(3000, 'a'), {}}});
    }
    std::fstream bytes(file.toStdString(), std::ios::binary | std::ios::in | std::ios::out);
    const std::string junk(std::filesystem::file_size(file.toStdString()) - 8192, '\x5a');
    bytes.seekp(8192); // header and schema stay
    bytes.write(junk.data(), std::streamsize(junk.size()));
    bytes.close();
    ConversationStore store(file);
    QSignalSpy troubled(&store, &ConversationStore::troubled);
    for (const ConversationHeader& header : store.list())
        store.load(header.id);
    store.begin("more", "tiny", "");
    spin();
    ASSERT_EQ(troubled.size(), 1);
    EXPECT_TRUE(troubled[0][1].toString().contains("damaged-1"));
    EXPECT_TRUE(QFile::exists(file + ".damaged-1"));
    keep(store, "new", {{"user", "on we go", {}}});
    EXPECT_EQ(titles(store, "on we go").size(), 1U);
}

TEST(ConversationStore, GoesOnInMemoryWhereNoFileCanBe)
{
    const TempFolder folder;
    folder.write("deep", "a file where the folder should be");
    ConversationStore store(fileIn(folder));
    QSignalSpy troubled(&store, &ConversationStore::troubled);
    spin();
    ASSERT_EQ(troubled.size(), 1);
    EXPECT_FALSE(store.onDisk());
    const qint64 id = keep(store, "x", {{"user", "still here", {}}});
    EXPECT_EQ(store.load(id)->messages[0].content, "still here");
}

TEST(ConversationStore, LeavesAFileOfALaterVersionAlone)
{
    const TempFolder folder;
    {
        ConversationStore store(fileIn(folder));
        keep(store, "x", {{"user", "a", {}}});
    }
    QFile file(fileIn(folder));
    ASSERT_TRUE(file.open(QIODevice::ReadWrite));
    file.seek(60); // user_version, sqlite.org/fileformat2.html
    file.write(QByteArray("\0\0\0\x63", 4));
    file.close();
    const std::string before = read(fileIn(folder).toStdString());
    ConversationStore store(fileIn(folder));
    EXPECT_FALSE(store.onDisk());
    EXPECT_EQ(read(fileIn(folder).toStdString()), before);
}

TEST(ConversationStore, SaysThatTheFileIsLockedAndWritesWhenItIsFree)
{
    const TempFolder folder;
    ConversationStore store(fileIn(folder));
    QSignalSpy troubled(&store, &ConversationStore::troubled);
    const qint64 id = keep(store, "x", {{"user", "a", {}}});
    QProcess other; // another program in the middle of a write
    other.start("python3",
                {"-c",
                 "import sqlite3, sys\nc = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
                 "c.execute('BEGIN EXCLUSIVE')\nprint('locked', flush=True)\nsys.stdin.readline()",
                 fileIn(folder)});
    ASSERT_TRUE(other.waitForReadyRead(20000));
    EXPECT_FALSE(store.append(id, 0, "b", {}));
    EXPECT_FALSE(store.append(id, 0, "b", {}));
    spin();
    ASSERT_EQ(troubled.size(), 1) << "said once";
    EXPECT_TRUE(troubled[0][0].toString().contains("locked"));
    other.write("go\n");
    other.closeWriteChannel();
    other.waitForFinished();
    EXPECT_TRUE(store.append(id, 0, "b", {}));
    EXPECT_EQ(store.load(id)->messages[0].content, "ab");
}

TEST(ConversationStore, LosesNothingWhenTheDiskIsFull)
{
    const TempFolder folder;
    ConversationStore store(fileIn(folder));
    QSignalSpy troubled(&store, &ConversationStore::troubled);
    const qint64 id = keep(store, "x", {{"user", "a", {}}});
    rlimit usual {};
    ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &usual), 0);
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit small {200 * 1024, usual.rlim_max}; // files grow no further, as on a full disk
    ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
    const bool written = store.append(id, 0, std::string(500 * 1024, 'b'), {});
    ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &usual), 0);
    EXPECT_FALSE(written);
    spin();
    EXPECT_EQ(troubled.size(), 1);
    EXPECT_EQ(store.load(id)->messages[0].content, "a");
    EXPECT_TRUE(store.append(id, 0, "b", {}));
    EXPECT_EQ(store.load(id)->messages[0].content, "ab");
}

TEST(ConversationStore, EmptiesItsLogWhileItWrites)
{
    const TempFolder folder;
    ConversationStore store(fileIn(folder));
    const qint64 id = keep(store, "long", {{"user", "Go.", {}}, {"assistant", "", {}}});
    const std::string text(4096, 'x');
    constexpr int kRounds = 8, kCalls = 500;
    for (int round = 0; round < kRounds; ++round) {
        for (int i = 0; i < kCalls; ++i) ASSERT_TRUE(store.append(id, 1, text, {1}));
        ASSERT_TRUE(store.write(id, {{"user", "Go.", {}}, {"assistant", "Done.", {}}}, 1));
        spin(150); // the other thread's turn
    }
    // Two pages or three for each call; a log that is never emptied would hold them all.
    constexpr qint64 kPage = 4096, kAll = 2 * kPage * kRounds * kCalls;
    EXPECT_LT(QFileInfo(fileIn(folder) + "-wal").size(), kAll / 2);
    EXPECT_EQ(store.load(id)->messages[1].content, "Done.");
}

TEST(ConversationStore, ExportsWhatIsReadBack)
{
    const TempFolder folder;
    ConversationStore store;
    const qint64 id =
        keep(store, "Fox", {{"user", "Who?", {}}, {"assistant", "Pip \xff # *x*", {5, 6}}});
    const StoredConversation whole = *store.load(id);
    const std::string base = folder.path().string();
    ASSERT_TRUE(exportConversation(whole, QString::fromStdString(base + "/a.json")));
    const QJsonObject json =
        QJsonDocument::fromJson(QByteArray::fromStdString(read(base + "/a.json"))).object();
    EXPECT_EQ(json["title"], "Fox");
    EXPECT_EQ(json["messages"][0]["content"], "Who?");
    EXPECT_EQ(json["messages"][1]["ids"].toArray(), (QJsonArray {5, 6}));
    EXPECT_EQ(QByteArray::fromBase64(json["messages"][1]["content_base64"].toString().toLatin1()),
              "Pip \xff # *x*");
    EXPECT_FALSE(json["messages"][0].toObject().contains("content_base64"));
    ASSERT_TRUE(exportConversation(whole, QString::fromStdString(base + "/a.MD")));
    const std::string text = read(base + "/a.MD");
    EXPECT_EQ(text.find("# Fox\n\n*tiny · "), 0U);
    EXPECT_NE(text.find("\n## You\n\nWho?\n"), std::string::npos);
    EXPECT_NE(text.find("\n## tiny\n\nPip \xEF\xBF\xBD # *x*\n"), std::string::npos);
    EXPECT_EQ(exportConversation(whole, "a.txt").error().code, ErrorCode::bad_argument);
    EXPECT_EQ(exportConversation(whole, "/no/such/folder/a.md").error().code, ErrorCode::io);
}

TEST(ConversationList, ShowsTheNewestFirstAndEditsTitles)
{
    ConversationStore store;
    keep(store, "one", {{"user", "a", {}}});
    QTest::qSleep(3);
    const qint64 two = keep(store, "two", {{"user", "b", {}}, {"assistant", "c", {}}});
    ConversationList list(store);
    list.reload();
    ASSERT_EQ(list.rowCount(), 2);
    EXPECT_EQ(list.index(0).data(), "two");
    EXPECT_TRUE(list.index(0)
                    .data(ConversationList::kLineRole)
                    .toString()
                    .endsWith(" · tiny · 2 messages"));
    EXPECT_TRUE(list.index(1).data(ConversationList::kLineRole).toString().endsWith("1 message"));
    EXPECT_TRUE(list.setData(list.index(0), "zwei", Qt::EditRole));
    list.setSearch("ZWEI");
    ASSERT_EQ(list.rowCount(), 1);
    EXPECT_EQ(list.indexOf(two).row(), 0);
}

TEST(ConversationList, SaysShortlyWhenItWas)
{
    const QDateTime now(QDate(2026, 3, 5), QTime(14, 5));
    EXPECT_EQ(shortDate(now.addSecs(-60), now), "14:04");
    EXPECT_EQ(shortDate(now.addDays(-1), now), "Yesterday");
    EXPECT_EQ(shortDate(now.addDays(-40), now), "24 Jan");
    EXPECT_EQ(shortDate(now.addYears(-1), now), "5 Mar 2025");
}

} // namespace mixscope
