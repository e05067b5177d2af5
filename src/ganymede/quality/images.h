// Images of a data set as tensors, a stretch at a time: what every metric reads.
#pragma once

#include <functional>
#include <span>

#include "ganymede/core/torch_compat.h"
#include "ganymede/data/dataset.h"

namespace ganymede::quality {

/// Images [first, first + count) as uint8 [count, C, H, W] on the CPU. Throws what reading throws.
Tensor read_images(const data::Dataset& dataset, std::size_t first, std::size_t count);

/// Images of equal size and channels as uint8 [N, C, H, W].
Tensor bytes_of(std::span<const image::Image> images);

/// Calls `take` with the first index and the images of each stretch of `stretch` images, in order.
/// Throws Error for an empty set, Cancelled (core/task.h).
void each_stretch(const data::Dataset& dataset, std::size_t stretch,
                  const std::function<void(std::size_t first, const Tensor& images)>& take);

}  // namespace ganymede::quality
