#include "engine/tensor_file.h"
#include "tests/support/temp_folder.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

namespace mixscope {
namespace {

std::string little_endian(std::uint64_t value)
{
    return {reinterpret_cast<const char*>(&value), sizeof value};
}

std::string image(const std::string& header, const std::string& data = {})
{
    return little_endian(header.size()) + header + data;
}

// The error's sentence, without the file's name; empty when the image is accepted.
std::string refusal(const std::string& file)
{
    const auto tensors =
        parse_safetensors(reinterpret_cast<const std::byte*>(file.data()), file.size(), "x");
    if (tensors) return "";
    EXPECT_EQ(tensors.error().code, ErrorCode::bad_format);
    EXPECT_FALSE(tensors.error().hint.empty());
    EXPECT_EQ(tensors.error().what.substr(0, 3), "x: ");
    return tensors.error().what.substr(3);
}

// One tensor "a" of the given fields over `bytes` bytes of data.
std::string refused_entry(const std::string& fields, std::size_t bytes = 0)
{
    return refusal(image("{\"a\":" + fields + "}", std::string(bytes, 'x')));
}

TEST(HostileSafetensors, LengthFieldsOfEverySize)
{
    EXPECT_EQ(refusal(""), "has 0 bytes, wanted at least 8");
    EXPECT_EQ(refusal("1234567"), "has 7 bytes, wanted at least 8");
    EXPECT_EQ(refusal(little_endian(0)), "the header is not a JSON object");
    EXPECT_EQ(refusal(little_endian(1) + "{"), "the header is not a JSON object");
    EXPECT_EQ(refusal(little_endian(3) + "{}"), "announces a header of 3 bytes, wanted at most 2");
    EXPECT_EQ(refusal(little_endian(UINT64_MAX) + "{}"),
              "announces a header of 18446744073709551615 bytes, wanted at most 2");
    EXPECT_EQ(refusal(little_endian(UINT64_MAX - 7) + "{}"),
              "announces a header of 18446744073709551608 bytes, wanted at most 2");
}

TEST(HostileSafetensors, HeaderOfMoreThan100Megabytes)
{
    const std::uint64_t length = 100'000'001;
    std::string file = little_endian(length) + std::string(length, ' ');
    EXPECT_EQ(refusal(file), "announces a header of 100000001 bytes, wanted at most 100000000");
}

TEST(HostileSafetensors, HeadersThatAreNoObject)
{
    for (const char* header :
         {"[]", "1", "\"x\"", " ", "\xEF\xBB\xBF{}", "{}{}", "{", "}", "{]", "nul{}"}) {
        EXPECT_NE(refusal(image(header)), "") << header;
    }
    EXPECT_EQ(refusal(image(std::string("{} \0}", 5))),
              "the header has a zero byte at line 1, column 4");
    EXPECT_EQ(refusal(image("{\"a\": \n 1x}")), "tensor \"a\" has 1 in a place where it cannot be");
    EXPECT_EQ(refusal(image("{\"\xFF\":{}}")), "the header is not valid JSON at line 1, column 3");
}

TEST(HostileSafetensors, OverlapsHolesAndTrailingBytes)
{
    const std::string first = R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]})";
    const auto second = [&](int begin, int end) {
        return first + R"(,"b":{"dtype":"U8","shape":[)" + std::to_string(end - begin)
            + R"(],"data_offsets":[)" + std::to_string(begin) + "," + std::to_string(end) + "]}}";
    };
    EXPECT_EQ(refusal(image(second(4, 8), "01234567")), "");
    EXPECT_EQ(refusal(image(second(3, 8), "01234567")),
              "tensor \"b\" has bytes 3 to 8, wanted them to start at 4");
    EXPECT_EQ(refusal(image(second(5, 8), "01234567")),
              "tensor \"b\" has bytes 5 to 8, wanted them to start at 4");
    EXPECT_EQ(refusal(image(second(4, 8), "012345678")),
              "has 9 bytes of data, wanted 8 as its header says");
    EXPECT_EQ(refusal(image(second(4, 8), "0123456")),
              "has 7 bytes of data, wanted 8 as its header says");
    EXPECT_EQ(refusal(image("{}", "x")), "has 1 bytes of data, wanted 0 as its header says");
    EXPECT_EQ(refused_entry(R"({"dtype":"U8","shape":[4],"data_offsets":[1,5]})", 5),
              "tensor \"a\" has bytes 1 to 5, wanted them to start at 0");
    EXPECT_EQ(refused_entry(R"({"dtype":"U8","shape":[0],"data_offsets":[0,0]})", 1),
              "has 1 bytes of data, wanted 0 as its header says");
}

TEST(HostileSafetensors, ManyEntriesOnTheSameBytes)
{
    std::string header = "{";
    for (int i = 0; i < 1000; ++i) {
        header += (i > 0 ? "," : "") + ("\"t" + std::to_string(i))
            + R"(":{"dtype":"U8","shape":[4],"data_offsets":[0,4]})";
    }
    EXPECT_NE(refusal(image(header + "}", "0123")), "");
}

TEST(HostileSafetensors, DuplicateKeys)
{
    const std::string entry = R"("a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]})";
    EXPECT_EQ(refusal(image("{" + entry + "," + entry + "}")), "\"a\" occurs twice");
    EXPECT_EQ(refusal(image(R"({"__metadata__":{},"__metadata__":{}})")),
              "\"__metadata__\" occurs twice");
    EXPECT_EQ(refusal(image(R"({"__metadata__":{"k":"1","k":"2"}})")),
              "__metadata__ has the key \"k\" twice");
    EXPECT_EQ(refused_entry(R"({"dtype":"U8","dtype":"U8","shape":[0],"data_offsets":[0,0]})"),
              "tensor \"a\" has the field \"dtype\" twice");
}

TEST(HostileSafetensors, WrongFields)
{
    EXPECT_EQ(refused_entry("{}"), "tensor \"a\" lacks one of dtype, shape and data_offsets");
    EXPECT_EQ(refused_entry("[]"), "tensor \"a\" has a list in a place where it cannot be");
    EXPECT_EQ(refused_entry(R"({"dtype":"U8","shape":[0],"data_offsets":[0,0],"x":1})"),
              "tensor \"a\" has the unknown field \"x\"");
    EXPECT_EQ(refused_entry(R"({"dtype":"F33","shape":[0],"data_offsets":[0,0]})"),
              "tensor \"a\" has the unknown dtype \"F33\"");
    EXPECT_EQ(refused_entry(R"({"dtype":8,"shape":[0],"data_offsets":[0,0]})"),
              "tensor \"a\" has 8 in a place where it cannot be");
    EXPECT_EQ(refused_entry(R"({"dtype":"U8","shape":[-1],"data_offsets":[0,0]})"),
              "tensor \"a\" has -1 where a whole number belongs");
    EXPECT_EQ(refused_entry(R"({"dtype":"U8","shape":[1.0],"data_offsets":[0,1]})", 1),
              "tensor \"a\" has 1.0 where a whole number belongs");
    EXPECT_EQ(refused_entry(R"({"dtype":"U8","shape":["1"],"data_offsets":[0,1]})", 1),
              "tensor \"a\" has a string where a whole number belongs");
    EXPECT_EQ(refused_entry(R"({"dtype":"U8","shape":[1],"data_offsets":[0.0,1]})", 1),
              "tensor \"a\" has 0.0 where a whole number belongs");
    EXPECT_EQ(refused_entry(R"({"dtype":"U8","shape":[1],"data_offsets":[-0,1]})", 1),
              "tensor \"a\" has 0 where a whole number belongs");
    EXPECT_EQ(refused_entry(R"({"dtype":"U8","shape":[0],"data_offsets":[0]})"),
              "tensor \"a\" has 1 data_offsets, wanted 2");
    EXPECT_EQ(refused_entry(R"({"dtype":"U8","shape":[0],"data_offsets":[0,0,0]})"),
              "tensor \"a\" has more than 2 data_offsets");
    EXPECT_EQ(refused_entry(R"({"dtype":"U8","shape":[[0]],"data_offsets":[0,0]})"),
              "tensor \"a\" has a list where a whole number belongs");
    EXPECT_EQ(refused_entry(R"({"dtype":"U8","shape":[0],"data_offsets":[4,0]})", 4),
              "tensor \"a\" has bytes 4 to 0, wanted them to start at 0");
}

TEST(HostileSafetensors, SizesThatDisagreeOrOverflow)
{
    EXPECT_EQ(refused_entry(R"({"dtype":"F32","shape":[2],"data_offsets":[0,4]})", 4),
              "tensor \"a\" has 4 bytes, wanted 8 for F32 [2]");
    EXPECT_EQ(refused_entry(R"({"dtype":"F4","shape":[3],"data_offsets":[0,2]})", 2),
              "tensor \"a\" has 2 bytes, wanted a possible number for F4 [3]");
    const std::string large = std::to_string((std::uint64_t(1) << 48) - 1);
    EXPECT_EQ(
        refused_entry(
            R"({"dtype":"U8","shape":[)" + large + "," + large + R"(],"data_offsets":[0,1]})", 1),
        "tensor \"a\" has 1 bytes, wanted a possible number for U8 [" + large + ", " + large + "]");
    EXPECT_EQ(refused_entry(R"({"dtype":"U8","shape":[281474976710656],"data_offsets":[0,0]})"),
              "tensor \"a\" has the dimension 281474976710656");
    EXPECT_EQ(
        refused_entry(R"({"dtype":"U8","shape":[1,1,1,1,1,1,1,1,1],"data_offsets":[0,1]})", 1),
        "tensor \"a\" has more than 8 dimensions");
    // 2^61 * 64 bits wraps around to 0 in 64-bit arithmetic.
    EXPECT_NE(refused_entry(R"({"dtype":"I64","shape":[1073741824,2147483648],)"
                            R"("data_offsets":[0,0]})"),
              "");
}

TEST(HostileSafetensors, NamesThatAreTooLongOrHoldZero)
{
    const std::string tail = R"(":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}})";
    EXPECT_EQ(refusal(image("{\"" + std::string(4096, 'n') + tail)), "");
    EXPECT_EQ(refusal(image("{\"" + std::string(4097, 'n') + tail)),
              "has a tensor name of 4097 bytes, wanted at most 4096 and no zero byte");
    EXPECT_EQ(refusal(image("{\"a\\u0000b" + tail)),
              "has a tensor name of 3 bytes, wanted at most 4096 and no zero byte");
}

TEST(HostileSafetensors, MetadataThatIsNoListOfStrings)
{
    EXPECT_EQ(refusal(image(R"({"__metadata__":{"a":1}})")),
              "__metadata__ holds 1, wanted strings");
    EXPECT_EQ(refusal(image(R"({"__metadata__":{"a":{"b":{}}}})")),
              "__metadata__ holds an object, wanted strings");
    EXPECT_EQ(refusal(image(R"({"__metadata__":3})")), "__metadata__ is 3, wanted an object");
    std::string nested;
    for (int i = 0; i < 100000; ++i) {
        nested += "[";
    }
    EXPECT_EQ(refusal(image("{\"__metadata__\":" + nested + "}")),
              "__metadata__ is a list, wanted an object");
}

class HostileIndex : public testing::Test {
protected:
    Error open(const std::string& index)
    {
        folder_.write("model.safetensors.index.json", index);
        auto checkpoint = Checkpoint::open(folder_.path());
        if (checkpoint) throw std::runtime_error("accepted: " + index);
        EXPECT_FALSE(checkpoint.error().hint.empty());
        return checkpoint.error();
    }

    TempFolder folder_;
};

TEST_F(HostileIndex, FileNamesThatLeaveTheFolder)
{
    std::filesystem::create_directory(folder_.path() / "sub");
    for (const char* name : {"../x.safetensors", "/etc/passwd", "sub/x.safetensors", "..", ".", "",
                             "a\\\\b", "x\\u0000y"}) {
        const Error error = open(R"({"weight_map":{"a":")" + std::string(name) + "\"}}");
        EXPECT_EQ(error.code, ErrorCode::bad_format) << name;
        EXPECT_NE(error.what.find("tensor \"a\" is in \""), std::string::npos) << error.what;
    }
}

TEST_F(HostileIndex, ShardsThatAreMissingOrNoFiles)
{
    EXPECT_EQ(open(R"({"weight_map":{"a":"gone.safetensors"}})").what,
              "gone.safetensors was not found");
    std::filesystem::create_directory(folder_.path() / "sub");
    EXPECT_EQ(open(R"({"weight_map":{"a":"sub"}})").what, "sub is not a regular file");
    ASSERT_EQ(::mkfifo((folder_.path() / "pipe").c_str(), 0600), 0);
    EXPECT_EQ(open(R"({"weight_map":{"a":"pipe"}})").what, "pipe is not a regular file");
    std::filesystem::create_symlink("nowhere", folder_.path() / "link");
    EXPECT_EQ(open(R"({"weight_map":{"a":"link"}})").what, "link was not found");
    folder_.write("empty", "");
    EXPECT_EQ(open(R"({"weight_map":{"a":"empty"}})").what,
              "empty: has 0 bytes, wanted at least 8");
}

TEST_F(HostileIndex, ATensorInTwoShards)
{
    EXPECT_EQ(open(R"({"weight_map":{"a":"s1","a":"s2"}})").what,
              "model.safetensors.index.json: the key \"a\" occurs twice");
}

TEST_F(HostileIndex, MapsThatAreNoMaps)
{
    for (const char* index : {"{}", "[]", "3", R"({"weight_map":[]})", R"({"weight_map":{"a":1}})",
                              R"({"weight_map":{"a":null}})", "{\"weight_map\":", ""}) {
        EXPECT_EQ(open(index).code, ErrorCode::bad_format) << index;
    }
}

} // namespace
} // namespace mixscope
