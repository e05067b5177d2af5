#include "ganymede/config/schedule.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "ganymede/config/fields.h"

namespace ganymede::config {

template <>
struct Names<ScheduleShape> {
  static constexpr std::array<std::pair<const char*, ScheduleShape>, 2> values{
      {{"linear", ScheduleShape::kLinear}, {"cosine", ScheduleShape::kCosine}}};
};

double Schedule::at(double done) const {
  if (constant()) return to;
  const double t = std::clamp(done, 0.0, 1.0);
  return from + (to - from) * (shape == ScheduleShape::kLinear ? t : 0.5 * (1 - std::cos(std::numbers::pi * t)));
}

std::string Schedule::to_toml() const {
  FieldWriter writer;
  writer("from", from);
  if (constant()) return writer.entries().front().second;
  writer("to", to);
  writer("over", over);
  writer("shape", shape);
  return writer.as_inline_table();
}

Schedule Schedule::from_node(const toml::node& node, const std::function<void(const std::string&)>& fail) {
  Schedule schedule;
  if (node.is_number()) {
    schedule = *node.value<double>();
  } else if (const auto* table = node.as_table()) {
    FieldReader reader(*table, {});
    try {
      for (const char* key : {"from", "to", "over"}) {
        if (!reader.given(key))
          fail(fmt::format("lacks '{}': write {{ from = 1, to = 0, over = \"1000 steps\" }}", key));
      }
      reader("from", schedule.from);
      reader("to", schedule.to);
      reader("over", schedule.over);
      reader("shape", schedule.shape);
      reader.reject_unknown();
    } catch (const UsageError& error) {
      fail(error.what());
    }
    if (schedule.over.unit == Interval::Unit::kSeconds || schedule.over.unit == Interval::Unit::kMinutes) {
      fail("changes over a time, which cannot be foreseen: give 'over' in steps, epochs or images");
    }
  } else {
    fail("must be a number, or a table such as { from = 1, to = 0, over = \"1000 steps\" }");
  }
  if (!(schedule.from >= 0 && schedule.to >= 0) || !std::isfinite(schedule.largest()))
    fail("must be finite and not negative");
  return schedule;
}

}  // namespace ganymede::config
