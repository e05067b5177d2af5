// Numbers for people.
#pragma once

#include <cstdint>
#include <string>

namespace ganymede::data {

/// 73257 as "73,257".
inline std::string grouped(std::uint64_t number) {
  std::string text = std::to_string(number);
  for (std::size_t end = text.size(); end > 3; end -= 3) text.insert(end - 3, ",");
  return text;
}

/// "1 image", "2 images"; `many` where that is not the one with an s.
inline std::string counted(std::uint64_t number, const std::string& one, const std::string& many = {}) {
  return grouped(number) + " " + (number == 1 ? one : many.empty() ? one + "s" : many);
}

}  // namespace ganymede::data
