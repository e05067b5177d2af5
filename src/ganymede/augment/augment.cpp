#include "ganymede/augment/augment.h"

#include <algorithm>

namespace ganymede::augment {

Tensor Augment::apply(const Tensor& images, double probability, std::uint64_t seed) const {
  if (probability <= 0) return images;
  return apply(images, at::scalar_tensor(probability, at::kDouble), seed);
}

std::unique_ptr<Augment> make_augment(const config::AugmentConfig& config) {
  if (config.name == config::AugmentPolicy::kNone) return nullptr;
  const bool ada = config.name == config::AugmentPolicy::kAda;
  const auto& known = ada ? kAdaOperations : kDiffAugmentOperations;
  for (const auto& operation : config.operations) {
    if (std::find(known.begin(), known.end(), operation) == known.end()) {
      throw UsageError("unknown operation '" + operation + "'", "the recipe's [augment]", suggest(operation, known));
    }
  }
  const auto& operations = config.operations.empty() ? known : config.operations;
  return ada ? make_ada(operations) : make_diffaugment(operations);
}

}  // namespace ganymede::augment
