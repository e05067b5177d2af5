// Tables whose first key names a kind: { conv = 64, kernel = 4 }, or the bare name "relu". Layers and penalties are
// written so; an option may itself be a list of them ({ residual = [{ conv = 64 }, "relu"] }).
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "ganymede/config/fields.h"

namespace ganymede::config {

struct OptionList;

/// What a kind means belongs to a registry above this folder.
struct OptionTable {
  std::string kind;
  toml::table values;             ///< includes the kind's own key; an empty array where `lists` has the value
  Place place;                    ///< where it stands; its values have lost their own lines
  std::vector<OptionList> lists;  ///< the options that are lists of such tables, or of names
  bool bare = false;              ///< it was a name alone
  std::vector<std::pair<std::string, std::string>> brought = {};  ///< options that --set gave, with that flag

  /// Null where the option `key` is no list of tables or names.
  const std::vector<OptionTable>* list(const std::string& key) const;
};

struct OptionList {
  std::string key;
  std::vector<OptionTable> entries;
};

/// Reads one entry of a list. The kind is the key that stands first in the text; a bare string is a kind with its
/// defaults. Throws UsageError for anything else.
OptionTable option_table(const toml::node& node, const Place& place);

/// The entries of a list written in TOML, "[{ conv = 64 }, \"relu\"]". Throws UsageError, naming `origin`.
std::vector<OptionTable> option_tables(const std::string& list, const std::string& origin);

/// The table in TOML, kind first: option_table() reads it back.
std::string to_inline_text(const OptionTable& table);

}  // namespace ganymede::config
