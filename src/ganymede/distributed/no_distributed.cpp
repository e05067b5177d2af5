// Built where GANYMEDE_DISTRIBUTED is off.
#include "ganymede/distributed/group.h"

namespace ganymede::distributed {

std::shared_ptr<Group> join(const Place& place, const torch::Device& device) {
  static_cast<void>(device);
  throw Error("this program was built without training by several processes", place.launcher,
              "start one process, or build with -DGANYMEDE_DISTRIBUTED=ON");
}

}  // namespace ganymede::distributed
