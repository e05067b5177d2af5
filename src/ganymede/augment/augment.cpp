#include "ganymede/augment/augment.h"

#include <algorithm>

namespace ganymede::augment {

Tensor Augment::apply(const Tensor& images, double probability, std::uint64_t seed) const {
  if (probability <= 0) return images;
  return apply(images, at::scalar_tensor(probability, at::kDouble), seed);
}

PolicyRegistry& policies() {
  static PolicyRegistry registry = [] {
    PolicyRegistry made("augmentation");
    made.add("none", [](const std::vector<std::string>&) { return std::unique_ptr<Augment>(); }, "images as they are");
    add_entries(made);
    return made;
  }();
  return registry;
}

std::unique_ptr<Augment> make_augment(const AugmentConfig& config) {
  return config.name.entry()(config.operations);
}

std::vector<std::string> chosen_operations(const std::vector<std::string>& asked,
                                           const std::vector<std::string>& known) {
  for (const auto& operation : asked) {
    if (std::find(known.begin(), known.end(), operation) == known.end()) {
      throw UsageError("unknown operation '" + operation + "'", "the recipe's [augment]", suggest(operation, known));
    }
  }
  return asked.empty() ? known : asked;
}

}  // namespace ganymede::augment
