// Numbers for people.
#pragma once

#include <concepts>
#include <cstddef>
#include <string>

namespace ganymede {

/// 73257 as "73,257".
template <std::integral Number>
std::string grouped(Number number) {
  std::string digits = std::to_string(number);
  const std::size_t first = number < 0 ? 1 : 0;
  for (std::size_t at = digits.size(); at > first + 3;) digits.insert(at -= 3, 1, ',');
  return digits;
}

/// "1 image", "2,000 images"; `many` where that is not the one with an s.
template <std::integral Number>
std::string counted(Number number, const std::string& one, const std::string& many = {}) {
  return grouped(number) + " " + (number == 1 ? one : many.empty() ? one + "s" : many);
}

}  // namespace ganymede
