// Files and folders that desktops, NAS boxes, version control and notebooks keep beside a user's own. None is ever a
// image or a class.
#pragma once

#include <string_view>

namespace ganymede::data {

/// Whether that is the name of one: hidden (a dot first), or in the list of phantoms.cpp, in any case of letters.
bool is_phantom(std::string_view name);

/// Whether any part of a path with '/' is one.
bool has_phantom(std::string_view path);

}  // namespace ganymede::data
