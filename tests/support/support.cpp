#include "support/support.h"

#include <cstdlib>

namespace ganymede::test {

namespace fs = std::filesystem;

TemporaryFolder::TemporaryFolder() {
  std::string pattern = (fs::temp_directory_path() / "ganymede-test-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) throw Error("cannot make a temporary folder", pattern);
  path_ = pattern;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

std::optional<fs::path> real_data() {
  const char* named = std::getenv("GANYMEDE_DATA");
  const fs::path folder = named != nullptr ? named : "../shared/datasets";
  if (!fs::is_directory(folder)) return std::nullopt;
  return folder;
}

}  // namespace ganymede::test
