#include "engine/tensor_file.h"

#include <cstdlib>

using namespace mixscope;

// Whatever is accepted lies inside the image and tiles it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto* bytes = reinterpret_cast<const std::byte*>(data);
    const auto tensors = parse_safetensors(bytes, size, "fuzz.safetensors");
    if (!tensors) return tensors.error().what.empty() ? std::abort(), 0 : 0;
    const std::byte* at = nullptr;
    for (const StoredTensor& tensor : *tensors) {
        if (at != nullptr && tensor.data != at) std::abort();
        at = tensor.data + tensor.bytes;
        if (tensor.data < bytes || at > bytes + size) std::abort();
    }
    if (at != nullptr && at != bytes + size) std::abort();
    return 0;
}
