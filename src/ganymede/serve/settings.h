// A run's recipe as one text a key, so that runs can be compared by what was changed.
#pragma once

#include <map>
#include <string>

namespace ganymede::serve {

/// "train.batch_size" -> "32", by the text of recipe.toml. A long value (the layers of a network) is its beginning and
/// a few digits of its checksum: equal texts mean equal values. Nothing where the text is no TOML.
std::map<std::string, std::string> settings_of(const std::string& recipe);

}  // namespace ganymede::serve
