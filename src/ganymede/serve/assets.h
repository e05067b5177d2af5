// Files compiled into the program (cmake/EmbedFile.cmake).
#pragma once

#include <string_view>

namespace ganymede::serve {

/// The studio's page, as gzip: studio/dist/index.html.gz.
std::string_view studio_page();
/// The page of `ganymede report`, as gzip, with no runs in it: studio/dist/report.html.gz.
std::string_view report_template();

}  // namespace ganymede::serve
