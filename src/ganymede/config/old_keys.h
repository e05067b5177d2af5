// Recipe keys of earlier versions: read under the names they have now, with one line in the log.
#pragma once

#include <string>

#include "ganymede/config/toml.h"

namespace ganymede::config {

/// The name that the key `path` ("train.batch") has now, with a note in the log where it is another; the first time in
/// a process alone: recipes are read again and again, a server's every second.
std::string current_key(const std::string& path);

/// Gives every old key of the recipe `root` its present name, each with its note. Throws UsageError where both stand.
void rename_old_keys(toml::table& root, const std::string& origin);

}  // namespace ganymede::config
