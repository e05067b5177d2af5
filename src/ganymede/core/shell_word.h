// Commands that users are told to type.
#pragma once

#include <string>
#include <string_view>

namespace ganymede {

/// A word as a shell takes it, in quotes where it needs them.
std::string shell_word(std::string_view word);

}  // namespace ganymede
