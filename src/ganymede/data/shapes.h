// The built-in data set `shapes`: ten kinds of shapes, rendered by the program, so that a first GAN needs no download.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "ganymede/data/dataset.h"
#include "ganymede/image/image.h"

namespace ganymede::data {

inline constexpr int kShapeClasses = 10;
inline constexpr int kShapesSize = 32;  ///< pixels a side unless asked otherwise
inline constexpr int kSmallestShapes = 16, kLargestShapes = 256;
inline constexpr std::size_t kShapesTrain = 10'000, kShapesTest = 2'000;  ///< images a split unless asked otherwise

/// "circle", "ring", ...: the classes by label.
std::span<const std::string> shape_names();

/// Image `index` of a split ("train" or "test"), RGB, a pure function of the arguments: one anti-aliased shape of
/// class index % 10 in a bright colour on a dark or pale ground, its place and size varied. Where height and width
/// differ, the shape is as large as in the square of the lesser side, and anywhere along the other.
image::Image render_shape(std::uint64_t seed, const std::string& split, std::uint64_t index,
                          ImageSize size = kShapesSize);

/// How much of the point (x, y) the shape `label` covers, 0 to 1, with edges softened over `softness`. The shape is
/// centred at the origin and fits into -1..1; y points down.
double shape_coverage(int label, double x, double y, double softness);

/// Opens it. `count` is the number of images in all splits together (equal shares); `classes` is left to the caller.
/// Throws UsageError for a size out of range or an unknown split. The checksum covers the parameters and 100 images.
std::shared_ptr<const Dataset> open_shapes(const DatasetOptions& options);

}  // namespace ganymede::data
