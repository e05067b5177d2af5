// A number that may change while a run goes on: 0.05, or { from = 0.05, to = 0.005, over = "500000 images" }.
#pragma once

#include <functional>
#include <string>

#include "ganymede/config/interval.h"
#include "ganymede/config/toml.h"

namespace ganymede::config {

enum class ScheduleShape { kLinear, kCosine };

struct Schedule {
  static constexpr const char* kWords = "number or schedule";
  double from = 0, to = 0;
  ScheduleShape shape = ScheduleShape::kLinear;
  Interval over;  ///< from the run's start; the value is `to` ever after

  Schedule() = default;
  Schedule(double constant) : from(constant), to(constant) {}  // NOLINT: a number is a schedule
  bool constant() const { return from == to || over.count == 0; }
  /// The value when the share `done` has passed: 0 at the start, 1 and more at the end.
  double at(double done) const;
  double largest() const { return from > to ? from : to; }

  std::string to_toml() const;
  /// Calls `fail` with the problem where the node is neither a number of at least 0 nor such a table.
  static Schedule from_node(const toml::node& node, const std::function<void(const std::string&)>& fail);
};

}  // namespace ganymede::config
