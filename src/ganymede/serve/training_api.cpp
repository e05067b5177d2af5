#include <algorithm>

#include "ganymede/config/recipe.h"
#include "ganymede/serve/api.h"
#include "ganymede/serve/fields.h"

namespace ganymede::serve {
namespace {

using nlohmann::json;

constexpr std::int64_t kMostSteps = 100'000'000;

json recipes_to_train() {
  json list = json::array();
  for (const auto& [name, text] : config::shipped_recipes()) {
    const auto recipe = config::load_recipe(name);
    list.push_back({{"name", recipe.name}, {"title", recipe.title}, {"data", recipe.data.name}});
  }
  return list;
}

/// Throws Problem 403 where the server starts none.
Trainings& allowed(const Services& services) {
  if (services.trainings == nullptr)
    throw Problem(403, "this server starts and stops no trainings; start it with --allow-training");
  return *services.trainings;
}

/// Throws Problem 422 for a name that is none of a shipped recipe; it never becomes a path.
std::string recipe_of(Fields& fields) {
  std::vector<std::string> known;
  for (const auto& recipe : config::shipped_recipes()) known.emplace_back(recipe.name);
  if (!fields.has("recipe")) throw Problem(422, "is missing", "recipe");
  const std::string name = fields.text("recipe", "");
  if (std::find(known.begin(), known.end(), name) == known.end())
    throw Problem(422, "is no shipped recipe; " + suggest(name, known), "recipe");
  return name;
}

/// An id that neither a run nor a model has, so that the run will be listed under its folder's name.
bool is_taken(const Catalogue& catalogue, const std::string& id) {
  const auto same = [&](const auto& one) { return one->id() == id; };
  const auto runs = catalogue.runs();
  if (std::any_of(runs.begin(), runs.end(), same)) return true;
  const auto models = catalogue.models();
  return std::any_of(models.begin(), models.end(), [&](const auto& model) { return model->id == id; });
}

/// RECIPE, or the first of RECIPE-2, RECIPE-3 ... that is free.
std::string free_name(const Services& services, const std::string& recipe) {
  std::string name = recipe;
  std::error_code ignored;
  for (int i = 2;
       is_taken(services.catalogue, name) || std::filesystem::exists(services.trainings->place() / name, ignored);
       ++i) {
    name = recipe + "-" + std::to_string(i);
  }
  return name;
}

/// The training goes on by itself: the answer comes before it has done anything.
Response accepted(const std::string& id) {
  Response response = json_response({{"id", id}});
  response.status = 202;
  return response;
}

Response start_training(const Services& services, const Request& request) {
  auto& trainings = allowed(services);
  Fields fields(request);
  NewTraining wanted{.recipe = recipe_of(fields), .run = {}, .seed = {}, .steps = {}};
  wanted.run = fields.has("name") ? fields.text("name", "") : free_name(services, wanted.recipe);
  if (fields.has("seed")) wanted.seed = fields.seed("seed", 0);
  if (fields.has("steps")) wanted.steps = fields.integer("steps", 1, kMostSteps);
  fields.finish();
  if (is_taken(services.catalogue, wanted.run))
    throw Problem(409, "a run or a model has this name already; choose another", "name");
  trainings.start(wanted);
  return accepted(wanted.run);
}

/// A body is asked for though it says nothing: its type keeps forms of foreign pages out.
void expect_empty_object(const Request& request) {
  Fields(request).finish();
}

Response resume_training(const Services& services, const Request& request) {
  auto& trainings = allowed(services);
  expect_empty_object(request);
  const auto run = services.catalogue.run(request.captured.at("id"));
  const auto state = run->snapshot()->overview.at("state");
  if (state == "done") throw Problem(409, "the run is complete");
  if (state == "waiting" || state == "running") throw Problem(409, "the run is being trained");
  trainings.resume(run->id(), run->folder());
  return accepted(run->id());
}

Response stop_training(const Services& services, const Request& request) {
  auto& trainings = allowed(services);
  expect_empty_object(request);
  const std::string& id = request.captured.at("id");
  // A training that was just started is no run yet.
  const auto current = trainings.state().at("current");
  if (current.is_null() || current.at("id") != id) (void)services.catalogue.run(id);
  trainings.stop(id);
  return accepted(id);
}

}  // namespace

void add_training_routes(Router& router, const Services& services) {
  router.add("GET", "/api/v1/training", [&services, recipes = recipes_to_train()](const Request&) {
    const bool may = services.trainings != nullptr;
    json out = may ? services.trainings->state() : json{{"current", nullptr}, {"failed", nullptr}};
    out["allowed"] = may;
    out["recipes"] = may ? recipes : json::array();
    return json_response(out);
  });
  router.add("POST", "/api/v1/runs", [&](const Request& request) { return start_training(services, request); });
  router.add("POST", "/api/v1/runs/{id}/stop",
             [&](const Request& request) { return stop_training(services, request); });
  router.add("POST", "/api/v1/runs/{id}/resume",
             [&](const Request& request) { return resume_training(services, request); });
}

}  // namespace ganymede::serve
