// Stands in for tensorboard.cpp in builds without GANYMEDE_TENSORBOARD.
#include <chrono>
#include <mutex>

#include "ganymede/core/log.h"
#include "ganymede/train/tensorboard.h"

namespace ganymede::train {

struct EventWriter::State {};

EventWriter::EventWriter(const std::filesystem::path&, std::optional<std::uint64_t>) {
  static std::once_flag said;
  std::call_once(said, [] {
    spdlog::info("no TensorBoard files: this build lacks them; configure with -DGANYMEDE_TENSORBOARD=ON to have them");
  });
}
EventWriter::~EventWriter() = default;

void EventWriter::scalar(const std::string&, std::uint64_t, double, double) {}
void EventWriter::image(const std::string&, std::uint64_t, double, std::span<const std::uint8_t>, int, int, int) {}
void EventWriter::flush() {}

double wall_time_now() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace ganymede::train
