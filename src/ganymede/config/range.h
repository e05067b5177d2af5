// Where a number may lie. Installed: other programs see it in the requests.
#pragma once

namespace ganymede::config {

/// A number must lie in [low, high].
struct Range {
  double low, high;
};
constexpr Range in_range(double low, double high) {
  return {low, high};
}

}  // namespace ganymede::config
