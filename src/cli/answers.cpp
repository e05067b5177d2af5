#include "cli/answers.h"

#include <fmt/ranges.h>

#include <initializer_list>
#include <vector>

#include "ganymede/recipe/recipe.h"

namespace ganymede::cli {
namespace {

using Words = std::vector<std::string>;

void add(std::string& out, const std::vector<Words>& ways, const std::string& text) {
  for (const auto& words : ways) out += fmt::format("{}", fmt::join(words, "\n")) + '\0';
  out += '\0' + text + '\0';
}

Words with(Words words, const std::string& more) {
  words.push_back(more);
  return words;
}

void add_help(std::string& out, const CLI::App& app, const Words& path, const std::string& parents) {
  Words asked = {"help"};
  asked.insert(asked.end(), path.begin(), path.end());
  // Not help(), which answers for the command that was called.
  const std::string name = parents + app.get_name();
  const auto text = app.get_formatter()->make_help(&app, name, CLI::AppFormatMode::Normal);
  add(out, {with(path, "--help"), with(path, "-h"), asked}, text);
  // Old names say first what they are now.
  for (const CLI::App* sub : app.get_subcommands([](const CLI::App* one) { return !one->get_group().empty(); }))
    add_help(out, *sub, with(path, sub->get_name()), name + " ");
}

}  // namespace

std::string fixed_answers(const CLI::App& program) {
  std::string out;
  add_help(out, program, {}, "");
  add(out, {{"recipes"}}, recipes_text(false));
  add(out, {{"recipes", "--json"}}, recipes_text(true));
  for (const auto& shipped : config::shipped_recipes()) {
    const std::string name = shipped.name;
    add(out, {{"recipes", "show", name}}, shipped.text);
    add(out, {{"summary", name}}, summary_text(name, false));
    add(out, {{"summary", name, "--json"}, {"summary", "--json", name}}, summary_text(name, true));
  }
  return out;
}

}  // namespace ganymede::cli
