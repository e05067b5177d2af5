#include "ganymede/quality/nearest_images.h"

#include "ganymede/quality/images.h"

namespace ganymede::quality {
namespace {

constexpr std::size_t kImagesCompared = 512;

}  // namespace

Embedding pixel_embedding() {
  return [](const Tensor& images) { return images.to(at::kFloat).div_(255).flatten(1); };
}

Embedding feature_embedding(const FeatureExtractor& extractor) {
  return [&extractor](const Tensor& images) {
    std::vector<Tensor> parts;
    for (const auto& part : images.split(128)) parts.push_back(extractor.extract(part, false).features);
    return at::cat(parts);
  };
}

Neighbours nearest_images(const Tensor& queries, const data::Dataset& dataset, std::int64_t k, const Embedding& embedding,
                          const std::function<void(std::size_t)>& report) {
  NearestSearch search(queries, k);
  each_stretch(dataset, kImagesCompared, [&](std::size_t first, const Tensor& images) {
    search.add(embedding(images));
    if (report) report(first + static_cast<std::size_t>(images.size(0)));
  });
  return search.result();
}

Tensor embedded(const data::Dataset& dataset, const Embedding& embedding) {
  std::vector<Tensor> parts;
  each_stretch(dataset, kImagesCompared, [&](std::size_t, const Tensor& images) { parts.push_back(embedding(images)); });
  return at::cat(parts);
}

}  // namespace ganymede::quality
