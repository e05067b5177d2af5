#include "ganymede/core/threads.h"

#include <sched.h>
#include <sys/mman.h>

#include <mutex>

#include "ganymede/core/error.h"
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

}  // namespace

int set_threads(int requested) {
  if (requested <= 0) {
    cpu_set_t allowed;
    CPU_ZERO(&allowed);
    requested = ::sched_getaffinity(0, sizeof allowed, &allowed) == 0 ? CPU_COUNT(&allowed) : 1;
  }
  at::set_num_threads(requested);
  static std::once_flag once;
  std::call_once(once, take_product_buffer);
  return at::get_num_threads();
}

}  // namespace ganymede
