// Event files that TensorBoard reads: scalars and images of a run.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>

namespace ganymede::train {

/// Writes `events.out.tfevents.<unix time>.<host>` in a run folder. Each process writes a file of its own; TensorBoard
/// shows a folder's files as one run. In a build without GANYMEDE_TENSORBOARD all of it does nothing and says so once.
class EventWriter {
 public:
  /// With `keep_until_step` (a resumed run) TensorBoard drops what earlier files say of later steps.
  /// Throws Error when the file cannot be made.
  explicit EventWriter(const std::filesystem::path& folder,
                       std::optional<std::uint64_t> keep_until_step = std::nullopt);
  ~EventWriter();
  EventWriter(const EventWriter&) = delete;
  EventWriter& operator=(const EventWriter&) = delete;

  /// `wall_time` in seconds since 1970. Kept in memory until flush(), for some seconds, or until tens of
  /// kilobytes wait.
  void scalar(const std::string& tag, std::uint64_t step, double wall_time, double value);
  /// An image of width x height pixels, already encoded as PNG (RGB, or grey where `channels` is 1).
  void image(const std::string& tag, std::uint64_t step, double wall_time, std::span<const std::uint8_t> png, int width,
             int height, int channels = 3);
  /// Hands what waits to the file, where a TensorBoard that is open sees it.
  void flush();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Seconds since 1970, as events want them.
double wall_time_now();

}  // namespace ganymede::train
