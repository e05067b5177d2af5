// Changes that the discriminator's images go through, real and generated alike, so that it cannot learn the few real
// ones by heart. Differentiable, and differentiable again, with respect to the images.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ganymede/augment/options.h"
#include "ganymede/core/torch_compat.h"

namespace ganymede::augment {

class Augment {
 public:
  virtual ~Augment() = default;
  /// Images [N, C, H, W] in [-1, 1] (and a little beyond, afterwards), each operation done to each image with
  /// `probability`. A function of its arguments alone: the random numbers come from `seed`, and are made on the images'
  /// device.
  Tensor apply(const Tensor& images, double probability, std::uint64_t seed) const;
  /// The same with a probability f64 [] that nobody has to read: it lies on the images' device, or on the CPU. Where it
  /// is 0 the images stay as they are but for rounding.
  virtual Tensor apply(const Tensor& images, const Tensor& probability, std::uint64_t seed) const = 0;
};

/// The policy a recipe names, or null for none. Throws UsageError for operations the policy does not have.
std::unique_ptr<Augment> make_augment(const AugmentConfig& config);

/// Those of `asked`, or all of `known` where it is empty. Throws UsageError, naming the nearest, for one that is not
/// known.
std::vector<std::string> chosen_operations(const std::vector<std::string>& asked,
                                           const std::vector<std::string>& known);

}  // namespace ganymede::augment
