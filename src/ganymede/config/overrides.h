// --set section.key=value: a change to a recipe's table before anything is checked.
#pragma once

#include <string>

#include "ganymede/config/toml.h"

namespace ganymede::config {

/// Applies "a.b.c=value" to `root`, creating missing sections. The value is read as TOML; what is no TOML is a string.
/// Throws UsageError when there is no '=', or when part of the path is not a section.
void apply_override(toml::table& root, const std::string& text);

}  // namespace ganymede::config
