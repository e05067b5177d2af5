#include "ganymede/config/interval.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <utility>

namespace ganymede::config {
namespace {

using Unit = Interval::Unit;
constexpr std::array<std::pair<const char*, Unit>, 5> kUnits{{{"step", Unit::kSteps},
                                                              {"epoch", Unit::kEpochs},
                                                              {"image", Unit::kImages},
                                                              {"second", Unit::kSeconds},
                                                              {"minute", Unit::kMinutes}}};

}  // namespace

std::string Interval::to_toml() const {
  for (const auto& [name, value] : kUnits) {
    if (value == unit) return fmt::format("\"{} {}{}\"", count, name, count == 1 ? "" : "s");
  }
  return "\"0 steps\"";
}

Interval Interval::from_node(const toml::node& node, const std::function<void(const std::string&)>& fail) {
  constexpr const char* kHelp =
      "must be a number of steps or a text such as \"500 steps\", \"1 epoch\" or \"10 minutes\"";
  Interval interval;
  if (const auto steps = node.value_exact<std::int64_t>()) {
    interval.count = static_cast<double>(*steps);
  } else if (const auto text = node.value_exact<std::string>()) {
    const char* end = text->data() + text->size();
    const auto [rest, error] = std::from_chars(text->data(), end, interval.count);
    std::string unit(rest, end);
    unit.erase(0, unit.find_first_not_of(' '));
    if (!unit.empty() && unit.back() == 's') unit.pop_back();
    bool found = false;
    for (const auto& [name, value] : kUnits) {
      if (unit == name) interval.unit = value, found = true;
    }
    if (error != std::errc{} || !found) fail(kHelp);
  } else {
    fail(kHelp);
  }
  if (!std::isfinite(interval.count) || interval.count < 0) fail("must not be negative");
  return interval;
}

}  // namespace ganymede::config
