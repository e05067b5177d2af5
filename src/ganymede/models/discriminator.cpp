#include "ganymede/models/discriminator.h"

#include <fmt/format.h>

#include "ganymede/core/counted.h"

namespace ganymede::models {

Discriminator::Discriminator(Network network, const config::NetworkConfig& config)
    : Network(std::move(network)), where_(config.layers.layers.back().place.at(nullptr)) {
  if (config.output != config::OutputKind::kPatches) return;
  const auto& shape = output_shape();
  if (class_logits() > 0 || classes() > 0 || !shape.is_image() || shape.channels() != 1) {
    throw UsageError(
        class_logits() > 0 || classes() > 0
            ? "the output 'patches' goes with no head and no layer that looks at classes"
            : fmt::format("the discriminator ends in {} where the output 'patches' is a grid of scores", shape.text()),
        where_, "end it in { conv = 1, ... } without flatten or dense, or leave output away");
  }
  patches_ = shape.elements();
}

void Discriminator::expect_numbers(std::int64_t numbers, const std::string& who) const {
  const auto found = output_shape().elements();
  if (class_logits() > 0 ? numbers == 1 : found == numbers || (patches_ > 1 && numbers == 1)) return;
  std::string hint = numbers == 1 ? fmt::format("{} needs one score: end it in {{ dense = 1 }}", who)
                                  : fmt::format("{} needs {}", who, numbers);
  if (numbers == 1 && output_shape().is_image() && output_shape().channels() == 1)
    hint += ", or say output = \"patches\" where they are a grid of scores";
  throw UsageError(fmt::format("the discriminator ends in {} an image", counted(found, "number")), where_, hint);
}

objectives::DiscriminatorOutput Discriminator::read(const Tensor& result, const Tensor& labels,
                                                    std::int64_t numbers) const {
  if (numbers > 1) {
    const Tensor logits = result.flatten(1);
    return {logits.select(1, numbers - 1) - logits.slice(1, 0, numbers - 1).logsumexp(1), {}, labels, logits};
  }
  if (class_logits() > 0) return {result.select(1, 0), result.slice(1, 1), labels};
  if (output_shape().elements() != patches_) expect_numbers(1, "a ranking");
  return {result.flatten(), {}, labels, {}, patches_};
}

}  // namespace ganymede::models
