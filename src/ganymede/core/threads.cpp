#include "ganymede/core/threads.h"

#include <sched.h>

#include "ganymede/core/torch_compat.h"

namespace ganymede {

int set_threads(int requested) {
  if (requested <= 0) {
    cpu_set_t allowed;
    CPU_ZERO(&allowed);
    requested = ::sched_getaffinity(0, sizeof allowed, &allowed) == 0 ? CPU_COUNT(&allowed) : 1;
  }
  at::set_num_threads(requested);
  return at::get_num_threads();
}

}  // namespace ganymede
