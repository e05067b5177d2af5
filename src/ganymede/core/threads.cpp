#include "ganymede/core/threads.h"

#include <dlfcn.h>
#include <link.h>
#include <omp.h>
#include <sys/mman.h>
#include <unistd.h>

#include <future>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "ganymede/core/error.h"
#include "ganymede/core/processors.h"
#include "ganymede/core/torch_compat.h"

namespace ganymede {
namespace {

/// OpenBLAS takes its buffer at the first product, and where the address space has no room for it (ulimit -v) it asks
/// for ever. So it takes it now, after a look at whether there is room.
void take_product_buffer() {
  constexpr std::size_t kBytes = std::size_t{128} << 20;
  void* const room = ::mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (room == MAP_FAILED) {
    throw Error("there is no room for the 128 MiB that products of matrices need", "the limit on memory",
                "raise it (ulimit -v), or run it elsewhere");
  }
  ::munmap(room, kBytes);
  constexpr std::int64_t kSide = 256;  // small products need no buffer
  at::mm(at::ones({kSide, kSide}), at::ones({kSide, kSide}));
}

// LLVM's OpenMP, where the program or LibTorch was built with it: milliseconds that its threads wait awake.
extern "C" void kmp_set_blocktime(int) __attribute__((weak));
// And what variables would have said: without it, threads that OMP_WAIT_POLICY=active told to wait awake for ever do.
extern "C" void kmp_set_defaults(const char*) __attribute__((weak));

/// How GCC's OpenMP begins a parallel region: what the compiler makes of "#pragma omp parallel".
using GompParallel = void (*)(void (*region)(void*), void* data, unsigned threads, unsigned flags);

/// That of each GNU runtime that is loaded: LibTorch may bring one of its own, beside the program's or LLVM's.
std::vector<GompParallel> gnu_runtimes() {
  std::vector<std::string> paths;
  const auto note = [](dl_phdr_info* library, std::size_t, void* out) {
    const std::string path = library->dlpi_name;
    if (path.substr(path.rfind('/') + 1).starts_with("libgomp"))
      static_cast<std::vector<std::string>*>(out)->push_back(path);
    return 0;
  };
  ::dl_iterate_phdr(note, &paths);
  std::vector<GompParallel> found;
  for (const auto& path : paths) {
    void* const library = ::dlopen(path.c_str(), RTLD_LAZY | RTLD_NOLOAD);
    void* const begin = library == nullptr ? nullptr : ::dlsym(library, "GOMP_parallel");
    if (begin != nullptr) found.push_back(reinterpret_cast<GompParallel>(begin));
  }
  return found;
}

/// Lets OpenMP's threads wait asleep. Awake, as is usual (3 ms at a time with GNU's, 200 with LLVM's), they take the
/// processor from the thread they wait for where another program runs beside. Variables say so only before the program
/// starts, and LLVM's can be told; but libgomp's threads wait awake for a moment only where there are more of them than
/// processors, asleep or not. So some sleep for good: as many as processors, so that they are too many themselves when
/// they first wait.
void wait_asleep() {
  if (kmp_set_defaults != nullptr) kmp_set_defaults("KMP_BLOCKTIME=0");
  if (kmp_set_blocktime != nullptr) kmp_set_blocktime(0);
  for (const auto parallel : gnu_runtimes()) {
    std::promise<void> begun;
    std::thread([&begun, parallel, team = static_cast<unsigned>(omp_get_num_procs()) + 1] {
      parallel([](void*) {}, nullptr, team, 0);
      begun.set_value();
      for (;;) ::pause();
    }).detach();
    begun.get_future().wait();
  }
}

}  // namespace

int set_threads(int requested) {
  if (requested <= 0) requested = processors_allowed();
  at::set_num_threads(requested);
  static std::once_flag asleep, once;
  if (requested > 1) std::call_once(asleep, wait_asleep);
  std::call_once(once, take_product_buffer);
  return at::get_num_threads();
}

int set_own_threads(int requested) {
  // LibTorch has one number for all threads, which each takes when it first asks.
  static std::mutex mutex;
  const std::lock_guard lock(mutex);
  int others = 0;
  std::thread([&others] { others = at::get_num_threads(); }).join();
  const int own = set_threads(requested);
  std::thread([others] { at::set_num_threads(others); }).join();
  return own;
}

}  // namespace ganymede
