// Data sets made of another one: fewer classes, fewer images, another size.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "ganymede/data/dataset.h"
#include "ganymede/image/image.h"

namespace ganymede::data {

/// Which images of a set are kept, and what class each then has.
struct Selection {
  std::vector<std::uint32_t> indices;  ///< into the whole set, rising
  std::vector<std::int32_t> labels;    ///< new label of each
  std::vector<std::string> classes;    ///< new class names
  std::vector<std::string> notes;      ///< to add to the whole's
};

/// Keeps the images of the classes in `wanted` (relabelled 0.. in that order; all where it is empty), then of those at
/// most `count` (0: all), spread evenly, since folders come sorted by class.
/// Images marked in `left_out` are passed over first; where it is empty, none is.
/// Throws UsageError for a class that is not in `classes`, naming the nearest, and Error when nothing is left;
/// `where` names the set in both.
Selection select(const std::vector<std::int32_t>& labels, const std::vector<std::string>& classes,
                 const std::vector<std::string>& wanted, std::size_t count, const std::string& where,
                 const std::vector<bool>& left_out = {});

/// `whole` with only the selected images.
std::shared_ptr<const Dataset> subset(std::shared_ptr<const Dataset> whole, Selection selection);

/// `whole` at another size (not given: as it is), with 1 or 3 channels (0: as it is) and samples of `bits` bits (0: as
/// they are; never more than they have): done once into memory up to kPixelBudget, at each read beyond it. Of images
/// that lie in memory each is done when it is first read, of others, which may be damaged, all at once.
std::shared_ptr<const Dataset> resized(std::shared_ptr<const Dataset> whole, ImageSize size, int channels,
                                       Fit fit = Fit::kCrop, int bits = 0);

/// `source` with all its pixels read into memory, for sets that make them anew at each read.
std::shared_ptr<const Dataset> held_in_memory(const Dataset& source);

/// One image, brought to a size by `fit` (not given: left as it is), with 1 or 3 channels (0: as it is).
image::Image fitted(image::Image image, ImageSize size, Fit fit, int channels);

}  // namespace ganymede::data
