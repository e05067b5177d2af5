// An evaluation's metrics and its protocol, for people.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace ganymede::cli {

/// Both as lines of text; see operations/evaluate.h for what they are.
std::string report_text(const nlohmann::json& metrics, const nlohmann::json& protocol);

}  // namespace ganymede::cli
