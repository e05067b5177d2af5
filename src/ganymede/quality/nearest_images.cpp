#include "ganymede/quality/nearest_images.h"

#include <algorithm>
#include <cmath>

#include "ganymede/models/images.h"
#include "ganymede/quality/images.h"

namespace ganymede::quality {
namespace {

constexpr std::size_t kImagesCompared = 512;

}  // namespace

Embedding pixel_embedding() {
  return [](const Tensor& images) { return (models::levels(images) / 255).flatten(1); };
}

Embedding feature_embedding(const FeatureExtractor& extractor) {
  return [&extractor](const Tensor& images) {
    std::vector<Tensor> parts;
    for (const auto& part : images.split(128)) parts.push_back(extractor.extract(part, false).features);
    return at::cat(parts);
  };
}

Neighbours nearest_images(const Tensor& queries, const data::Dataset& dataset, std::int64_t k,
                          const Embedding& embedding, const std::function<void(std::size_t)>& report) {
  NearestSearch search(queries, k);
  each_stretch(dataset, kImagesCompared, [&](std::size_t first, const Tensor& images) {
    search.add(embedding(images));
    if (report) report(first + static_cast<std::size_t>(images.size(0)));
  });
  return search.result();
}

std::vector<std::vector<NearImage>> nearest_of(std::span<const image::Image> images, const data::Dataset& dataset,
                                               std::int64_t k, const Embedding& embedding,
                                               const std::function<void(std::size_t)>& report) {
  const auto count = std::min<std::int64_t>(k, static_cast<std::int64_t>(dataset.size()));
  const auto found = nearest_images(embedding(models::samples_of(images)), dataset, count, embedding, report);
  std::vector<std::vector<NearImage>> out(images.size());
  for (std::size_t i = 0; i < out.size(); ++i) {
    const auto row = static_cast<std::int64_t>(i);
    for (std::int64_t j = 0; j < count; ++j) {
      const auto index = static_cast<std::size_t>(found.indices[row][j].item<std::int64_t>());
      const int label = dataset.label(index);
      out[i].push_back({.index = index,
                        .distance = std::sqrt(found.squared[row][j].item<double>()),
                        .label = label >= 0 ? dataset.info().classes[static_cast<std::size_t>(label)] : "",
                        .image = data::image_at(dataset, index)});
    }
  }
  return out;
}

Tensor embedded(const data::Dataset& dataset, const Embedding& embedding) {
  std::vector<Tensor> parts;
  each_stretch(dataset, kImagesCompared,
               [&](std::size_t, const Tensor& images) { parts.push_back(embedding(images)); });
  return at::cat(parts);
}

}  // namespace ganymede::quality
