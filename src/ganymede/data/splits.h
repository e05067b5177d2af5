// The names that folders and shards of splits have.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

#include "ganymede/core/text.h"

namespace ganymede::data {

inline constexpr std::array<std::string_view, 7> kSplitNames = {"train",      "training", "val",    "valid",
                                                                "validation", "test",     "testing"};

/// Whether that is the name of one, in any case of letters.
inline bool is_split_name(std::string_view name) {
  return std::any_of(kSplitNames.begin(), kSplitNames.end(),
                     [&](std::string_view known) { return equal_in_any_case(known, name); });
}
/// Whether it is the one that is trained on.
inline bool is_training_split(std::string_view name) {
  return equal_in_any_case(name, "train") || equal_in_any_case(name, "training");
}

}  // namespace ganymede::data
