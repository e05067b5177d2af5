// A comparison's metrics and its protocol, for people and as JSON.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "cli/image_sets.h"

namespace ganymede::cli {

/// {"fid": 12.3, "kid": {"mean", "std"}, "precision": ..., ...}: what was computed, under the names of the field.
nlohmann::json metrics_json(const quality::Metrics& metrics, const std::string& frechet_name);

/// Everything a metric depends on: features, both sets, seeds, sizes.
nlohmann::json protocol_json(const quality::Evaluator& evaluator, const OpenedImageSet& real,
                             const OpenedImageSet& fake, const quality::Metrics& metrics,
                             const nlohmann::json& computed);

/// Both as lines of text.
std::string report_text(const nlohmann::json& metrics, const nlohmann::json& protocol);

}  // namespace ganymede::cli
