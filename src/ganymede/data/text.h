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

}  // namespace ganymede::data
