// The names that folders and shards of splits have.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace ganymede::data {

inline constexpr std::array<std::string_view, 7> kSplitNames = {"train",      "training", "val",    "valid",
                                                                "validation", "test",     "testing"};

inline bool is_split_name(std::string_view name) {
  return std::find(kSplitNames.begin(), kSplitNames.end(), name) != kSplitNames.end();
}

}  // namespace ganymede::data
