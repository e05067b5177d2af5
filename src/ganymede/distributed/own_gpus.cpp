#include <algorithm>

#include "ganymede/distributed/gpu_exchange.h"

namespace ganymede::distributed {

bool each_has_its_own(std::vector<std::string> names) {
  std::sort(names.begin(), names.end());
  return !names.empty() && !names.front().empty() && std::adjacent_find(names.begin(), names.end()) == names.end();
}

}  // namespace ganymede::distributed
