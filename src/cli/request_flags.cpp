#include "cli/request_flags.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdio>

#include "ganymede/operations/schema.h"

namespace ganymede::cli {
namespace {

using operations::Field;
using operations::FieldError;
using operations::Kind;

/// What the command line calls a field: its flag, or its name where it needs none.
std::string word_for(const Field& field) {
  return field.info.positional ? field.name : operations::flag_of(field.name);
}

/// "points[2].seed" belongs to the flag --points.
std::string word_for(const std::string& place, const operations::FieldList& fields) {
  const std::string name = place.substr(0, place.find_first_of("[."));
  std::string word = operations::flag_of(name);
  for (const auto& field : fields) {
    if (field.name == name) word = word_for(field);
  }
  return name == place ? word : fmt::format("{} ({})", word, place);
}

/// A message's fields, which stand in it as 'to_class', as flags: --to-class.
std::string in_flags(std::string text, const operations::FieldList& fields) {
  for (const auto& field : fields) {
    const std::string quoted = "'" + field.name + "'";
    for (auto at = text.find(quoted); at != std::string::npos; at = text.find(quoted, at)) {
      text.replace(at, quoted.size(), word_for(field));
    }
  }
  return text;
}

std::string with_hint(const FieldError& error) {
  return error.what_happened() + (error.hint().empty() ? "" : "; " + error.hint());
}

std::string type_words(const Field& field) {
  switch (field.kind) {
    case Kind::kInteger:
      return "N";
    case Kind::kNumber:
      return "X";
    case Kind::kChoice: {
      std::string words;
      for (const auto& choice : field.choices) words += (words.empty() ? "" : "|") + choice;
      return words;
    }
    case Kind::kPoints:
      return "POINTS";
    case Kind::kVectors:
    case Kind::kNumbers:
      return "JSON";
    default:
      return "TEXT";
  }
}

std::string help_of(const Field& field) {
  std::string help = field.info.about;
  if (!field.info.unit.empty()) help += fmt::format(", in {}", field.info.unit);
  const auto& range = field.info.range;
  const bool number = field.kind == Kind::kInteger || field.kind == Kind::kNumber;
  constexpr double kNoLimit = 1e9;
  if (number && range && range->high < kNoLimit) help += fmt::format(" ({:g} to {:g})", range->low, range->high);
  if (!field.info.values.empty()) help += fmt::format(" ({})", fmt::join(field.info.values, " or "));
  if (field.kind == Kind::kPoints) help += "; by index ('0,1,2') or by seed and index ('7:0,7:1')";
  return help;
}

/// Hands a text to the field; what it refuses is refused as a wrong flag.
void take(const Field& field, const std::string& flag, const nlohmann::json* list, const std::string& text) {
  try {
    if (list != nullptr)
      field.assign(*list, field.name, operations::Door::kLocal);
    else
      operations::assign_text(field, text);
  } catch (const FieldError& error) {
    throw CLI::ValidationError(flag, with_hint(error));
  }
}

CLI::Option* add_one(CLI::App& app, const Field& field, const std::string& names, const std::string& flag,
                     const std::function<void()>& note) {
  if (field.kind == Kind::kBoolean) {
    return app.add_flag_callback(
        names,
        [field, flag, note] {
          note();
          take(field, flag, nullptr, "true");
        },
        help_of(field));
  }
  if (field.kind == Kind::kTexts) {
    auto* option = app.add_option_function<std::vector<std::string>>(
        names,
        [field, flag, note](const std::vector<std::string>& texts) {
          note();
          const nlohmann::json list = texts;
          take(field, flag, &list, {});
        },
        help_of(field));
    // A flag takes one text and may be repeated: what comes behind it may be an argument.
    if (!field.info.positional) option->type_size(1)->allow_extra_args(false);
    if (field.info.commas) option->delimiter(',');
    option->type_name(type_words(field));
    return option;
  }
  auto* option = app.add_option_function<std::string>(
      names,
      [field, flag, note](const std::string& text) {
        note();
        take(field, flag, nullptr, text);
      },
      help_of(field));
  option->type_name(type_words(field));
  if (const std::string usual = operations::default_text(field); !usual.empty()) option->default_str(usual);
  return option;
}

}  // namespace

void add_flags(CLI::App& app, const operations::FieldList& fields) {
  for (const auto& field : fields) {
    const std::string flag = word_for(field);
    const std::string names = field.info.letter != 0 ? fmt::format("-{},{}", field.info.letter, flag) : flag;
    auto* option = add_one(app, field, names, flag, [] {});
    if (field.info.required) option->required();
    if (!field.info.group.empty() && !field.info.positional) option->group(field.info.group);
    for (const auto& old : field.info.old_names) {
      const std::string old_flag = operations::flag_of(old);
      const auto note = [old_flag, flag] { fmt::print(stderr, "note: {} is now {}\n", old_flag, flag); };
      add_one(app, field, old_flag, old_flag, note)->group("");
    }
    if (const auto& old = field.info.old_switch; !old.empty()) {
      const std::string old_flag = operations::flag_of(old);
      const auto set = [field, flag, old, old_flag] {
        fmt::print(stderr, "note: {} is now {} {}\n", old_flag, flag, old);
        take(field, flag, nullptr, old);
      };
      app.add_flag_callback(old_flag, set)->group("")->excludes(option);
    }
  }
}

void run_request(const operations::FieldList& fields, const std::function<void()>& command) {
  try {
    command();
  } catch (const FieldError& error) {
    throw UsageError(in_flags(error.what_happened(), fields), word_for(error.where(), fields),
                     in_flags(error.hint(), fields));
  }
}

}  // namespace ganymede::cli
