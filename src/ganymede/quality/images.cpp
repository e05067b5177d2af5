#include "ganymede/quality/images.h"

#include "ganymede/core/error.h"
#include "ganymede/core/task.h"
#include "ganymede/models/images.h"

namespace ganymede::quality {

Tensor read_images(const data::Dataset& dataset, std::size_t first, std::size_t count) {
  const auto& info = dataset.info();
  const std::size_t bytes = dataset.image_bytes();
  const Tensor pixels = at::empty({static_cast<std::int64_t>(count), info.height, info.width, info.channels},
                                  models::sample_type(info.bits));
  for (std::size_t i = 0; i < count; ++i) {
    dataset.read(first + i, {static_cast<std::uint8_t*>(pixels.data_ptr()) + i * bytes, bytes});
  }
  return pixels.permute({0, 3, 1, 2}).contiguous();
}

Tensor as_photographs(const Tensor& images) {
  const auto channels = images.size(1);
  const Tensor some = channels > 3 ? images.slice(1, 0, 3) : channels == 2 ? images.slice(1, 0, 1) : images;
  return some.scalar_type() == at::kByte ? some : models::levels(some).round_().to(at::kByte);
}

void each_stretch(const data::Dataset& dataset, std::size_t stretch,
                  const std::function<void(std::size_t first, const Tensor& images)>& take) {
  if (dataset.size() == 0) throw Error("there are no images", dataset.info().where(), "name a set that has some");
  for (std::size_t first = 0; first < dataset.size(); first += stretch) {
    take(first, read_images(dataset, first, std::min(stretch, dataset.size() - first)));
    if (cancel_requested()) throw Cancelled("stopped while the images were read", dataset.info().where());
  }
}

}  // namespace ganymede::quality
