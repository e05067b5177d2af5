#include "ganymede/recipe/class_count.h"

#include <fmt/format.h>

namespace ganymede::config {
namespace {

// As to_toml() writes it. No text has it: their quotes are written \", and `classes` of a section of data is a list.
const std::string kFollows = "classes = \"data\"";

}  // namespace

bool follows_data(const Recipe& recipe) {
  return to_toml(recipe).find(kFollows) != std::string::npos;
}

Recipe with_classes(const Recipe& recipe, std::int64_t classes) {
  std::string text = to_toml(recipe);
  for (auto at = text.find(kFollows); at != std::string::npos; at = text.find(kFollows, at)) {
    const bool head = text[at - 1] == '\n';  // a layer's option stands within a line
    text.replace(at, kFollows.size(),
                 head ? fmt::format("classes = [{{ dense = {} }}]", classes) : fmt::format("classes = {}", classes));
  }
  return parse_recipe(text, recipe.name, fmt::format("recipe {}, with the data's classes", recipe.name));
}

}  // namespace ganymede::config
