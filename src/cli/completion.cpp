// ganymede completion SHELL
#include "cli/completion.h"

#include <fmt/ranges.h>

#include <functional>

#include "cli/command.h"
#include "ganymede/config/names.h"
#include "ganymede/recipe/recipe.h"

namespace ganymede::config {
template <>
struct Names<cli::Shell> {
  static constexpr std::array<std::pair<const char*, cli::Shell>, 3> values{
      {{"bash", cli::Shell::kBash}, {"zsh", cli::Shell::kZsh}, {"fish", cli::Shell::kFish}}};
};
}  // namespace ganymede::config

namespace ganymede::cli {
namespace {

using Visit = std::function<void(const CommandNode&)>;

void for_each(const CommandNode& node, const Visit& visit) {
  visit(node);
  for (const auto& command : node.commands) for_each(command, visit);
}

/// Behind the program's name: "explore interpolate"; empty for the program itself.
std::string words_of(const CommandNode& node) {
  const auto space = node.path.find(' ');
  return space == std::string::npos ? "" : node.path.substr(space + 1);
}

/// Or something else, as `summary` does.
bool is_recipe(const CommandArgument& one) {
  return one.positional && (one.name == "recipe" || one.name == "what");
}
bool takes_recipe(const CommandNode& node) {
  return std::any_of(node.arguments.begin(), node.arguments.end(), is_recipe);
}

std::vector<std::string> flags_of(const CommandNode& node) {
  std::vector<std::string> flags;
  for (const auto& one : node.arguments) {
    if (!one.positional) flags.push_back(one.name);
    if (one.letter != 0) flags.push_back(std::string("-") + one.letter);
  }
  return flags;
}

std::vector<std::string> names_of(const std::vector<CommandNode>& commands) {
  std::vector<std::string> names;
  for (const auto& one : commands) names.push_back(one.name());
  return names;
}

/// A text within single quotes of a shell.
std::string quoted(std::string text) {
  for (std::size_t at = 0; (at = text.find('\'', at)) != std::string::npos; at += 4) text.replace(at, 1, "'\\''");
  return "'" + text + "'";
}

constexpr const char* kBashWalk = R"(
  local current=${COMP_WORDS[COMP_CWORD]} before="" command="" word i
  ((COMP_CWORD == 0)) || before=${COMP_WORDS[COMP_CWORD - 1]}
  for ((i = 1; i < COMP_CWORD; ++i)); do
    word=${COMP_WORDS[i]}
    case "$command $word" in
)";

std::string bash(const CommandNode& program, const std::vector<std::string>& recipes) {
  std::string walk, cases, choices;
  for_each(program, [&](const CommandNode& node) {
    const std::string words = words_of(node);
    if (!words.empty()) {
      const auto space = words.rfind(' ');
      const std::string parent = space == std::string::npos ? "" : words.substr(0, space);
      walk += fmt::format("      {}) command={} ;;\n", quoted(parent + " " + node.name()), quoted(words));
    }
    std::vector<std::string> offered = names_of(node.commands);
    if (takes_recipe(node)) offered.insert(offered.end(), recipes.begin(), recipes.end());
    cases +=
        fmt::format("    {}) words={} flags={} ;;\n", quoted(words), quoted(fmt::format("{}", fmt::join(offered, " "))),
                    quoted(fmt::format("{}", fmt::join(flags_of(node), " "))));
    for (const auto& one : node.arguments) {
      if (one.choices.empty()) continue;
      choices += fmt::format("    {}) COMPREPLY=($(compgen -W {} -- \"$current\")); return ;;\n",
                             quoted(words + " " + one.name), quoted(fmt::format("{}", fmt::join(one.choices, " "))));
    }
  });
  return "# Completion of ganymede for bash, made by `ganymede completion bash`.\n_ganymede() {" +
         std::string(kBashWalk) + walk + "    esac\n  done\n  case \"$command $before\" in\n" + choices +
         "  esac\n  local words=\"\" flags=\"\"\n  case $command in\n" + cases +
         "  esac\n"
         "  if [[ $current == -* ]]; then words=$flags; fi\n"
         "  COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
         "}\n"
         "complete -o default -o bashdefault -F _ganymede ganymede\n";
}

/// A text within an _arguments specification: brackets and colons mean something there.
std::string zsh_text(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '[' || c == ']' || c == ':' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::string zsh_action(const CommandArgument& one, const std::vector<std::string>& recipes) {
  if (!one.choices.empty()) return fmt::format("({})", fmt::join(one.choices, " "));
  if (is_recipe(one)) {
    return fmt::format("_alternative \"recipes:recipe:({})\" \"files:file:_files\"", fmt::join(recipes, " "));
  }
  return "_files";
}

std::string zsh_function(const CommandNode& node) {
  std::string name = "_" + node.path;
  std::replace(name.begin(), name.end(), ' ', '_');
  return name;
}

std::string zsh_of(const CommandNode& node, const std::vector<std::string>& recipes) {
  std::string out = zsh_function(node) + "() {\n  local state line\n  _arguments -C";
  for (const auto& one : node.arguments) {
    if (one.positional) continue;
    const std::string value =
        one.value.empty() ? "" : fmt::format(":{}:{}", zsh_text(one.value), zsh_action(one, recipes));
    out += " \\\n    " + quoted(fmt::format("*{}[{}]{}", one.name, zsh_text(one.about), value));
  }
  if (!node.commands.empty()) {
    out +=
        " \\\n    '1: :->command' '*::argument:->arguments'\n  case $state in\n    command)\n      local -a commands=(";
    for (const auto& one : node.commands) out += "\n        " + quoted(one.name() + ":" + zsh_text(one.summary));
    out += ")\n      _describe command commands ;;\n    arguments)\n      case $line[1] in\n";
    for (const auto& one : node.commands) out += fmt::format("        {}) {} ;;\n", one.name(), zsh_function(one));
    return out + "      esac ;;\n  esac\n}\n";
  }
  for (const auto& one : node.arguments) {
    if (one.positional)
      out += " \\\n    " + quoted(fmt::format("*:{}:{}", zsh_text(one.name), zsh_action(one, recipes)));
  }
  return out + "\n}\n";
}

std::string zsh(const CommandNode& program, const std::vector<std::string>& recipes) {
  std::string out = "#compdef ganymede\n# Completion of ganymede for zsh, made by `ganymede completion zsh`.\n";
  for_each(program, [&](const CommandNode& node) { out += zsh_of(node, recipes); });
  return out + "if [[ $funcstack[1] == _ganymede ]]; then _ganymede \"$@\"; else compdef _ganymede ganymede; fi\n";
}

/// Where the node's own commands may stand: behind all of its words, and before any of them.
std::string fish_condition(const CommandNode& node, bool before_commands) {
  std::vector<std::string> all;
  const std::string words = words_of(node);
  for (std::size_t begin = 0; begin < words.size();) {
    const std::size_t end = std::min(words.find(' ', begin), words.size());
    all.push_back("__fish_seen_subcommand_from " + words.substr(begin, end - begin));
    begin = end + 1;
  }
  if (before_commands)
    all.push_back(fmt::format("not __fish_seen_subcommand_from {}", fmt::join(names_of(node.commands), " ")));
  return fmt::format("{}", fmt::join(all, "; and "));
}

std::string fish(const CommandNode& program, const std::vector<std::string>& recipes) {
  std::string out = "# Completion of ganymede for fish, made by `ganymede completion fish`.\n";
  for_each(program, [&](const CommandNode& node) {
    const bool program_itself = words_of(node).empty();
    const std::string here =
        "complete -c ganymede" + (program_itself ? "" : " -n " + quoted(fish_condition(node, false)));
    for (const auto& one : node.commands) {
      out += fmt::format("complete -c ganymede -f -n {} -a {} -d {}\n", quoted(fish_condition(node, true)), one.name(),
                         quoted(one.summary));
    }
    if (takes_recipe(node)) out += fmt::format("{} -a {}\n", here, quoted(fmt::format("{}", fmt::join(recipes, " "))));
    for (const auto& one : node.arguments) {
      if (one.positional) continue;
      const bool long_name = one.name.starts_with("--");
      out += fmt::format("{} -{} {}", here, long_name ? 'l' : 's', one.name.substr(long_name ? 2 : 1));
      if (one.letter != 0) out += fmt::format(" -s {}", one.letter);
      if (!one.value.empty()) out += " -r";
      if (!one.choices.empty()) out += " -f -a " + quoted(fmt::format("{}", fmt::join(one.choices, " ")));
      out += " -d " + quoted(one.about) + "\n";
    }
  });
  return out;
}

}  // namespace

std::string completion_script(Shell shell, const CommandNode& program, const std::vector<std::string>& recipes) {
  switch (shell) {
    case Shell::kBash:
      return bash(program, recipes);
    case Shell::kZsh:
      return zsh(program, recipes);
    case Shell::kFish:
      return fish(program, recipes);
  }
  throw std::logic_error("no such shell");
}

void add_completion(CLI::App& app) {
  auto shell = std::make_shared<std::string>();
  app.add_option("shell", *shell, "bash, zsh or fish")->required()->check(CLI::IsMember(config::all_names<Shell>()));
  app.callback([shell, program = app.get_parent()] {
    std::vector<std::string> recipes;
    for (const auto& recipe : config::shipped_recipes()) recipes.emplace_back(recipe.name);
    const auto tree = command_tree(*program);
    fmt::print("{}", completion_script(*config::value_named<Shell>(*shell), tree, recipes));
  });
}

}  // namespace ganymede::cli
