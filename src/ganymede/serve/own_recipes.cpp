#include "ganymede/serve/own_recipes.h"

#include "ganymede/core/open_file.h"
#include "ganymede/core/text.h"
#include "ganymede/recipe/recipe.h"

namespace ganymede::serve {
namespace {

constexpr std::uint64_t kMaxBytes = 1 << 18;
constexpr std::size_t kMaxFiles = 200;

RecipeAnswer answer_of(const std::string& name, const std::string& text) {
  RecipeAnswer out{.name = name, .own = true};
  try {
    const auto recipe = config::parse_recipe(text, name, name);
    out.title = recipe.title;
    out.data = recipe.data.name;
    out.bits = recipe.data.bits;
    out.conditions = recipe.data.conditions;
  } catch (const Error& error) {
    out.problem = std::string(error.what());
  }
  return out;
}

}  // namespace

void OwnRecipes::look() {
  std::map<std::string, Known> now;
  std::error_code gone;
  for (auto entry = std::filesystem::directory_iterator(folder_, gone);
       !gone && entry != std::filesystem::directory_iterator() && now.size() < kMaxFiles; entry.increment(gone)) {
    const std::string name = entry->path().filename().string();
    if (entry->path().extension() != ".toml" || !is_utf8(name)) continue;
    const auto stamp = stamp_of(entry->path());
    if (!stamp) continue;
    const auto before = known_.find(name);
    if (before != known_.end() && before->second.stamp == *stamp) {
      now[name] = before->second;
      continue;
    }
    try {
      const Bytes bytes = read_below(folder_, name, kMaxBytes);
      const std::string text(bytes.begin(), bytes.end());
      now[name] = {*stamp, text, answer_of(name, text)};
    } catch (const Error& error) {
      now[name] = {*stamp, "", {.name = name, .own = true, .problem = error.what_happened()}};
    }
  }
  known_ = std::move(now);
}

std::vector<RecipeAnswer> OwnRecipes::list() {
  const std::lock_guard lock(mutex_);
  if (!folder_.empty()) look();
  std::vector<RecipeAnswer> out;
  for (const auto& [name, known] : known_) out.push_back(known.answer);
  return out;
}

std::optional<std::string> OwnRecipes::text_of(const std::string& name) {
  const std::lock_guard lock(mutex_);
  if (!folder_.empty()) look();
  const auto found = known_.find(name);
  return found == known_.end() ? std::nullopt : std::optional(found->second.text);
}

}  // namespace ganymede::serve
