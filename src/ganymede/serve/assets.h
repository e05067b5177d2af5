// Files compiled into the program (cmake/EmbedFile.cmake).
#pragma once

#include <string_view>

namespace ganymede::serve {

/// The studio's page, as gzip: studio/dist/index.html.gz.
std::string_view studio_page();

}  // namespace ganymede::serve
