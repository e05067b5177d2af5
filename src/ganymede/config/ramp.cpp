#include "ganymede/config/ramp.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "ganymede/config/fields.h"

namespace ganymede::config {

template <>
struct Names<RampShape> {
  static constexpr std::array<std::pair<const char*, RampShape>, 2> values{
      {{"linear", RampShape::kLinear}, {"cosine", RampShape::kCosine}}};
};

double Ramp::at(double done) const {
  if (constant()) return to;
  const double t = std::clamp(done, 0.0, 1.0);
  return from + (to - from) * (shape == RampShape::kLinear ? t : 0.5 * (1 - std::cos(std::numbers::pi * t)));
}

std::string Ramp::to_toml() const {
  FieldWriter writer;
  writer("from", from);
  if (constant()) return writer.entries().front().second;
  writer("to", to);
  writer("over", over);
  writer("shape", shape);
  return writer.as_inline_table();
}

Ramp Ramp::from_node(const toml::node& node, const std::function<void(const std::string&)>& fail) {
  Ramp ramp;
  if (node.is_number()) {
    ramp = *node.value<double>();
  } else if (const auto* table = node.as_table()) {
    FieldReader reader(*table, {});
    try {
      for (const char* key : {"from", "to", "over"}) {
        if (!reader.given(key))
          fail(fmt::format("lacks '{}': write {{ from = 1, to = 0, over = \"1000 steps\" }}", key));
      }
      reader("from", ramp.from);
      reader("to", ramp.to);
      reader("over", ramp.over);
      reader("shape", ramp.shape);
      reader.reject_unknown();
    } catch (const UsageError& error) {
      fail(error.what());
    }
    if (ramp.over.unit == Interval::Unit::kSeconds || ramp.over.unit == Interval::Unit::kMinutes) {
      fail("changes over a time, which cannot be foreseen: give 'over' in steps, epochs or images");
    }
  } else {
    fail("must be a number, or a table such as { from = 1, to = 0, over = \"1000 steps\" }");
  }
  if (!(ramp.from >= 0 && ramp.to >= 0) || !std::isfinite(ramp.largest())) fail("must be finite and not negative");
  return ramp;
}

}  // namespace ganymede::config
