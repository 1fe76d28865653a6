#include "engine/cpu_backend.h"

#include <algorithm>
#include <cctype>
#include <cstring>
#include <fstream>
#include <set>
#include <string>
#include <thread>
#include <utility>

#include <sched.h>
#include <sys/mman.h>

namespace mixscope {

namespace {

/// Physical cores this process may run on: hyper-threads share the units that matter here.
int physical_cores()
{
    cpu_set_t allowed;
    CPU_ZERO(&allowed);
    if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) {
        return int(std::max(1U, std::thread::hardware_concurrency()));
    }
    std::set<std::pair<int, int>> cores; // (package, core)
    int threads = 0;
    for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
        if (!CPU_ISSET(cpu, &allowed)) continue;
        ++threads;
        const std::string folder = "/sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/topology/";
        std::ifstream package_file(folder + "physical_package_id");
        std::ifstream core_file(folder + "core_id");
        int package = 0;
        int core = cpu;
        if (package_file >> package && core_file >> core) cores.insert({package, core});
    }
    return std::max(1, cores.empty() ? threads : int(cores.size()));
}

void unmap(void* data, std::size_t bytes) { munmap(data, bytes); }

} // namespace

Result<std::unique_ptr<CpuBackend>> CpuBackend::create(int threads, std::optional<CpuIsa> isa)
{
    const CpuIsa best = detect_cpu_isa();
    if (isa && *isa > best) {
        return Error {ErrorCode::bad_argument,
                      std::string("instruction set ") + name_of(*isa)
                          + " was asked for, this processor offers " + name_of(best),
                      "Choose one that the processor has, or leave the choice to the program."};
    }
    if (threads < 0 || threads > 1024) {
        return Error {ErrorCode::bad_argument,
                      "number of threads is " + std::to_string(threads) + ", wanted 1 to 1024",
                      "Leave it out to use all cores."};
    }
    const int count = threads > 0 ? threads : physical_cores();
    return std::unique_ptr<CpuBackend>(new CpuBackend(count, isa.value_or(best)));
}

CpuBackend::CpuBackend(int threads, CpuIsa isa)
    : workers_(threads)
    , context_ {workers_, isa}
{
}

std::string CpuBackend::description() const
{
    const int n = workers_.count();
    return "CPU, " + std::to_string(n) + (n == 1 ? " thread, " : " threads, ") + name_of(context_.isa);
}

std::size_t CpuBackend::free_bytes() const
{
    std::ifstream file("/proc/meminfo");
    std::string key;
    std::size_t kib = 0;
    std::string unit;
    while (file >> key >> kib) {
        std::getline(file, unit);
        if (key == "MemAvailable:") return kib * 1024;
    }
    return std::size_t(1) << 40; // unknown: let the allocation decide
}

Result<Buffer> CpuBackend::allocate(std::size_t bytes)
{
    const std::size_t size = std::max<std::size_t>(bytes, 64);
    // Pages are zero and cost nothing until they are touched, so a KV cache can be reserved whole.
    void* data = mmap(nullptr, size, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (data == MAP_FAILED) {
        return Error {ErrorCode::out_of_memory,
                      "the system refused " + std::to_string(size) + " bytes of memory",
                      "Choose a shorter context or close other programs."};
    }
    return Buffer(data, size, unmap);
}

void CpuBackend::upload(const TensorView& to, const void* from)
{
    std::memcpy(to.data, from, to.bytes());
}

void CpuBackend::download(void* to, const TensorView& from)
{
    std::memcpy(to, from.data, from.bytes());
}

void CpuBackend::copy(const TensorView& from, const TensorView& to)
{
    std::memmove(to.data, from.data, from.bytes());
}

} // namespace mixscope
