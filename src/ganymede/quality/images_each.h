// "So many images or more in each set": how a metric says that there are too few.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <string>

#include "ganymede/core/counted.h"
#include "ganymede/quality/evaluator.h"

namespace ganymede::quality {

inline std::string images_each_text(std::int64_t wanted, std::int64_t have, const std::string& why) {
  return fmt::format("{} or more in each set{}, and there {}", counted(wanted, "image"),
                     why.empty() ? "" : " (" + why + ")", have == 1 ? "is 1" : "are " + grouped(have));
}

/// Empty where both sets have as many.
inline std::string images_each(std::int64_t wanted, const ImageSet& real, const ImageSet& fake,
                               const std::string& why) {
  const auto fewest = std::min(real.count(), fake.count());
  return fewest < wanted ? images_each_text(wanted, fewest, why) : "";
}

}  // namespace ganymede::quality
