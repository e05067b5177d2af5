// What a text of a request may be: how long, and of which characters.
#pragma once

#include <string>
#include <string_view>

#include "ganymede/config/field_info.h"

namespace ganymede::config {

bool fits(const TextRule& rule, std::string_view text);
/// As a regular expression of ECMA-262 for the whole text, whose length it leaves to others: "^[A-Za-z][A-Za-z_]*$".
std::string pattern_of(const TextRule& rule);
/// "1 to 64 letters and digits", "at most 100 characters".
std::string words_of(const TextRule& rule);

}  // namespace ganymede::config
