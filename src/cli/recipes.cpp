// ganymede recipes, and recipes show|copy: the shipped recipes and their texts. recipes check: recipes_check.cpp
#include <algorithm>
#include <filesystem>

#include "cli/answers.h"
#include "cli/command.h"
#include "cli/text_table.h"
#include "ganymede/core/error.h"
#include "ganymede/core/files.h"
#include "ganymede/core/shell_word.h"
#include "ganymede/core/text.h"
#include "ganymede/recipe/recipe.h"

namespace ganymede::cli {
namespace {

/// The text of a shipped recipe as its author wrote it, with its comments. Throws UsageError naming the nearest.
std::string shipped_text(const std::string& name) {
  std::vector<std::string> known;
  for (const auto& shipped : config::shipped_recipes()) {
    if (name == shipped.name) return shipped.text;
    known.emplace_back(shipped.name);
  }
  throw UsageError("no shipped recipe '" + name + "'", "ganymede recipes", suggest(name, known));
}

void show_recipe(const std::string& name, bool all_keys) {
  fmt::print("{}", all_keys ? config::to_toml(config::load_recipe(name)) : shipped_text(name));
}

void copy_recipe(const std::string& name, const std::string& output) {
  const std::string text = shipped_text(name);
  const std::filesystem::path file = output.empty() ? name + ".toml" : output;
  if (file == "-") return fmt::print("{}", text);
  if (std::filesystem::exists(file))
    throw UsageError("there is such a file already", printable(file.string()), "name another with -o");
  write_file(file, text);
  const std::string word = shell_word(file.string());
  fmt::print("{}\ncheck it:  ganymede recipes check {}\ntrain it:  ganymede train {}\n", printable(file.string()), word,
             word);
}

}  // namespace

std::string recipes_text(bool as_json) {
  auto document = nlohmann::json::array();
  TextTable table({{"RECIPE"}, {"DATA"}, {"OBJECTIVE"}, {"TITLE"}});
  for (const auto& shipped : config::shipped_recipes()) {
    const auto recipe = config::load_recipe(shipped.name);
    document.push_back({{"name", recipe.name},
                        {"title", recipe.title},
                        {"data", recipe.data.name},
                        {"objective", recipe.objective.kind},
                        {"about", recipe.about}});
    table.add({recipe.name, recipe.data.name, recipe.objective.kind, recipe.title});
  }
  return as_json ? json_text(document) : table.text();
}

void add_recipes(CLI::App& app) {
  auto json = std::make_shared<bool>(false);
  app.require_subcommand(0, 1);
  app.add_flag("--json", *json, "one JSON document");
  app.callback([&app, json] {
    if (app.get_subcommands().empty()) fmt::print("{}", recipes_text(*json));
  });

  struct Flags {
    std::string name, output;
    bool all_keys = false;
  };
  auto flags = std::make_shared<Flags>();
  auto* show_app = app.add_subcommand("show", "print a recipe");
  show_app->add_option("recipe", flags->name, "a shipped recipe's name")->required();
  show_app->add_flag("--all", flags->all_keys, "every key with its value, defaults too; a recipe file as well");
  show_examples(*show_app, "ganymede recipes show cifar10-conv\nganymede recipes show mine.toml --all");
  show_app->callback([flags] { show_recipe(flags->name, flags->all_keys); });

  auto* copy_app = app.add_subcommand("copy", "write a shipped recipe into a file of your own");
  copy_app->add_option("recipe", flags->name, "a shipped recipe's name")->required();
  copy_app->add_option("-o,--output", flags->output, "the file; NAME.toml unless given, - is standard output")
      ->type_name("FILE");
  show_examples(*copy_app, "ganymede recipes copy cifar10-conv -o mine.toml\nganymede recipes copy cifar10-conv -o -");
  copy_app->callback([flags] { copy_recipe(flags->name, flags->output); });

  add_recipes_check(*app.add_subcommand("check", "shapes, parameters, memory and time of a recipe, without training"));
}

}  // namespace ganymede::cli
