// The pair of networks a recipe describes.
#pragma once

#include <optional>

#include "ganymede/core/device_random.h"
#include "ganymede/models/discriminator.h"

namespace ganymede::models {

struct Gan {
  Network generator;
  Discriminator discriminator;
  std::optional<Network> encoder;  ///< what a translating generator starts from: the code of an image

  /// Channels, height and width of the images, as the generator makes them.
  const nn::Shape& image_shape() const { return generator.output_shape(); }
  /// How many classes the generator generates; 0 when it knows none.
  std::int64_t classes() const { return generator.classes(); }
};

/// Height and width of a shape that is an image's.
data::ImageSize size_of(const nn::Shape& image);

/// The networks without tensors, for shapes, counts and the checks below: see Network::outline().
Gan outline_gan(const config::Recipe& recipe);

/// Builds the networks on the CPU, with zeros for tensors. The generator's output is the discriminator's input; an
/// encoder's output is the generator's input.
/// Throws UsageError when a layer does not fit, when the generator does not end in an image of 1 or 3 channels (or of
/// as many others as [data] asks for), or when
/// that image has another size than the recipe's data asks for.
Gan build_gan(const config::Recipe& recipe);

/// The recipe with the sizes and channels of its data written out, as its networks have them.
config::Recipe resolved(const config::Recipe& recipe, const Gan& gan);

/// Type of the arithmetic for a recipe's precision on a device: f32, or bf16 where asked for or in hardware ("auto").
at::ScalarType compute_type(config::Precision precision, const torch::Device& device);

/// Noise for `count` images, [count, size] in f32 on the device of `random`, from the stream that starts at `seed`.
Tensor sample_latents(const config::LatentConfig& latent, std::int64_t count, std::uint64_t seed,
                      const RandomSource& random = RandomSource(at::kCPU));

/// As sample_latents, but image i has a stream of its own, so it is the same however many are generated. Images `first`
/// to `first + count - 1`.
Tensor sample_numbered_latents(const config::LatentConfig& latent, std::int64_t count, std::uint64_t seed,
                               std::int64_t first = 0);

/// Row `index` of those.
Tensor sample_numbered_latent(const config::LatentConfig& latent, std::uint64_t index, std::uint64_t seed);

/// `latents` as if sampled from their distribution cut off at +-`threshold`, by quantiles: in law the truncation trick
/// of Brock et al. 2019, but an image changes smoothly with the threshold instead of being sampled anew.
Tensor truncated(const config::LatentConfig& latent, const Tensor& latents, double threshold);

/// Classes for `count` images, int64 [count] on the device of `random`, each equally likely. Undefined where `classes`
/// is 0.
Tensor sample_labels(std::int64_t classes, std::int64_t count, std::uint64_t seed,
                     const RandomSource& random = RandomSource(at::kCPU));

/// What images `first` to `first + count - 1` are generated with where nobody says it: rows of `conditions` f32 [R, K]
/// in turn, or where that is undefined the classes in turn, int64 [count]. Undefined where there is neither.
Tensor labels_in_turn(std::int64_t classes, const Tensor& conditions, std::int64_t first, std::int64_t count);

/// How `count` images lie in a grid: a column for each class (as long as they are few), else about a square.
std::int64_t grid_columns(std::int64_t classes, std::int64_t count);

}  // namespace ganymede::models
