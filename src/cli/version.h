// What --version says.
#pragma once

#include <string>

namespace ganymede::cli {

/// The version on a line of its own, then what this program was built from and for, and what it uses here.
std::string version_text();

}  // namespace ganymede::cli
