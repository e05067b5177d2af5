// How often or how long, with its unit: "500 steps", "1 epoch", "50000 images", "10 minutes". A bare number is steps.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "ganymede/config/toml.h"

namespace ganymede::config {

struct Interval {
  static constexpr const char* kWords = "interval";
  enum class Unit { kSteps, kEpochs, kImages, kSeconds, kMinutes };
  double count = 0;  ///< 0 is never (as an interval) or not at all (as a length)
  Unit unit = Unit::kSteps;

  bool operator==(const Interval&) const = default;
  std::string to_toml() const;
  /// Calls `fail` with the problem where the node is no interval.
  static Interval from_node(const toml::node& node, const std::function<void(const std::string&)>& fail);
};

}  // namespace ganymede::config
