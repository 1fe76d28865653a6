#include "ui/export/table_writer.h"

#include <QBuffer>

#include <gtest/gtest.h>
#include <limits>

namespace mixscope {

namespace {

class TableWriterTest : public testing::Test {
protected:
    TableWriterTest() { buffer.open(QIODevice::WriteOnly); }

    QBuffer buffer;
    TableWriter table {buffer};
};

} // namespace

TEST_F(TableWriterTest, WritesCommentsColumnsAndRows)
{
    table.comment("two\nlines");
    table.columns({"token", "time [ms]"});
    table.cell(0).cell(1.5).endRow();
    table.cell(1).cell(0.25).endRow();
    EXPECT_EQ(buffer.data(), "# two\n# lines\ntoken,time [ms]\n0,1.5\n1,0.25\n");
    EXPECT_EQ(table.rows(), 2);
}

TEST_F(TableWriterTest, QuotesWhatWouldBreakARow)
{
    table.cell(QString("a,b"))
        .cell(QString("say \"hi\""))
        .cell(QString("x\ny"))
        .cell(QString(" Pip"));
    table.endRow();
    EXPECT_EQ(buffer.data(), "\"a,b\",\"say \"\"hi\"\"\",\"x\ny\",\" Pip\"\n");
}

TEST_F(TableWriterTest, LeavesWhatWasNotCapturedEmpty)
{
    table.cell(1).cell(std::numeric_limits<double>::quiet_NaN()).cell(2).endRow();
    EXPECT_EQ(buffer.data(), "1,,2\n");
}

TEST_F(TableWriterTest, KeepsEveryBitOfAFloat)
{
    const float value = 0.1F + 1e-7F;
    table.cell(value).endRow();
    EXPECT_EQ(buffer.data().trimmed().toFloat(), value);
}

TEST(TableWriter, SaysThatTheDeviceIsFull)
{
    QBuffer closed;
    TableWriter table(closed);
    table.cell(1);
    EXPECT_FALSE(table.ok());
}

} // namespace mixscope
