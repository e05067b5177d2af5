// How good a discriminator's features are, by a linear classifier on them (Radford et al. 2016, section 5).
#pragma once

#include "ganymede/operations/control.h"
#include "ganymede/operations/features_request.h"
#include "ganymede/operations/model.h"
#include "ganymede/quality/feature_protocol.h"

namespace ganymede::operations {

struct FeaturesResult {
  struct Row {
    std::string name;  ///< "trained", "untrained" or "pixels"
    quality::FeatureResult found;
  };
  std::vector<Row> rows = {};
  std::vector<std::string> layers = {};  ///< of the discriminator, whose outputs are the features
  std::string data = {}, checksum = {};
  std::string test = {};  ///< what the test images are
};

/// Told of each row as it is found: the next may take minutes.
using RowCallback = std::function<void(const FeaturesResult::Row& row)>;

/// Progress counts images, for each row anew. Throws Error where the data is not at hand or has no labels, Cancelled.
FeaturesResult features(const Model& model, const FeaturesRequest& request, const Control& control = {},
                        const RowCallback& row = {});

}  // namespace ganymede::operations
