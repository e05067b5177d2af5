// What images are conditioned on where that is no class: several labels at once, or numbers on a scale. Columns of a
// table of labels (labels.h) give each image a vector.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "ganymede/data/image_store.h"

namespace ganymede::data {

/// The vectors of some images, by the name that Dataset::key() has for each.
struct Conditions {
  std::vector<Condition> columns;
  std::unordered_map<std::string, std::vector<float>> of_image;  ///< scaled
};

/// A cell as a number: "1", "0.25", also yes and no, true and false. Nothing for any other text.
std::optional<double> condition_value(const std::string& cell);

/// The columns called `names` of the tables beside `images`. Those whose values all lie between -1 and 1 stay as they
/// are; others are brought to 0 to 1, which `notes` says, as it says what has no row or an empty cell: `kept` are the
/// images that have every value. Throws UsageError for a column that no table has, and Error for a cell that is no
/// number.
Conditions conditions_beside(const ImageStore& store, const std::vector<std::size_t>& images,
                             const std::vector<std::string>& names, std::vector<std::size_t>& kept,
                             std::vector<std::string>& notes);

/// `whole` with those vectors. Every image of it must have one.
std::shared_ptr<const Dataset> conditioned(std::shared_ptr<const Dataset> whole, const Conditions& conditions);

/// `part`, some images of `whole`, with the conditions of `whole` that are called `names` (all where there are none),
/// in that order. Throws UsageError for a name that `whole` has not.
std::shared_ptr<const Dataset> with_conditions(std::shared_ptr<const Dataset> part, const Dataset& whole,
                                               const std::vector<std::string>& names);

}  // namespace ganymede::data
