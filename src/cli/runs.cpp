// ganymede runs [FOLDER...]: the trainings at hand, how each stands and what it came to
#include <algorithm>
#include <cmath>
#include <filesystem>

#include "cli/command.h"
#include "cli/text_table.h"
#include "ganymede/core/counted.h"
#include "ganymede/core/error.h"
#include "ganymede/core/progress.h"
#include "ganymede/core/text.h"
#include "ganymede/quality/metric.h"
#include "ganymede/recipe/recipe.h"
#include "ganymede/serve/answer.h"
#include "ganymede/serve/catalogue.h"
#include "ganymede/serve/run.h"

namespace ganymede::cli {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

struct RunsFlags {
  std::vector<std::string> folders{"runs"};
  std::string sort = "started";
  bool json = false;
};

/// Run folders named, or directly below a folder that is none itself. Throws Error where there is no such folder.
std::vector<fs::path> run_folders(const std::vector<std::string>& folders) {
  std::vector<fs::path> found;
  for (const auto& named : folders) {
    const fs::path folder = named;
    if (!fs::is_directory(folder))
      throw Error("no such folder of runs", printable(named), "name one; 'ganymede train' makes runs/NAME");
    if (serve::is_run(folder)) {
      found.push_back(folder);
      continue;
    }
    for (const auto& entry : fs::directory_iterator(folder)) {
      if (entry.is_directory() && serve::is_run(entry.path())) found.push_back(entry.path());
    }
  }
  std::sort(found.begin(), found.end());
  return found;
}

/// Adds the run's best value by its recipe's [quality] metric, and the step it had it at; null where it has none.
void add_best(const serve::Run& run, json& row) {
  row["best"] = nullptr;
  const auto now = run.snapshot();
  if (now->recipe.empty() || now->rows() == 0) return;
  try {
    const auto recipe = config::parse_recipe(now->recipe, "run", "recipe.toml");
    const auto* entry = recipe.quality.metric.empty() ? nullptr : quality::metrics().find(recipe.quality.metric);
    const auto table = run.metrics();
    const auto* steps = table->find("step");
    if (entry == nullptr || steps == nullptr) return;
    for (const bool inception : {false, true}) {  // the columns are named for the network
      const auto measure = entry->measures(inception, recipe.quality.count).front();
      const auto* values = table->find(measure.column);
      if (values == nullptr) continue;
      std::size_t best = values->size();
      for (std::size_t i = 0; i < values->size(); ++i) {
        const double value = (*values)[i];
        if (std::isnan(value)) continue;
        const bool better =
            best == values->size() || (measure.more_is_better ? value > (*values)[best] : value < (*values)[best]);
        if (better) best = i;
      }
      if (best == values->size()) return;
      row["best"] = {{"metric", measure.column},
                     {"value", (*values)[best]},
                     {"step", static_cast<std::uint64_t>((*steps)[best])},
                     {"more_is_better", measure.more_is_better}};
      return;
    }
  } catch (const Error&) {  // a recipe of another version: the run is listed all the same
  }
}

json row_of(const fs::path& folder) {
  const fs::path name = folder.has_filename() ? folder : folder.parent_path();
  serve::Run run(name.filename().string(), folder);
  run.refresh();
  const auto now = run.snapshot();
  json row = serve::json_of(now->overview);
  for (const char* key : {"id", "last", "sample", "rows"}) row.erase(key);
  row["name"] = printable(name.filename().string());
  row["path"] = printable(folder.string());
  const json& environment = now->environment;
  for (const char* key : {"start", "end"}) row[key] = environment.is_object() ? environment.value(key, json()) : json();
  add_best(run, row);
  return row;
}

std::string text_of(const json& value) {
  return value.is_string() ? value.get<std::string>() : "";
}

/// The newest first; by name; or the best first, metric by metric.
void sort_rows(std::vector<json>& rows, const std::string& by) {
  std::stable_sort(rows.begin(), rows.end(), [&](const json& a, const json& b) {
    if (by == "name") return a["name"] < b["name"];
    if (by == "started") return text_of(a["start"]) > text_of(b["start"]);
    const json &x = a["best"], &y = b["best"];
    if (x.is_null() || y.is_null()) return !x.is_null() && y.is_null();
    if (x["metric"] != y["metric"]) return x["metric"] < y["metric"];
    return x["more_is_better"].get<bool>() ? x["value"] > y["value"] : x["value"] < y["value"];
  });
}

void print_rows(const std::vector<json>& rows) {
  using Align = TextTable::Align;
  TextTable table({{"RUN"},
                   {"STATE"},
                   {"RECIPE"},
                   {"STEP", Align::kRight},
                   {"DONE", Align::kRight},
                   {"TRAINED", Align::kRight},
                   {"BEST"},
                   {"STARTED"}});
  const auto number = [](const json& value, const auto& form) {
    return value.is_number() ? form(value.get<double>()) : std::string("-");
  };
  for (const auto& row : rows) {
    const json& best = row["best"];
    table.add({row["name"], row["state"], row["recipe"].is_string() ? text_of(row["recipe"]) : "-",
               number(row["step"], [](double step) { return grouped(static_cast<std::uint64_t>(step)); }),
               number(row["progress"], [](double part) { return fmt::format("{:.0f} %", 100 * part); }),
               number(row["seconds"], [](double seconds) { return duration_text(seconds); }),
               best.is_null() ? "-"
                              : fmt::format("{} {:.4g} at {}", text_of(best["metric"]), best["value"].get<double>(),
                                            grouped(best["step"].get<std::uint64_t>())),
               row["start"].is_string() ? text_of(row["start"]) : "-"});
  }
  fmt::print("{}", table.text());
  for (const auto& row : rows) {
    if (row["why"].is_string()) fmt::print("{}: {}\n", text_of(row["name"]), printable(text_of(row["why"])));
  }
}

void run(const RunsFlags& flags) {
  std::vector<json> rows;
  for (const auto& folder : run_folders(flags.folders)) rows.push_back(row_of(folder));
  sort_rows(rows, flags.sort);
  if (flags.json) return print_json(rows);
  if (rows.empty()) return fmt::print("no runs in {}\n", printable(flags.folders.front()));
  print_rows(rows);
}

}  // namespace

void add_runs(CLI::App& app) {
  auto flags = std::make_shared<RunsFlags>();
  app.add_option("folder", flags->folders, "folders of runs, or runs")->capture_default_str();
  app.add_option("--sort", flags->sort, "started (the newest first), name, or best (by the recipe's [quality] metric)")
      ->check(CLI::IsMember({"started", "name", "best"}))
      ->capture_default_str();
  app.add_flag("--json", flags->json, "one JSON document");
  app.callback([flags] { run(*flags); });
}

}  // namespace ganymede::cli
