// Batches of images as networks take them.
#pragma once

#include "ganymede/models/images.h"

namespace ganymede::train {

/// A batch of a data set on the device where it is used.
struct ByteBatch {
  Tensor bytes;   ///< samples (models/images.h) [N, H, W, C]
  Tensor labels;  ///< int64 [N]; -1 where there are none. Or conditions, f32 [N, K]
};

/// Its images as [N, C, H, W] in [-1, 1].
inline Tensor pixels_of(const ByteBatch& batch, at::ScalarType type) {
  return models::from_bytes(batch.bytes.permute({0, 3, 1, 2})).to(type);
}

/// Part `part` of `parts` of a batch; the parts differ by at most one image.
inline Tensor part_of(const Tensor& batch, int part, int parts) {
  if (parts == 1 || !batch.defined()) return batch;
  const std::int64_t size = batch.size(0);
  return batch.slice(0, size * part / parts, size * (part + 1) / parts);
}

}  // namespace ganymede::train
