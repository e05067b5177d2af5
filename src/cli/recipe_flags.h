// Flags that stand for keys of a recipe.
#pragma once

#include <string>

#include "ganymede/config/recipe.h"

namespace ganymede::cli {

/// "key=value" as --set takes it, with the value written as TOML whatever it contains.
template <class T>
std::string override_text(const std::string& key, const T& value) {
  config::FieldWriter writer;
  writer("value", value);
  return key + "=" + writer.entries().front().second;
}

/// The recipe of a recipe file, a shipped recipe's name, a model file or a run folder.
config::Recipe recipe_or_model(const std::string& what);

}  // namespace ganymede::cli
