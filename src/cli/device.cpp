#include "cli/device.h"

#include "cli/command.h"
#include "ganymede/core/device.h"
#include "ganymede/core/log.h"

namespace ganymede::cli {

torch::Device device_to_use() {
  const auto device = choose_device(globals().device);
  if (!device.is_cpu()) spdlog::info("on {}", device.str());
  return device;
}

}  // namespace ganymede::cli
