// The images of a data set nearest to given ones, in pixels or in any feature space.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "ganymede/data/dataset.h"
#include "ganymede/quality/extractor.h"
#include "ganymede/quality/near_image.h"
#include "ganymede/quality/nearest.h"

namespace ganymede::quality {

/// Images uint8 [n, C, H, W] as vectors [n, D], to be compared by Euclidean distance.
using Embedding = std::function<Tensor(const Tensor& images)>;

/// Pixels from 0 to 1, in a row: distances are those of a difference image.
Embedding pixel_embedding();
/// The extractor's features. It must outlive the result.
Embedding feature_embedding(const FeatureExtractor& extractor);

/// The k images of `dataset` nearest to each of `queries` (vectors [Q, D]), read in stretches. `report` hears how many
/// images were looked at.
Neighbours nearest_images(const Tensor& queries, const data::Dataset& dataset, std::int64_t k,
                          const Embedding& embedding, const std::function<void(std::size_t)>& report = {});

/// The k images of `dataset` nearest to each image, nearest first; all of them where it holds fewer. `report` as
/// above.
std::vector<std::vector<NearImage>> nearest_of(std::span<const image::Image> images, const data::Dataset& dataset,
                                               std::int64_t k, const Embedding& embedding,
                                               const std::function<void(std::size_t)>& report = {});

/// All images of a (small) set as vectors [N, D].
Tensor embedded(const data::Dataset& dataset, const Embedding& embedding);

}  // namespace ganymede::quality
