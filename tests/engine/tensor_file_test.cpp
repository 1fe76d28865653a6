#include "engine/tensor_file.h"
#include "tests/support/fixtures.h"
#include "tests/support/temp_folder.h"

#include <cstring>
#include <fstream>
#include <gtest/gtest.h>

namespace mixscope {
namespace {

// A safetensors image: length, header, data.
std::string image(const std::string& header, const std::string& data = {})
{
    const std::uint64_t length = header.size();
    return std::string(reinterpret_cast<const char*>(&length), sizeof length) + header + data;
}

Result<std::vector<StoredTensor>> parse(const std::string& file)
{
    return parse_safetensors(reinterpret_cast<const std::byte*>(file.data()), file.size(),
                             "x.safetensors");
}

std::string entry(const std::string& name, const std::string& dtype, const std::string& shape,
                  int begin, int end)
{
    return '"' + name + R"(":{"dtype":")" + dtype + R"(","shape":)" + shape + R"(,"data_offsets":[)"
        + std::to_string(begin) + "," + std::to_string(end) + "]}";
}

TEST(Safetensors, ReadsTensorsInTheOrderOfTheirData)
{
    const std::string file =
        image("{" + entry("late", "F32", "[1,2]", 2, 10) + "," + entry("early", "BF16", "[]", 0, 2)
                  + R"(,"__metadata__":{"format":"pt"}})",
              "0123456789");
    const auto tensors = parse(file);
    ASSERT_TRUE(tensors) << tensors.error().what;
    ASSERT_EQ(tensors->size(), 2U);
    EXPECT_EQ(tensors->at(0).name, "early");
    EXPECT_EQ(tensors->at(0).shape, std::vector<std::int64_t>());
    EXPECT_EQ(tensors->at(1).name, "late");
    EXPECT_EQ(tensors->at(1).dtype, "F32");
    EXPECT_EQ(tensors->at(1).shape, (std::vector<std::int64_t> {1, 2}));
    EXPECT_EQ(std::memcmp(tensors->at(1).data, "23456789", 8), 0);
}

TEST(Safetensors, AcceptsAnEmptyFileOfNoTensorsAndSpaceAroundTheHeader)
{
    EXPECT_TRUE(parse(image("{}")));
    EXPECT_TRUE(parse(image("{}      ")));
    EXPECT_TRUE(parse(image("\n\t {}")));
    EXPECT_TRUE(parse(image("{" + entry("none", "F32", "[0,3]", 0, 0) + "}")));
}

TEST(Safetensors, NamesTheTensorWhoseSizeIsWrong)
{
    const auto tensors = parse(image("{" + entry("w", "F32", "[3]", 0, 8) + "}", "01234567"));
    ASSERT_FALSE(tensors);
    EXPECT_EQ(tensors.error().code, ErrorCode::bad_format);
    EXPECT_EQ(tensors.error().what,
              "x.safetensors: tensor \"w\" has 8 bytes, wanted 12 for F32 [3]");
}

TEST(Safetensors, WritesWhatItReads)
{
    const TempFolder folder;
    const auto path = folder.path() / "out.safetensors";
    const auto written = write_safetensors(
        path, {{"b", {2, 1}, {1.5F, -2.0F}}, {"a \"quoted\"", {}, {3.0F}}}, {{"made by", "test"}});
    ASSERT_TRUE(written) << written.error().what;

    const auto checkpoint = Checkpoint::open_file(path);
    ASSERT_TRUE(checkpoint) << checkpoint.error().what;
    EXPECT_EQ(checkpoint->tensors().front().name, "a \"quoted\"");
    const StoredTensor* b = checkpoint->find("b");
    ASSERT_NE(b, nullptr);
    EXPECT_EQ(b->shape, (std::vector<std::int64_t> {2, 1}));
    float values[2] = {};
    std::memcpy(values, b->data, sizeof values);
    EXPECT_EQ(values[0], 1.5F);
    EXPECT_EQ(values[1], -2.0F);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(checkpoint->tensors().front().data) % 8, 0U);
    EXPECT_FALSE(std::filesystem::exists(folder.path() / "out.safetensors.partial"));
}

TEST(Safetensors, RefusesToWriteWrongShapesAndTwins)
{
    const TempFolder folder;
    const auto path = folder.path() / "out.safetensors";
    EXPECT_FALSE(write_safetensors(path, {{"a", {3}, {1.0F}}}, {}));
    EXPECT_FALSE(write_safetensors(path, {{"a", {-1}, {}}}, {}));
    EXPECT_FALSE(write_safetensors(path, {{"a", {std::int64_t(1) << 62, 4}, {}}}, {}));
    EXPECT_FALSE(write_safetensors(path, {{"a", {1}, {1.0F}}, {"a", {1}, {1.0F}}}, {}));
    EXPECT_FALSE(std::filesystem::exists(path));
    EXPECT_FALSE(write_safetensors(folder.path() / "no folder" / "x", {}, {}));
}

TEST(Checkpoint, OpensTheBundledModelFromItsShards)
{
    const auto checkpoint = Checkpoint::open(bundled_model());
    ASSERT_TRUE(checkpoint) << checkpoint.error().what;
    const StoredTensor* embedding = checkpoint->find("model.embed_tokens.weight");
    ASSERT_NE(embedding, nullptr);
    EXPECT_EQ(embedding->shape, (std::vector<std::int64_t> {8192, 256}));
    EXPECT_EQ(embedding->dtype, "BF16");
    EXPECT_EQ(checkpoint->find("no such tensor"), nullptr);
    EXPECT_GT(checkpoint->total_bytes(), 25'000'000U);
}

TEST(Checkpoint, PrefersTheSingleFileOnlyWhenItIsComplete)
{
    const TempFolder folder;
    const std::string one = image("{" + entry("a", "U8", "[1]", 0, 1) + "}", "A");
    const std::string two = image(
        "{" + entry("a", "U8", "[1]", 0, 1) + "," + entry("b", "U8", "[1]", 1, 2) + "}", "ab");
    folder.write("shard-1.safetensors", two);
    folder.write("model.safetensors.index.json",
                 R"({"weight_map":{"a":"shard-1.safetensors","b":"shard-1.safetensors"}})");

    folder.write("model.safetensors", one);
    auto checkpoint = Checkpoint::open(folder.path());
    ASSERT_TRUE(checkpoint) << checkpoint.error().what;
    EXPECT_EQ(std::to_integer<char>(*checkpoint->find("a")->data), 'a') << "incomplete: the shards";

    folder.write(
        "model.safetensors",
        image("{" + entry("b", "U8", "[1]", 0, 1) + "," + entry("a", "U8", "[1]", 1, 2) + "}",
              "BA"));
    checkpoint = Checkpoint::open(folder.path());
    ASSERT_TRUE(checkpoint) << checkpoint.error().what;
    EXPECT_EQ(std::to_integer<char>(*checkpoint->find("a")->data), 'A') << "complete: the file";
}

TEST(Checkpoint, IgnoresTensorsThatTheIndexDoesNotName)
{
    const TempFolder folder;
    folder.write(
        "s1",
        image("{" + entry("a", "U8", "[1]", 0, 1) + "," + entry("b", "U8", "[1]", 1, 2) + "}",
              "aX"));
    folder.write("s2", image("{" + entry("b", "U8", "[1]", 0, 1) + "}", "b"));
    folder.write("model.safetensors.index.json", R"({"weight_map":{"a":"s1","b":"s2"}})");
    const auto checkpoint = Checkpoint::open(folder.path());
    ASSERT_TRUE(checkpoint) << checkpoint.error().what;
    EXPECT_EQ(checkpoint->tensors().size(), 2U);
    EXPECT_EQ(std::to_integer<char>(*checkpoint->find("b")->data), 'b');
}

TEST(Checkpoint, FollowsLinksToRegularFiles)
{
    const TempFolder folder;
    folder.write("blob", image("{" + entry("a", "U8", "[1]", 0, 1) + "}", "A"));
    std::filesystem::create_symlink("blob", folder.path() / "model.safetensors");
    EXPECT_TRUE(Checkpoint::open(folder.path()));
}

TEST(Checkpoint, NamesWhatIsMissing)
{
    const TempFolder folder;
    auto checkpoint = Checkpoint::open(folder.path());
    ASSERT_FALSE(checkpoint);
    EXPECT_EQ(checkpoint.error().code, ErrorCode::not_found);

    folder.write("model.safetensors.index.json", R"({"weight_map":{"a":"s1"}})");
    checkpoint = Checkpoint::open(folder.path());
    ASSERT_FALSE(checkpoint);
    EXPECT_EQ(checkpoint.error().what, "s1 was not found");

    folder.write("s1", image("{" + entry("b", "U8", "[1]", 0, 1) + "}", "b"));
    checkpoint = Checkpoint::open(folder.path());
    ASSERT_FALSE(checkpoint);
    EXPECT_EQ(checkpoint.error().what, "s1 has no tensor \"a\", wanted by the index");
}

} // namespace
} // namespace mixscope
