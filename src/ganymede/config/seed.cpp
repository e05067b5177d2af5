#include "ganymede/config/seed.h"

#include <fmt/format.h>

#include <charconv>

#include "ganymede/core/error.h"

namespace ganymede::config {

std::uint64_t parse_seed(const std::string& text, const std::string& where) {
  std::uint64_t seed = 0;
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, seed);
  const bool octal = text.size() > 1 && text[0] == '0';
  if (error != std::errc() || stopped != end || octal || seed > kLargestSeed) {
    throw UsageError(fmt::format("'{}' is no seed: {}", text, kSeedRule), where);
  }
  return seed;
}

}  // namespace ganymede::config
