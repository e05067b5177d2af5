// A metric that ships nowhere: how far apart the mean brightness of both sets is, in levels of 255.
#include <cmath>

#include "ganymede/quality/evaluator.h"

namespace ganymede::quality {
namespace {

double brightness(const data::Dataset& images) {
  double sum = 0;
  std::vector<std::uint8_t> pixels(images.image_bytes());
  for (std::size_t i = 0; i < images.size(); ++i) {
    images.read(i, pixels);
    for (const auto level : pixels) sum += level;
  }
  return sum / static_cast<double>(images.size() * images.image_bytes());
}

double gap(const ImageSets& sets) {
  return std::abs(brightness(*sets.real.images) - brightness(*sets.fake.images));
}

[[maybe_unused]] const bool kAdded =
    (add_metric(metrics(), "brightness_gap", /*more_is_better=*/false, /*features=*/false, gap), true);

}  // namespace
}  // namespace ganymede::quality
