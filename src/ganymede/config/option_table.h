// Tables whose first key names a kind: { conv = 64, kernel = 4 }, or the bare name "relu". Layers and penalties are
// written so; an option may itself be a list of them ({ residual = [{ conv = 64 }, "relu"] }).
#pragma once

#include <string>
#include <vector>

#include "ganymede/config/fields.h"

namespace ganymede::config {

/// What a kind means belongs to a registry above this folder.
struct OptionTable {
  std::string kind;
  toml::table values;  ///< includes the kind's own key; tables of nested lists stand as { kind = { values } }
  Place place;
};

/// Reads one entry of a list. The kind is the key that stands first in the text; a bare string is a kind with its
/// defaults. Takes the table out of `node`. Throws UsageError for anything else.
OptionTable option_table(toml::node& node, Place place);

/// The entries of a list written in TOML, "[{ conv = 64 }, \"relu\"]". Throws UsageError, naming `origin`.
std::vector<OptionTable> option_tables(const std::string& list, const std::string& origin);

/// The entries of the option `list` that `table` has at this node. Throws UsageError unless it is a list of them.
std::vector<OptionTable> nested_tables(const toml::node& list, const Place& place);

/// The table in TOML, kind first: option_table() reads it back.
std::string to_inline_text(const OptionTable& table);

}  // namespace ganymede::config
