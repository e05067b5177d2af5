// libFuzzer's door to the targets: GANYMEDE_FUZZ names one. With GANYMEDE_FUZZ_SEEDS=FOLDER its seeds are written
// there; GANYMEDE_FUZZ=list lists the names.
#include <spdlog/spdlog.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "fuzz/targets.h"

namespace {

using ganymede::fuzz::Target;

const Target* chosen = nullptr;

void write_seeds(const char* folder) {
  int number = 0;
  std::filesystem::create_directories(folder);
  for (const auto& seed : chosen->seeds()) {
    ganymede::write_file(std::filesystem::path(folder) / ("seed-" + std::to_string(number++)), seed);
  }
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  spdlog::set_level(spdlog::level::off);
  const char* name = std::getenv("GANYMEDE_FUZZ");
  for (const auto& target : ganymede::fuzz::targets()) {
    if (name != nullptr && target.name == name) chosen = &target;
    if (name != nullptr && std::strcmp(name, "list") == 0) std::puts(target.name.c_str());
  }
  if (chosen == nullptr) std::exit(name != nullptr && std::strcmp(name, "list") == 0 ? 0 : 2);
  if (const char* folder = std::getenv("GANYMEDE_FUZZ_SEEDS")) {
    write_seeds(folder);
    std::exit(0);
  }
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ganymede::fuzz::survives(*chosen, {data, data + size});
  return 0;
}
