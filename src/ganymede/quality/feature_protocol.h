// How good features are, by a linear classifier on them: the protocols of Radford et al. (2016, section 5).
#pragma once

#include <functional>

#include "ganymede/data/dataset.h"
#include "ganymede/quality/feature_result.h"
#include "ganymede/quality/nearest_images.h"

namespace ganymede::quality {

struct FeatureProtocol {
  /// Labelled training images the classifier gets, the same number of each class; 0: all of them.
  std::size_t labels = 0;
  int repeats = 1;  ///< of those labels; the result is the mean and deviation over them
  std::uint64_t seed = 0;
};

/// The C tried, on features scaled to a mean length of 1.
inline constexpr double kCosts[] = {1e-2, 1e-1, 1, 1e1, 1e2, 1e3};
/// Validation images: a fifth of the training images, at most so many, chosen by the seed; never trained on in a repeat
/// of labels. With all labels the classifier of the chosen C is trained on these too, before the test.
inline constexpr std::size_t kValidationImages = 10'000;

/// Throws Error where images are without labels, or a class has fewer than are to be chosen.
FeatureResult evaluate_features(const data::Dataset& training, const data::Dataset& test, const Embedding& embedding,
                                const FeatureProtocol& protocol, const std::function<void(std::size_t)>& report = {});

}  // namespace ganymede::quality
