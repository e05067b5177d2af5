// Images about a comparison: features in two dimensions, and generated images beside the nearest training images.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "ganymede/quality/evaluator.h"

namespace ganymede::operations {

/// Both sets' features along the principal components of the real ones, as SVG or PNG by the name. After evaluate().
void plot_scatter(const quality::Evaluator& evaluator, const std::string& file);

struct CopiesFound {
  nlohmann::json metrics, protocol;
};

/// Looks for the training images nearest to generated ones, in pixels and (with an extractor) in features, and shows
/// those that come nearest to theirs. `held_out` may be null. Throws UsageError for sets without images.
CopiesFound look_for_copies(const quality::ImageSet& training, const quality::ImageSet& generated,
                            const data::Dataset* held_out, const quality::FeatureExtractor* extractor,
                            const std::string& file);

}  // namespace ganymede::operations
