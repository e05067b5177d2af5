// Numbers for people.
#pragma once

#include <cstdint>
#include <string>

namespace ganymede::data {

/// 73257 as "73,257".
inline std::string grouped(std::uint64_t number) {
  const std::string below = std::to_string(number % 1000);
  if (number < 1000) return below;
  return grouped(number / 1000) + "," + std::string(3 - below.size(), '0') + below;
}

/// "1 image", "2 images"; `many` where that is not the one with an s.
inline std::string counted(std::uint64_t number, const std::string& one, const std::string& many = {}) {
  return grouped(number) + " " + (number == 1 ? one : many.empty() ? one + "s" : many);
}

}  // namespace ganymede::data
