#include "engine/backends.h"

#include "engine/cpu_backend.h"
#include "engine/cuda_module.h"

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

} // namespace

Result<std::unique_ptr<Backend>> create_backend(const EngineOptions& options)
{
    if (options.backend != "auto" && options.backend != "cpu" && options.backend != "cuda") {
        return Error {ErrorCode::bad_argument,
                      "backend is \"" + options.backend + "\", wanted cpu, cuda or auto",
                      "Leave it out to choose automatically."};
    }
    const Result<std::optional<CpuIsa>> isa = isa_named(options.cpu_isa);
    if (!isa) return isa.error();
    if (options.backend != "cpu") {
        Result<std::unique_ptr<Backend>> cuda = load_cuda_backend(cuda_module_path());
        if (cuda || options.backend == "cuda") return cuda;
    }
    Result<std::unique_ptr<CpuBackend>> cpu = CpuBackend::create(options.threads, *isa);
    if (!cpu) return cpu.error();
    return std::unique_ptr<Backend>(std::move(cpu).value());
}

} // namespace mixscope
