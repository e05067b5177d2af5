// What a field list says of a field beside its name and its value: the source of help, checks, schemas and reference
// pages. Installed: the requests are made of it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ganymede/config/range.h"

namespace ganymede::config {

/// Which texts there may be; text_rule.h reads it. Classes of characters are written as between the brackets of a
/// regular expression, of single bytes alone: "A-Za-z_", "^,\\x00-\\x1f".
struct TextRule {
  Range length;            ///< in characters
  std::string characters;  ///< those that it has
  std::string first = {};  ///< of them those that it may begin with; empty: any
  std::string words;       ///< all that in words, behind its length: "letters and digits"
};

struct FieldInfo {
  std::string about = {};                    ///< one line without a full stop: "how many images"
  std::optional<Range> range = {};           ///< of a number, or of how many entries a list has
  std::optional<Range> served = {};          ///< the narrower range a server grants its clients; `range` unless given
  std::vector<int> values = {};              ///< of a whole number: these alone
  std::vector<std::string> choices = {};     ///< of a choice: these names alone
  std::optional<TextRule> served_text = {};  ///< what a server takes for a text, or for each text of a list
  std::string unit = {};                     ///< "seconds", "steps"; empty for plain numbers
  char letter = 0;                           ///< of the short flag: 'n' for -n
  std::string usual = {};                    ///< the default in words, where the member's own value does not say it
  bool required = false;                     ///< has no default
  bool required_of_clients = false;          ///< a server's client must give it, whatever the default ...
  std::vector<std::string> unless = {};      ///< ... but where it gives one of these
  bool local = false;                        ///< names files of this machine: a server does not offer it
  bool seed = false;                         ///< a seed: on the command line config/seed.h says how it is written
  bool or_number = false;                    ///< a text that may come as a whole number
  bool positional = false;                   ///< on the command line it needs no flag
  bool commas = false;                       ///< a list of texts that may stand in one there: "fid,kid"
  std::vector<std::string> old_names = {};   ///< what it was called before; still understood
  std::string old_switch = {};               ///< a boolean of before, where true was the choice of the same name
  std::string group = {};                    ///< the heading that its flag stands under in --help
};

}  // namespace ganymede::config
