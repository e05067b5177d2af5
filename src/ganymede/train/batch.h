// Batches of images as networks take them.
#pragma once

#include "ganymede/data/loader.h"
#include "ganymede/models/pictures.h"
#include "ganymede/nn/shape.h"

namespace ganymede::train {

/// A loader's batch as [N, C, H, W] in [-1, 1].
inline Tensor pixels_of(const data::Batch& batch, const nn::Shape& image, const torch::Device& device,
                        at::ScalarType type) {
  return models::from_pixels(batch.pixels, static_cast<std::int64_t>(batch.count), image.height(), image.width(),
                             image.channels(), device, type);
}

/// Part `part` of `parts` of a batch; the parts differ by at most one sample.
inline Tensor part_of(const Tensor& batch, int part, int parts) {
  if (parts == 1 || !batch.defined()) return batch;
  const std::int64_t size = batch.size(0);
  return batch.slice(0, size * part / parts, size * (part + 1) / parts);
}

}  // namespace ganymede::train
