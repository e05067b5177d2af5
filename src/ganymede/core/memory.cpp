#include "ganymede/core/memory.h"

#include <malloc.h>
#include <sys/resource.h>

namespace ganymede {

void keep_freed_memory() {
  ::mallopt(M_MMAP_THRESHOLD, 1 << 30);
  ::mallopt(M_TRIM_THRESHOLD, 2147483647);
  ::mallopt(M_TOP_PAD, 64 << 20);
}

void give_back_freed_memory() {
  ::malloc_trim(0);
}

std::uint64_t peak_resident_bytes() {
  rusage usage{};
  if (::getrusage(RUSAGE_SELF, &usage) != 0) return 0;
  return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;  // Linux counts kibibytes
}

}  // namespace ganymede
