#include "ganymede/image/axis.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace ganymede::image {
namespace {

double round_step(double low, double high, int most) {
  const double raw = (high - low) / std::max(1, most);
  const double power = std::pow(10.0, std::floor(std::log10(raw)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= raw * (1 - 1e-9)) return factor * power;
  }
  return 10 * power;
}

int exponent_of(double value) {
  return static_cast<int>(std::floor(std::log10(value) + 1e-9));
}

/// How all labels of one axis are written.
struct Format {
  double unit = 1;
  const char* suffix = "";
  int decimals = 0;
  bool scientific = false;

  Format(double largest, double step) {
    if (largest >= 1e12 || largest < 1e-3) {
      scientific = true;
      decimals = std::clamp(exponent_of(largest) - exponent_of(step), 0, 9);
      return;
    }
    if (largest >= 1e9) {
      unit = 1e9, suffix = "G";
    } else if (largest >= 1e6) {
      unit = 1e6, suffix = "M";
    } else if (largest >= 1e4) {
      unit = 1e3, suffix = "k";
    }
    decimals = std::clamp(-exponent_of(step / unit), 0, 12);
  }

  std::string operator()(double value) const {
    if (value == 0) return "0";
    if (!scientific) return fmt::format("{:.{}f}{}", value / unit, decimals, suffix);
    const double power = std::floor(std::log10(std::abs(value)) + 1e-9);
    return fmt::format("{:.{}f}e{:.0f}", value / std::pow(10.0, power), decimals, power);
  }
};

}  // namespace

std::vector<Tick> ticks(double low, double high, int most, bool whole) {
  const double step = std::max(round_step(low, high, most), whole ? 1.0 : 0.0);
  const double first = std::ceil(low / step - 1e-9), last = std::floor(high / step + 1e-9);
  const Format format(std::max(std::abs(first), std::abs(last)) * step, step);
  std::vector<Tick> result;
  for (int i = 0; i <= most + 1 && first + i <= last; ++i) {
    const double value = (first + i) * step;
    result.push_back({value, format(value)});
  }
  return result;
}

void widen(double& low, double& high, double margin, bool from_zero) {
  if (low > high) low = 0, high = 1;
  const double size = std::max(std::abs(low), std::abs(high));
  if (high - low <= 1e-9 * size || high == low) {
    const double room = size > 0 ? 0.1 * size : 1;
    low -= room, high += room;
    return;
  }
  const double room = margin * (high - low);
  const bool snap = from_zero && low >= 0 && low < 0.25 * high;
  low = snap ? 0 : low - room;
  high += room;
}

}  // namespace ganymede::image
