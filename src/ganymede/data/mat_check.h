// matio believes a variable's header: it takes as much memory as the length of its sides or its name, or a cell array's
// sides, ask for. So a file from outside is looked at before matio may open it.
#pragma once

#include <filesystem>
#include <string>

namespace ganymede::data {

/// Checks that a file of MATLAB 5 holds plain numbers or text alone, each of 2 to 13 sides and with a name of at most
/// 63 bytes; what packed variables hold behind that is not looked at. Throws Error, ending in `hint`, for any other.
void check_mat(const std::filesystem::path& file, const std::string& hint);

}  // namespace ganymede::data
