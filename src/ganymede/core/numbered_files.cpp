#include "ganymede/core/numbered_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "ganymede/core/counted.h"
#include "ganymede/core/error.h"

namespace ganymede {

namespace fs = std::filesystem;

std::string numbered_name(std::int64_t number, std::int64_t count, const std::string& extension) {
  constexpr std::size_t kMin = 4;
  const auto digits = std::max(kMin, std::to_string(std::max<std::int64_t>(count - 1, number)).size());
  return fmt::format("{:0{}}{}", number, digits, extension);
}

void prepare_numbered_folder(const fs::path& folder, const std::string& extension, bool replace) {
  std::error_code error;
  std::vector<fs::path> there;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (entry.path().extension() == extension) there.push_back(entry.path());
  }
  const auto numbered = [](const fs::path& path) {
    const std::string stem = path.stem().string();
    return !stem.empty() && stem.find_first_not_of("0123456789") == std::string::npos;
  };
  std::size_t left = 0;
  for (const auto& path : there) left += replace && numbered(path) ? 0 : 1;
  if (left > 0) {
    throw Error(fmt::format("the folder holds {} already, which would be taken for what is written now",
                            counted(left, extension + " file")),
                folder.string(),
                replace ? "name another folder" : "name another folder, or add --replace to remove them first");
  }
  for (const auto& path : there) {
    if (!fs::remove(path, error))
      throw Error("cannot remove it: " + error.message(), path.string(), "check its rights");
  }
}

}  // namespace ganymede
