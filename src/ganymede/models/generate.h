// Generating images, and asking a discriminator about them: on the device where the network lies, from
// inputs that may lie elsewhere, with results on the CPU.
#pragma once

#include <vector>

#include "ganymede/models/discriminator.h"

namespace ganymede::models {

/// The one size of batch that goes through a network here; what is missing is filled up.
inline constexpr std::int64_t kGenerationBatch = 16;

/// [N, C, H, W] in [-1, 1], f32, for latents [N, size]: evaluation mode, in batches of a fixed size, so that neither
/// the number asked for nor the precision of training changes an image. `labels` are the classes to generate, int64
/// [N]; a generator whose classes() is 0 needs none. `type` is the arithmetic's: bf16 is faster where the hardware has
/// it, and a pixel then differs by a level or two of 255.
Tensor generate(const Network& generator, const Tensor& latents, const Tensor& labels = {},
                at::ScalarType type = at::kFloat);

/// The codes of images [N, C, H, W] in [-1, 1]: [N, code...], f32, in batches as generate() has them.
Tensor encode(const Network& encoder, const Tensor& images);

/// The discriminator's scores [N] of images [N, C, H, W]; higher is more real; of a grid of scores their mean. `labels`
/// are the images' classes. Throws UsageError for a discriminator that ends in something else than a score.
Tensor score(const Discriminator& discriminator, const Tensor& images, const Tensor& labels = {});

/// Indices of the `count` images the discriminator finds most real, best first.
std::vector<std::int64_t> rank(const Discriminator& discriminator, const Tensor& images, std::int64_t count,
                               const Tensor& labels = {});

}  // namespace ganymede::models
