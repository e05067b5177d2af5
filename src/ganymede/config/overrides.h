// --set section.key=value: a change to a recipe's table before anything is checked.
#pragma once

#include <string>

#include "ganymede/config/fields.h"
#include "ganymede/config/toml.h"

namespace ganymede::config {

/// Applies "a.b.c=value" to `root`, creating missing sections. The value is read as TOML; what is no TOML is a string.
/// An entry of a list is named by its number, from 0, as the text has them: "discriminator.layers.0.kernel=5".
/// Throws UsageError when there is no '=', when part of the path is neither a section nor a list, and for an entry that
/// is not there.
void apply_override(toml::table& root, const std::string& text);

/// "key=value" as apply_override() takes it, with the value written as TOML whatever it contains.
template <class T>
std::string override_text(const std::string& key, const T& value) {
  FieldWriter writer;
  writer("value", value);
  return key + "=" + writer.entries().front().second;
}

}  // namespace ganymede::config
