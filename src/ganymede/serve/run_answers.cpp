#include "ganymede/serve/run_answers.h"

#include <algorithm>

#include "ganymede/models/gan.h"
#include "ganymede/recipe/recipe.h"
#include "ganymede/serve/thinning.h"
#include "ganymede/train/loss_chart.h"

namespace ganymede::serve {
namespace {

/// The shipped recipe of that name with every default written out, to compare a run's own with; empty where there is
/// none.
std::string shipped_text(const std::string& name) {
  const auto& shipped = config::shipped_recipes();
  const auto found =
      std::find_if(shipped.begin(), shipped.end(), [&](const auto& recipe) { return name == recipe.name; });
  if (found == shipped.end()) return {};
  const auto recipe = config::parse_recipe(found->text, found->name, found->name);
  return config::to_toml(models::resolved(recipe, models::outline_gan(recipe)));
}

}  // namespace

RunDetails details_of(const Run& run) {
  const auto now = run.snapshot();
  RunDetails out;
  static_cast<RunOverview&>(out) = now->overview;
  out.toml = now->recipe;
  out.shipped_toml = out.recipe.value ? shipped_text(*out.recipe.value) : "";
  if (!now->environment.is_null()) out.environment.value.emplace(now->environment);
  out.samples = now->samples;
  out.images = now->images;
  for (const auto& panel : train::usual_panels()) {
    out.panels.push_back({.title = panel.title});
    for (const auto& curve : panel.curves) out.panels.back().curves.push_back({curve.column, curve.label});
  }
  return out;
}

MetricsAnswer curves_of(const Run& run, const std::vector<std::string>& columns, std::size_t points) {
  const auto now = run.snapshot();
  MetricsAnswer out{.rows = now->rows()};
  if (!now->table) return out;
  const bool short_table = now->rows() <= kThinned;
  // Of twice as many points or more, what is thinned again looks the same.
  const TablePtr whole = short_table || 2 * points <= kThinned ? nullptr : run.metrics();
  const auto& table = whole ? *whole : now->table->thinned;
  if (whole) out.rows = whole->rows();
  for (const auto& name : table.columns) {
    if (!columns.empty() && std::find(columns.begin(), columns.end(), name) == columns.end()) continue;
    const auto values = thinned(*table.find(name), points);
    out.columns[name].assign(values.begin(), values.end());
  }
  return out;
}

nlohmann::ordered_json event_schema() {
  return nlohmann::ordered_json::parse(R"({
    "type": "object",
    "description": "Of each event.",
    "required": ["event", "data"],
    "properties": {
      "event": {"enum": ["metrics", "state", "samples"]},
      "id": {"type": "string", "pattern": "^[0-9]+$"},
      "data": {"type": "string", "contentMediaType": "application/json"}
    }
  })");
}

}  // namespace ganymede::serve
