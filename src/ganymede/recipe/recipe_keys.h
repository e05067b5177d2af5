// A recipe as a flat list of keys.
#pragma once

#include <map>
#include <string>

#include "ganymede/recipe/recipe.h"

namespace ganymede::config {

/// Every key of to_toml() with its value: "train.batch_size", "generator.layers".
std::map<std::string, std::string> keys_of(const Recipe& recipe);
/// The keys that name files of this machine, with what they name.
std::map<std::string, std::string> files_named(const Recipe& recipe);

}  // namespace ganymede::config
