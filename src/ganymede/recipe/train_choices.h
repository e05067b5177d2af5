// Choices of [train] that a request for a training has too. Installed: the standard library's types alone.
#pragma once

#include <array>
#include <utility>

#include "ganymede/config/names.h"

namespace ganymede::config {

/// What becomes of a training whose images have collapsed; see train/health.h.
enum class OnCollapse {
  kIgnore,  ///< it is said, and goes on
  kStop,    ///< it ends as a failure
  kRewind,  ///< it goes back to the last checkpoint from before, with other noise and half the learning rates
};

/// Of the arithmetic; kAuto: bf16 where the hardware has it.
enum class Precision { kAuto, kF32, kBf16 };

template <>
struct Names<OnCollapse> {
  static constexpr std::array<std::pair<const char*, OnCollapse>, 3> values{
      {{"ignore", OnCollapse::kIgnore}, {"stop", OnCollapse::kStop}, {"rewind", OnCollapse::kRewind}}};
};
template <>
struct Names<Precision> {
  static constexpr std::array<std::pair<const char*, Precision>, 3> values{
      {{"auto", Precision::kAuto}, {"f32", Precision::kF32}, {"bf16", Precision::kBf16}}};
};

}  // namespace ganymede::config
