// Writes the starting inputs of the fuzzers into a folder: write_seeds FOLDER.
// Binary formats only; the readable seeds are files in corpus/.

#include "tests/support/tiny_tokenizer.h"

#include <cstdint>
#include <filesystem>
#include <fstream>

using namespace mixscope;

namespace {

namespace fs = std::filesystem;
using Algorithm = SentencePieceModel::Algorithm;

void write(const fs::path& folder, const std::string& name, const std::string& bytes)
{
    fs::create_directories(folder);
    std::ofstream(folder / name, std::ios::binary) << bytes;
}

std::string safetensors(const std::string& header, std::size_t data_bytes)
{
    const std::uint64_t length = header.size();
    return std::string(reinterpret_cast<const char*>(&length), sizeof length) + header
        + std::string(data_bytes, 'x');
}

void write_tensor_files(const fs::path& folder)
{
    write(folder, "empty", safetensors("{}", 0));
    write(folder, "two",
          safetensors(R"({"__metadata__":{"format":"pt"},"a":{"dtype":"BF16","shape":[1,2],)"
                      R"("data_offsets":[0,4]},"b":{"dtype":"F32","shape":[],)"
                      R"("data_offsets":[4,8]}}  )",
                      8));
    write(folder, "small_types",
          safetensors(R"({"a":{"dtype":"F4","shape":[2],"data_offsets":[0,1]},)"
                      R"("b":{"dtype":"I64","shape":[0,3],"data_offsets":[1,1]}})",
                      1));
}

// See tokenizer_fuzz.cpp for the two leading bytes.
std::string tokenizer_seed(int kind, const std::string& text, const std::string& rest)
{
    return std::string {char(kind), char(text.size())} + text + rest;
}

void write_tokenizers(const fs::path& folder)
{
    const std::string text = " a abc  x<|end|>";
    for (const Algorithm algorithm : {Algorithm::bpe, Algorithm::unigram}) {
        const std::string name = algorithm == Algorithm::bpe ? "bpe" : "unigram";
        for (const bool bytes : {false, true}) {
            write(folder, name + (bytes ? "_bytes" : ""),
                  tokenizer_seed(0, text, serialize(tiny_tokenizer(algorithm, bytes))));
        }
        SentencePieceModel ruled = tiny_tokenizer(algorithm, false);
        ruled.charsmap = tiny_charsmap({{"A", "a"}});
        ruled.remove_extra_whitespaces = true;
        write(folder, name + "_rules", tokenizer_seed(0, "xA AB", serialize(ruled)));
    }
    const std::string rules = tiny_charsmap({{"A", "a"}, {"AB", "ab c"}, {"\xC3\xA9", ""}});
    write(folder, "rules_of_bpe", tokenizer_seed(1, "AxABé", rules));
    write(folder, "rules_of_unigram", tokenizer_seed(2, "AxABé", rules));
}

} // namespace

int main(int count, char** arguments)
{
    if (count != 2) return 2;
    write_tensor_files(fs::path(arguments[1]) / "tensor_file");
    write_tokenizers(fs::path(arguments[1]) / "tokenizer");
    return 0;
}
