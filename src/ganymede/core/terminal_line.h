// Text from outside as one line on a terminal or in a log.
#pragma once

#include <string>
#include <string_view>

namespace ganymede {

/// Bytes of the longest line that is written: more would bury what matters.
inline constexpr std::size_t kLongestLine = 1000;

/// As printable() of core/text.h, but line ends and tabs become blanks, and characters that turn the direction of
/// writing are written as "\u202E". Of what is longer than `most` bytes the middle becomes " ... ": an error's remedy
/// stands at its end.
std::string terminal_line(std::string_view text, std::size_t most = kLongestLine);

}  // namespace ganymede
