#include "ganymede/core/device.h"

#include <c10/core/DeviceGuard.h>
#include <dlfcn.h>
#include <fmt/format.h>
#include <torch/cuda.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "ganymede/core/counted.h"
#include "ganymede/core/error.h"

namespace ganymede {
namespace {

/// The N of "cuda:N"; nothing for any other text.
std::optional<int> index_of(const std::string& text) {
  constexpr std::string_view kPrefix = "cuda:";
  if (text.rfind(kPrefix, 0) != 0) return std::nullopt;
  const char *begin = text.data() + kPrefix.size(), *end = text.data() + text.size();
  int index = 0;
  const auto read = std::from_chars(begin, end, index);
  if (read.ec != std::errc() || read.ptr != end || index < 0) return std::nullopt;
  return index;
}

torch::Device cuda(int index) {
  return {torch::kCUDA, static_cast<c10::DeviceIndex>(index)};
}

}  // namespace

int cuda_devices() {
  return static_cast<int>(torch::cuda::device_count());
}

torch::Device choose_device(const std::string& text, int present) {
  if (text == "cpu") return torch::kCPU;
  if (text == "auto") return present > 0 ? cuda(0) : torch::Device(torch::kCPU);
  const auto index = text == "cuda" ? 0 : index_of(text);
  if (!index) throw UsageError("unknown device '" + text + "'", "--device", "use auto, cpu, cuda or cuda:N");
  if (*index < present) return cuda(*index);
  if (present == 0) {
    throw Error("no CUDA device is available", "--device " + text,
                "use --device cpu; a GPU needs its driver, and a LibTorch with CUDA");
  }
  throw Error("there is no such device: this machine has " + counted(present, "CUDA device"), "--device " + text,
              present == 1 ? "use cuda:0" : fmt::format("use cuda:0 to cuda:{}", present - 1));
}

std::string device_text(const torch::Device& device) {
  std::string text = device.str();
  if (!device.is_cuda()) return text;
  // The driver's library, as below the runtime's, is in the process already.
  void* driver = ::dlopen("libcuda.so.1", RTLD_LAZY | RTLD_NOLOAD);
  if (driver == nullptr) return text;
  using DeviceGetName = int (*)(char*, int, int);
  const auto ask = reinterpret_cast<DeviceGetName>(::dlsym(driver, "cuDeviceGetName"));
  std::array<char, 256> name{};
  if (ask != nullptr && ask(name.data(), static_cast<int>(name.size()) - 1, std::max<int>(device.index(), 0)) == 0)
    text += fmt::format(" ({})", name.data());
  ::dlclose(driver);
  return text;
}

std::optional<std::uint64_t> free_memory(const torch::Device& device) {
  if (!device.is_cuda()) return std::nullopt;
  // LibTorch brings the runtime into the process; its headers, which would ask for a CUDA toolkit, are not needed.
  using MemGetInfo = int (*)(std::size_t*, std::size_t*);
  const auto ask = reinterpret_cast<MemGetInfo>(::dlsym(RTLD_DEFAULT, "cudaMemGetInfo"));
  if (ask == nullptr) return std::nullopt;
  const c10::DeviceGuard current(device);
  std::size_t available = 0, total = 0;
  if (ask(&available, &total) != 0) return std::nullopt;
  return available;
}

}  // namespace ganymede
