// A comparison's metrics and its protocol, as JSON.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "ganymede/operations/image_sets.h"

namespace ganymede::operations {

/// {"fid": 12.3, "kid": {"mean", "std"}, "precision": ..., ...}: what was computed, under the names of the field.
nlohmann::json metrics_json(const quality::Metrics& values, const std::string& frechet_name);

/// Everything a metric depends on: features, both sets, seeds, sizes.
nlohmann::json protocol_json(const quality::Evaluator& evaluator, const OpenedImageSet& real,
                             const OpenedImageSet& fake, const quality::Metrics& values, const nlohmann::json& metrics);

/// Whether a higher or a lower value is better: "lower" or "higher"; empty for those that say so themselves.
std::string better(const std::string& metric);

}  // namespace ganymede::operations
