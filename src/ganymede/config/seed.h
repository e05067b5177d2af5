// Seeds, as users write them: one rule wherever they are read.
#pragma once

#include <cstdint>
#include <string>

namespace ganymede::config {

/// 2^53 - 1: what every language that reads or sends a seed holds exactly, JavaScript's numbers among them. Files of
/// earlier versions may hold larger ones, which are read.
inline constexpr std::uint64_t kLargestSeed = (std::uint64_t{1} << 53) - 1;
inline constexpr const char* kSeedRule = "a seed is a whole number from 0 to 9007199254740991 in decimal digits";

/// The seed that `text` names. Throws UsageError with kSeedRule at `where` for anything else: a sign, a leading zero
/// (an octal number to some), a fraction.
std::uint64_t parse_seed(const std::string& text, const std::string& where);

}  // namespace ganymede::config
