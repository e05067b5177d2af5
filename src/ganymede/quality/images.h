// Images of a data set as tensors, a stretch at a time: what every metric reads.
#pragma once

#include <functional>
#include <span>

#include "ganymede/core/torch_compat.h"
#include "ganymede/data/dataset.h"

namespace ganymede::quality {

/// Images [first, first + count) as samples [count, C, H, W] (models/images.h: uint8, or int16 for 16 bits) on the CPU.
/// Throws what reading throws.
Tensor read_images(const data::Dataset& dataset, std::size_t first, std::size_t count);

/// What networks made for photographs see of samples [N, C, H, W]: uint8 of 1 or 3 channels. 16 bits become 8; of more
/// than three channels the first three are taken, of two the first.
Tensor as_photographs(const Tensor& images);

/// Calls `take` with the first index and the images of each stretch of `stretch` images, in order.
/// Throws Error for an empty set, Cancelled (core/task.h).
void each_stretch(const data::Dataset& dataset, std::size_t stretch,
                  const std::function<void(std::size_t first, const Tensor& images)>& take);

}  // namespace ganymede::quality
