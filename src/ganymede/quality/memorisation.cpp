#include "ganymede/quality/memorisation.h"

#include "ganymede/quality/images.h"

namespace ganymede::quality {

Closeness closeness(const data::Dataset& images, const data::Dataset& training, std::int64_t k,
                    const Embedding& embedding, const std::function<void(std::size_t)>& report) {
  Closeness out;
  out.nearest = nearest_images(embedded(images, embedding), training, k, embedding, report);
  const Tensor found = out.nearest.indices.select(1, 0).contiguous(), reached = out.nearest.squared.select(1, 0);
  out.median_distance = reached.sqrt().median().item<double>();

  // The nearest training images' own nearest images: the first of two that is not the image itself.
  std::vector<Tensor> originals;
  for (std::int64_t i = 0; i < found.size(0); ++i) {
    originals.push_back(read_images(training, static_cast<std::size_t>(found[i].item<std::int64_t>()), 1));
  }
  const auto around = nearest_images(embedding(at::cat(originals)), training, 2, embedding);
  const Tensor itself = around.indices.select(1, 0) == found;
  const Tensor apart = at::where(itself, around.squared.select(1, 1), around.squared.select(1, 0));
  out.authenticity = (reached > apart).to(at::kDouble).mean().item<double>();
  return out;
}

}  // namespace ganymede::quality
