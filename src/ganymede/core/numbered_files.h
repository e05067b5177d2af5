// Folders of numbered files: named so that they sort as they count, and never mixed with those of another command.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace ganymede {

/// "0007.png": as many digits as the largest of `count` numbers from 0 has, four at least, so that names sort as
/// numbers do. `extension` has its dot.
std::string numbered_name(std::int64_t number, std::int64_t count, const std::string& extension);

/// Makes `folder` ready for files that end in `extension`: where it holds some already they are removed with `replace`,
/// those alone whose names are digits. Throws Error, naming `--replace`, where some are left: two sets in one folder
/// would be evaluated, or trained on, as one.
void prepare_numbered_folder(const std::filesystem::path& folder, const std::string& extension, bool replace);

}  // namespace ganymede
