// A value in TOML as people write it.
#pragma once

#include <string>

#include "ganymede/config/toml.h"

namespace ganymede::config {

/// 0.2, where some versions of toml++ write 0.20000000000000001; strings in double quotes.
std::string value_text(const toml::node& value);

}  // namespace ganymede::config
