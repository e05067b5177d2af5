// Internal to image/: where an axis has its ticks and what they read.
#pragma once

#include <string>
#include <vector>

namespace ganymede::image {

/// Values from `low` to `high` are drawn from pixel `start` to pixel `end`; low < high.
struct Scale {
  double low = 0, high = 1, start = 0, end = 1;
  double operator()(double value) const { return start + (value - low) / (high - low) * (end - start); }
};

struct Tick {
  double value;
  std::string label;
};

/// Round values (1, 2 or 5 times a power of ten apart) within low..high, at most `most` + 1 of them; whole numbers only
/// if asked for. Labels share decimals and a unit: "0.25", "1500", "20k", "1.5M", "2e-6".
std::vector<Tick> ticks(double low, double high, int most, bool whole = false);

/// A range with room in it: equal or unordered ends are spread apart, `margin` (a fraction of the range) is added at
/// both ends, and a range of positive values that nearly reaches zero starts there when `from_zero` is set.
void widen(double& low, double& high, double margin, bool from_zero);

}  // namespace ganymede::image
