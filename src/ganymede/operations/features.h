// How good a discriminator's features are, by a linear classifier on them (Radford et al. 2016, section 5).
#pragma once

#include <nlohmann/json.hpp>

#include "ganymede/operations/control.h"
#include "ganymede/operations/features_request.h"
#include "ganymede/operations/model.h"
#include "ganymede/operations/results.h"

namespace ganymede::operations {

/// Told of each row as it is found: the next may take minutes.
using RowCallback = std::function<void(const FeaturesResult::Row& row)>;

/// {"protocol", "results"}: what was found, and all that it depends on.
nlohmann::json document_of(const FeaturesResult& found, const FeaturesRequest& request, const Model& model);

/// Writes `request.output`, too, where it is given. Progress counts images, for each row anew. Throws Error where the
/// data is not at hand or has no labels, Cancelled.
FeaturesResult features(const Model& model, const FeaturesRequest& request, const Control& control = {},
                        const RowCallback& row = {});

}  // namespace ganymede::operations
