#include "engine/backends.h"

#include "engine/cpu_backend.h"
#include "engine/cuda_module.h"

#include <charconv>
#include <string_view>

namespace mixscope {

namespace {

Result<std::optional<CpuIsa>> isa_named(const std::string& name)
{
    if (name.empty()) return std::optional<CpuIsa> {};
    if (name == "scalar") return std::optional<CpuIsa> {CpuIsa::scalar};
    if (name == "avx2") return std::optional<CpuIsa> {CpuIsa::avx2};
    if (name == "avx512") return std::optional<CpuIsa> {CpuIsa::avx512};
    if (name == "amx") return std::optional<CpuIsa> {CpuIsa::amx};
    return Error {ErrorCode::bad_argument,
                  "instruction set is \"" + name + "\", wanted avx2, avx512 or amx",
                  "Leave it out to use the best there is."};
}

/// "cuda:1" names GPU 1; any other name leaves the choice open (-1).
Result<int> device_named(const std::string& backend)
{
    constexpr std::string_view kPrefix = "cuda:";
    if (backend.rfind(kPrefix, 0) != 0) return -1;
    int device = 0;
    const char* end = backend.data() + backend.size();
    const auto [last, failed] = std::from_chars(backend.data() + kPrefix.size(), end, device);
    if (failed != std::errc() || last != end || device < 0) {
        return Error {ErrorCode::bad_argument,
                      "GPU is \"" + backend.substr(kPrefix.size()) + "\", wanted its number",
                      "Write cuda:0 for the first one."};
    }
    return device;
}

} // namespace

Result<std::unique_ptr<Backend>> create_backend(const EngineOptions& options)
{
    const Result<int> device = device_named(options.backend);
    if (!device) return device.error();
    const bool cuda_wanted = options.backend == "cuda" || *device >= 0;
    if (options.backend != "auto" && options.backend != "cpu" && !cuda_wanted) {
        return Error {ErrorCode::bad_argument,
                      "backend is \"" + options.backend + "\", wanted cpu, cuda, cuda:N or auto",
                      "Leave it out to choose automatically."};
    }
    const Result<std::optional<CpuIsa>> isa = isa_named(options.cpu_isa);
    if (!isa) return isa.error();
    if (options.backend != "cpu") {
        Result<std::unique_ptr<Backend>> cuda = load_cuda_backend(cuda_module_path(), *device);
        if (cuda || cuda_wanted) return cuda;
    }
    Result<std::unique_ptr<CpuBackend>> cpu = CpuBackend::create(options.threads, *isa);
    if (!cpu) return cpu.error();
    return std::unique_ptr<Backend>(std::move(cpu).value());
}

} // namespace mixscope
