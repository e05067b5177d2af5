// What the program said to words that it always answers alike (cli/answers.h), compiled in (cmake/EmbedFile.cmake).
#pragma once

#include <string_view>

namespace ganymede::launcher {

/// Each answer as the words that ask for it, every way to do so with a '\0' behind it, one '\0' more, the text, a '\0'.
/// Words of one way are separated by '\n'.
std::string_view answers();

}  // namespace ganymede::launcher
