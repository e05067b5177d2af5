#include "cli/device.h"

#include "cli/command.h"
#include "ganymede/core/device.h"
#include "ganymede/core/log.h"

namespace ganymede::cli {

torch::Device device_to_use() {
  const auto device = choose_device(globals().device);
  if (!device.is_cpu()) spdlog::info("on {}", device_text(device));
  return device;
}

torch::Device device_to_use(int local_rank) {
  const auto device = choose_device(globals().device);
  if (device.is_cpu() || globals().device.find(':') != std::string::npos) return device_to_use();
  globals().device = fmt::format("cuda:{}", local_rank % cuda_devices());
  return device_to_use();
}

}  // namespace ganymede::cli
