// A folder of src/ganymede includes only folders above it in ARCHITECTURE.md's list.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

const std::vector<std::string> kLowestFirst{
    "core",   "distributed", "config",   "image",   "data",  "nn",    "augment", "objectives", "optim",   "recipe",
    "models", "checkpoint",  "exchange", "quality", "train", "track", "explore", "operations", "library", "serve"};

TEST(Layering, FoldersIncludeOnlyWhatIsBelowThem) {
  const auto height = [](const std::string& folder) {
    return std::find(kLowestFirst.begin(), kLowestFirst.end(), folder) - kLowestFirst.begin();
  };
  const std::regex include(R"(^#include "ganymede/([a-z_]+)/)");
  int seen = 0;
  for (const auto& entry : fs::recursive_directory_iterator("src/ganymede")) {
    if (!entry.is_regular_file() || (entry.path().extension() != ".h" && entry.path().extension() != ".cpp")) continue;
    const std::string folder = *std::next(entry.path().begin(), 2);
    ASSERT_LT(height(folder), static_cast<std::ptrdiff_t>(kLowestFirst.size())) << "unknown folder " << folder;
    std::ifstream file(entry.path());
    int lines = 0;
    for (std::string line; std::getline(file, line); ++lines) {
      std::smatch match;
      if (!std::regex_search(line, match, include)) continue;
      ++seen;
      EXPECT_LE(height(match[1]), height(folder)) << entry.path() << " includes upward: " << line;
    }
    EXPECT_LE(lines, 600) << entry.path();
  }
  EXPECT_GT(seen, 100);
}

}  // namespace
