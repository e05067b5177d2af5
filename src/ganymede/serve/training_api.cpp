#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <mutex>

#include "ganymede/checkpoint/model_file.h"
#include "ganymede/config/text_rule.h"
#include "ganymede/core/json_text.h"
#include "ganymede/core/log.h"
#include "ganymede/core/open_file.h"
#include "ganymede/operations/command_words.h"
#include "ganymede/operations/evaluate_request.h"
#include "ganymede/operations/features_request.h"
#include "ganymede/operations/schema.h"
#include "ganymede/recipe/recipe.h"
#include "ganymede/serve/body.h"
#include "ganymede/serve/estimate.h"
#include "ganymede/serve/log_line.h"
#include "ganymede/serve/log_part.h"
#include "ganymede/serve/new_run.h"
#include "ganymede/serve/queries.h"

namespace ganymede::serve {
namespace {

using nlohmann::json;

constexpr auto kLongestProbe = std::chrono::seconds(60);

std::vector<RecipeAnswer> recipes_to_train() {
  std::vector<RecipeAnswer> list;
  for (const auto& [name, text] : config::shipped_recipes()) {
    const auto recipe = config::load_recipe(name);
    list.push_back({recipe.name, recipe.title, recipe.data.name, recipe.data.bits, recipe.data.conditions});
  }
  return list;
}

/// Throws Problem 403 where the server starts none.
Trainings& allowed(const Services& services) {
  if (services.trainings == nullptr)
    throw Problem(403, "this server starts and stops no trainings; start it with --allow-training");
  return *services.trainings;
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
std::string free_name(const Services& services, std::string recipe) {
  if (!config::fits(operations::kRunName, recipe)) recipe = "own";
  std::string name = recipe;
  std::error_code ignored;
  for (int i = 2; is_taken(services.catalogue, name) || services.trainings->has(name) ||
                  std::filesystem::exists(services.trainings->place() / name, ignored);
       ++i) {
    name = recipe + "-" + std::to_string(i);
  }
  return name;
}

/// The training goes on by itself: the answer comes before it has done anything.
Response accepted(const std::string& id) {
  Response response = json_response(json_of(Accepted{id}));
  response.status = 202;
  return response;
}

/// Of the training's process: the folder is its name.
std::vector<std::string> words_of(const operations::FieldList& fields, json body) {
  body.erase("name");
  return operations::command_words(fields, body);
}

/// Who started, resumed or stopped which training, in the server's log whatever else is written there.
void audit(const Request& request, const char* what, const std::string& run,
           const std::vector<std::string>& words = {}) {
  nlohmann::ordered_json line{{"audit", what}, {"remote", request.remote}, {"run", run}};
  if (const auto& named = request.header("x-real-ip"); !named.empty()) line["x-real-ip"] = named.substr(0, 64);
  if (!words.empty()) line["words"] = words;
  log_line(line);
}

/// What a training would be, without a mistake. Throws Problem 422.
AskedRecipe sound_recipe(const Services& services, const NewRunRequest& asked, std::string* toml = nullptr) {
  check(asked);
  auto recipe = asked_recipe(services, asked);
  config::Recipe sound;
  const auto found = checked(recipe, asked.train, &sound);
  if (!found.problems.empty()) throw Problem(422, found.problems.front().detail, found.problems.front().field);
  if (toml != nullptr) *toml = config::to_toml(sound);
  return recipe;
}

Response start_training(const Services& services, const Request& request) {
  auto& trainings = allowed(services);
  NewRunRequest asked;
  json body = body_of(request);
  operations::read_json(body, fields_of_new_run(asked), operations::Door::kServed);
  const auto recipe = sound_recipe(services, asked);
  const bool named = body.contains("name") && !body.at("name").is_null();
  NewTraining wanted{.run = named ? asked.train.name : free_name(services, recipe.name), .words = {}};
  if (!recipe.shipped) {
    body.erase("recipe");
    // Its name stays that of the recipe, whatever file it is read from.
    wanted.recipe = config::to_toml(config::parse_recipe(recipe.text, recipe.name, recipe.origin));
  }
  for (const auto& change : recipe.changes) wanted.words.insert(wanted.words.end(), {"--set", change});
  const auto words = words_of(operations::fields_of(asked.train), std::move(body));
  wanted.words.insert(wanted.words.end(), words.begin(), words.end());
  if (is_taken(services.catalogue, wanted.run))
    throw Problem(409, "a run or a model has this name already; choose another", "name");
  trainings.start(wanted);
  audit(request, "training started", wanted.run, wanted.words);
  return accepted(wanted.run);
}

/// Throws Problem 409 for a run that is being trained.
void check_at_rest(const Run& run) {
  const auto state = run.snapshot()->overview.state;
  if (state == RunStanding::kWaiting || state == RunStanding::kRunning) throw Problem(409, "the run is being trained");
}

/// A body is asked for though it says nothing: its type keeps forms of foreign pages out.
void expect_empty_object(const Request& request) {
  read_body(request, {});
}

Response resume_training(const Services& services, const Request& request) {
  auto& trainings = allowed(services);
  expect_empty_object(request);
  const auto run = services.catalogue.run(request.captured.at("id"));
  if (run->snapshot()->overview.state == RunStanding::kDone) throw Problem(409, "the run is complete");
  check_at_rest(*run);
  if (!run->snapshot()->checkpoint) throw Problem(409, "the run has no checkpoint to go on from; train it anew");
  trainings.resume(run->id(), run->folder());
  audit(request, "training resumed", run->id());
  return accepted(run->id());
}

/// Starts what measures a run's model, with what the client asks for.
template <class Wanted>
Response measure_run(const Services& services, const Request& request, RunOperation operation) {
  auto& trainings = allowed(services);
  Wanted asked;
  const auto fields = operations::fields_of(asked);
  const json body = body_of(request);
  operations::read_json(body, fields, operations::Door::kServed);
  const auto run = services.catalogue.run(request.captured.at("id"));
  if constexpr (std::is_same_v<Wanted, operations::EvaluateRequest>) {
    asked.model = run->folder().string();
    operations::check(asked);
  }
  check_at_rest(*run);
  if (!checkpoint::model_file_in(run->folder())) throw Problem(409, "the run has no model yet");
  const auto words = operations::command_words(fields, body);
  trainings.measure(operation, run->id(), run->folder(), words);
  audit(request, (std::string(files_of(operation).noun) + " started").c_str(), run->id(), words);
  return accepted(run->id());
}

/// What the last such operation on a run found: an object with what it `found` and its protocol. Throws Problem 404
/// where there was none.
json last_found(const Run& run, RunOperation operation, const char* found) {
  constexpr std::uint64_t kMaxBytes = 1 << 20;
  const auto& [noun, participle, log, file] = files_of(operation);
  if (!open_below(run.folder(), file)) throw Problem(404, fmt::format("the run was not {} from here", participle));
  try {
    const Bytes bytes = read_below(run.folder(), file, kMaxBytes);
    auto out = parse_json({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, file);
    if (out.at(found).is_object() && out.at("protocol").is_object()) return out;
  } catch (const std::exception& damaged) {
    spdlog::warn("{}: {}", (run.folder() / file).string(), damaged.what());
  }
  throw Problem(404, fmt::format("the run's last {} cannot be read", noun));
}

Response evaluation_of(const Run& run) {
  const auto found = last_found(run, RunOperation::kEvaluate, "metrics");
  return json_response(json_of(EvaluationAnswer{found.at("metrics"), found.at("protocol")}));
}

Response features_of(const Run& run) {
  const auto found = last_found(run, RunOperation::kFeatures, "results");
  FeaturesAnswer out{found.at("results"), found.at("protocol")};
  out.protocol["model"] = run.id();  // not the file's place on this machine
  return json_response(json_of(out));
}

Response stop_training(const Services& services, const Request& request) {
  auto& trainings = allowed(services);
  expect_empty_object(request);
  const std::string& id = request.captured.at("id");
  // A training that was just started, or waits, is no run yet.
  if (!trainings.has(id)) (void)services.catalogue.run(id);
  trainings.stop(id);
  audit(request, "training stopped", id);
  return accepted(id);
}

/// What the description says of a call that starts or stops a training; `body` is its JSON.
RouteAbout about_training(const char* id, const char* summary, const char* answer, const operations::FieldList& body) {
  return {.id = id,
          .summary = summary,
          .answer = answer,
          .json = schema_of_answer<Accepted>(),
          .status = 202,
          .body = operations::schema_of(body, operations::Door::kServed),
          .problems = {403, 409}};
}

RouteAbout about_start() {
  NewRunRequest request;
  auto about = about_training("startTraining", "Train a recipe; one training runs at a time, others wait",
                              "Its training starts, or waits; its run is listed once it has read its data.",
                              fields_of_new_run(request));
  about.problems.push_back(404);  // of `like`
  return about;
}

void add_check_route(Router& router, const Services& services) {
  const auto check_recipe = [&](const Request& request) {
    (void)allowed(services);
    NewRunRequest asked;
    read_body(request, fields_of_new_run(asked));
    check(asked);
    return json_response(json_of(checked(asked_recipe(services, asked), asked.train)));
  };
  NewRunRequest request;
  router.add("POST", "/api/v1/recipes/check", check_recipe,
             RouteAbout{.id = "checkRecipe",
                        .summary = "What a recipe with changes would train, and what is wrong with them",
                        .answer = "What is wrong, and what it makes.",
                        .json = schema_of_answer<RecipeCheckAnswer>(),
                        .body = operations::schema_of(fields_of_new_run(request), operations::Door::kServed),
                        .problems = {403, 404, 409}});
}

/// Seconds on the slow lane: the answer comes when `probe` has it.
template <class Answer>
void answer_later(const Services& services, const Reply& reply, std::function<Answer(const ProbeOptions&)> probe) {
  const auto& trainings = allowed(services);
  const auto until = std::chrono::steady_clock::now() + kLongestProbe;
  const auto ended = [ending = services.slow_lane.ending(), until] {
    return ending.cancelled() || std::chrono::steady_clock::now() > until;
  };
  const ProbeOptions options{trainings.program(), trainings.threads(), ended};
  services.slow_lane.post([options, reply, probe = std::move(probe)] {
    try {
      reply(json_response(json_of(probe(options))));
    } catch (const Cancelled&) {
      reply(problem_response(Problem(503, "it takes longer than a minute, or the server is ending")));
    } catch (const Error& error) {
      reply(problem_response(Problem(422, error.what_happened())));
    } catch (...) {
      reply(response_of(std::current_exception()));
    }
  });
}

/// What the description says of a call that answers later.
template <class Answer>
RouteAbout about_probe(const char* id, const char* summary, const char* answer) {
  NewRunRequest request;
  return {.id = id,
          .summary = summary,
          .answer = answer,
          .json = schema_of_answer<Answer>(),
          .body = operations::schema_of(fields_of_new_run(request), operations::Door::kServed),
          .problems = {403, 404, 409, 429}};
}

void add_probe_routes(Router& router, const Services& services) {
  const auto measure = [&services](const Request& request, const Reply& reply) {
    (void)allowed(services);
    NewRunRequest asked;
    std::string toml;
    read_body(request, fields_of_new_run(asked));
    sound_recipe(services, asked, &toml);
    answer_later<EstimateAnswer>(services, reply,
                                 [toml](const ProbeOptions& options) { return estimate(options, toml); });
  };
  router.add("POST", "/api/v1/recipes/estimate", Handler(measure),
             about_probe<EstimateAnswer>("estimateRecipe",
                                         "How long a recipe with changes would train here, and the memory it takes: "
                                         "three steps of it are timed",
                                         "As `ganymede recipes check` measures it; slower where something else runs."));
  const auto preview = [&services](const Request& request, const Reply& reply) {
    (void)allowed(services);
    NewRunRequest asked;
    std::string toml;
    read_body(request, fields_of_new_run(asked));
    if (asked.images.empty()) throw operations::FieldError("images", "is missing");
    const auto recipe = sound_recipe(services, asked, &toml);
    answer_later<DataCheckAnswer>(services, reply,
                                  [toml, data = recipe.files.at("data.path")](const ProbeOptions& options) {
                                    return check_data(options, data, toml);
                                  });
  };
  router.add("POST", "/api/v1/data/check", Handler(preview),
             about_probe<DataCheckAnswer>("checkData",
                                          "What there is among the server's images of a name, and what a recipe would "
                                          "make of them",
                                          "As `ganymede data check` finds it, with some of the images."));
}

/// What a run's training writes beside its results. It may name places of this machine: only who may train reads it.
void add_log_route(Router& router, const Services& services) {
  const auto log = [&](const Request& request) {
    (void)allowed(services);
    const auto run = services.catalogue.run(request.captured.at("id"));
    const auto part = log_part(run->folder(), files_of(RunOperation::kTrain).log, query_of<LogQuery>(request).from);
    if (!part) throw Problem(404, "the run's folder has no train.log");
    return json_response(json_of(LogAnswer{part->from, part->end, part->text}));
  };
  router.add("GET", "/api/v1/runs/{id}/log", log,
             RouteAbout{.id = "getLog",
                        .summary = "What the training of a run has said, where its folder has a log (train.log)",
                        .answer = "A piece of its log.",
                        .json = schema_of_answer<LogAnswer>(),
                        .parameters = parameters_of<LogQuery>(),
                        .problems = {403}});
}

void add_evaluation_routes(Router& router, const Services& services) {
  operations::EvaluateRequest request;
  router.add(
      "POST", "/api/v1/runs/{id}/evaluate",
      [&](const Request& asked) {
        return measure_run<operations::EvaluateRequest>(services, asked, RunOperation::kEvaluate);
      },
      about_training("evaluateRun", "Evaluate a run's model against its data; it waits while something else runs",
                     "Its evaluation starts, or waits; /training says whether it still runs.",
                     operations::fields_of(request)));
  router.add(
      "GET", "/api/v1/runs/{id}/evaluation",
      [&](const Request& asked) { return evaluation_of(*services.catalogue.run(asked.captured.at("id"))); },
      RouteAbout{.id = "getEvaluation",
                 .summary = "What the last evaluation of a run found",
                 .answer = "Its metrics, and all that they depend on.",
                 .json = schema_of_answer<EvaluationAnswer>()});
}

void add_features_routes(Router& router, const Services& services) {
  operations::FeaturesRequest request;
  router.add(
      "POST", "/api/v1/runs/{id}/features",
      [&](const Request& asked) {
        return measure_run<operations::FeaturesRequest>(services, asked, RunOperation::kFeatures);
      },
      about_training("testFeatures",
                     "Test the features of a run's discriminator under a linear classifier of its data's classes; it "
                     "waits while something else runs",
                     "The test starts, or waits; /training says whether it still runs.",
                     operations::fields_of(request)));
  router.add(
      "GET", "/api/v1/runs/{id}/features",
      [&](const Request& asked) { return features_of(*services.catalogue.run(asked.captured.at("id"))); },
      RouteAbout{.id = "getFeatures",
                 .summary = "What the last test of a run's features found",
                 .answer = "The classifier's accuracy, and all that it depends on.",
                 .json = schema_of_answer<FeaturesAnswer>()});
}

/// What trainings use that were started in a terminal of this machine.
class OtherMeters {
 public:
  /// Of all runs that are under way but `own`.
  std::vector<OtherTraining> look(const Catalogue& catalogue, const std::string& own) {
    const std::lock_guard lock(mutex_);
    std::map<std::string, ProcessMeter> still;
    std::vector<OtherTraining> out;
    for (const auto& run : catalogue.runs()) {
      if (run->id() == own || !run->snapshot()->running) continue;
      const auto holder = holder_of(run->folder());
      if (!holder) continue;
      const auto known = meters_.find(run->id());
      const bool same = known != meters_.end() && known->second.id() == *holder;
      auto& meter = still.emplace(run->id(), same ? known->second : ProcessMeter(*holder)).first->second;
      if (const auto use = meter.look()) out.push_back({*use, run->id()});
    }
    meters_ = std::move(still);
    return out;
  }

 private:
  std::mutex mutex_;
  std::map<std::string, ProcessMeter> meters_;
};

}  // namespace

void add_training_routes(Router& router, const Services& services) {
  const auto meters = std::make_shared<OtherMeters>();
  const auto state = [&services, meters, recipes = recipes_to_train()](const Request&) {
    const bool may = services.trainings != nullptr;
    TrainingAnswer out;
    if (may) out = services.trainings->state();
    out.allowed = may;
    if (may) {
      out.recipes = recipes;
      const auto own = services.own_recipes.list();
      out.recipes.insert(out.recipes.end(), own.begin(), own.end());
      out.images = services.data_folder.names();
      out.others = meters->look(services.catalogue, out.current.value ? out.current.value->id : "");
      out.gpus = services.gpus.look();
    }
    return json_response(json_of(out));
  };
  router.add("GET", "/api/v1/training", state,
             RouteAbout{.id = "getTraining",
                        .summary = "Whether trainings may be started, the one that runs, and those that wait",
                        .answer = "What is possible, and what goes on.",
                        .json = schema_of_answer<TrainingAnswer>()});
  add_check_route(router, services);
  add_probe_routes(router, services);
  router.add(
      "POST", "/api/v1/runs", [&](const Request& request) { return start_training(services, request); }, about_start());
  router.add(
      "POST", "/api/v1/runs/{id}/stop", [&](const Request& request) { return stop_training(services, request); },
      about_training("stopTraining",
                     "Ask a training that was started from here to save and end, or take one back that waits",
                     "It will, after the step it is at.", {}));
  add_log_route(router, services);
  add_evaluation_routes(router, services);
  add_features_routes(router, services);
  router.add(
      "POST", "/api/v1/runs/{id}/resume", [&](const Request& request) { return resume_training(services, request); },
      about_training("resumeTraining", "Go on with a run from its newest checkpoint", "Its training starts, or waits.",
                     {}));
}

}  // namespace ganymede::serve
