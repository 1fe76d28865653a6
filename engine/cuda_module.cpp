#include "engine/cuda_module.h"

#include <dlfcn.h>

namespace mixscope {

namespace {

Error no_cuda(std::string what, std::string hint)
{
    return {ErrorCode::device, std::move(what), std::move(hint)};
}

std::string last_problem()
{
    const char* text = dlerror();
    return text != nullptr ? text : "unknown reason";
}

} // namespace

std::filesystem::path cuda_module_path()
{
    std::error_code ignored;
    return std::filesystem::read_symlink("/proc/self/exe", ignored).parent_path()
        / "mixscope_cuda.so";
}

Result<std::unique_ptr<Backend>> load_cuda_backend(const std::filesystem::path& module,
                                                   int device)
{
    std::error_code ignored;
    if (!std::filesystem::exists(module, ignored)) {
        return no_cuda("this program was built without CUDA (there is no " + module.string() + ")",
                       "Build it where the CUDA Toolkit 13 is installed, or use the CPU.");
    }
    // Asked first because it is cheap: the module brings half a gigabyte of libraries along.
    if (dlopen("libcuda.so.1", RTLD_LAZY | RTLD_LOCAL) == nullptr) {
        return no_cuda("there is no NVIDIA driver on this machine (" + last_problem() + ")",
                       "Install NVIDIA's driver, version 580 or newer, or use the CPU.");
    }
    // Never closed: buffers hold functions of the module.
    void* library = dlopen(module.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) {
        return no_cuda("the CUDA module does not load: " + last_problem(),
                       "Install cuBLAS of the CUDA Toolkit 13, or use the CPU.");
    }
    const auto create = reinterpret_cast<CudaModuleEntry>(dlsym(library, kCudaModuleEntry));
    if (create == nullptr) {
        return no_cuda(module.string() + " is no CUDA module: " + last_problem(),
                       "Build the program again, or use the CPU.");
    }
    Error error;
    std::unique_ptr<Backend> backend(create(device, error));
    if (backend == nullptr) return error;
    return backend;
}

} // namespace mixscope
