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

/// A whole number must be one of two.
struct EitherOf {
  int one, other;
};

}  // namespace ganymede::config
