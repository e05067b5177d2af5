#include "cli/command_tree.h"

namespace ganymede::cli {
namespace {

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(separator, begin), text.size());
    parts.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

/// What CLI11 says of a value: "TEXT", "INT:INT in [1 - 9]", "TEXT:{a,b}", or as request_flags.cpp has it "a|b".
void set_value(CommandArgument& argument, const std::string& type) {
  argument.value = type.substr(0, type.find_first_of(":( "));
  if (const auto open = type.find('{'), close = type.find('}'); open != std::string::npos && close > open) {
    argument.choices = split(type.substr(open + 1, close - open - 1), ',');
  } else if (type.find('|') != std::string::npos) {
    argument.choices = split(argument.value, '|');
  }
  if (argument.value.empty()) argument.value = "VALUE";
}

CommandArgument argument_of(const CLI::Option& option) {
  CommandArgument out;
  out.positional = option.get_lnames().empty() && option.get_snames().empty();
  const auto &long_names = option.get_lnames(), &letters = option.get_snames();
  if (out.positional) {
    out.name = option.get_name();
  } else if (long_names.empty()) {
    out.name = "-" + letters.front();
  } else {
    out.name = "--" + long_names.front();
    if (!letters.empty()) out.letter = letters.front().front();
  }
  out.about = option.get_description();
  out.required = option.get_required();
  out.usual = option.get_default_str();
  if (option.get_items_expected_max() > 0) set_value(out, option.get_type_name());
  return out;
}

CommandNode node_of(const CLI::App& app, const std::string& path) {
  CommandNode out{.path = path, .summary = app.get_description()};
  for (const CLI::Option* option : app.get_options()) {
    const bool old = option->get_group().empty();
    const bool named = !option->get_lnames().empty() || !option->get_name().empty();
    if (!old && named) out.arguments.push_back(argument_of(*option));
  }
  for (const CLI::App* sub : app.get_subcommands([](const CLI::App* one) { return !one->get_group().empty(); }))
    out.commands.push_back(node_of(*sub, path + " " + sub->get_name()));
  return out;
}

}  // namespace

CommandNode command_tree(const CLI::App& program) {
  return node_of(program, program.get_name());
}

}  // namespace ganymede::cli
