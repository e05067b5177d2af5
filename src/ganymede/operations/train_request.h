// What a training can be asked for. Installed: the standard library's types alone.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ganymede/config/names.h"
#include "ganymede/operations/point.h"
#include "ganymede/recipe/train_choices.h"

namespace ganymede::operations {

/// Which of a model's networks a training starts from.
enum class FromNetworks { kBoth, kGenerator, kDiscriminator };

struct TrainRequest {
  std::string recipe = {};  ///< a recipe file, or the name of a shipped one; a resumed run has its own
  std::string output = {};  ///< the run folder
  std::string name = {};    ///< instead of that: runs/NAME
  std::string data = {}, source = {};
  bool skip_bad = false;
  std::optional<std::int64_t> steps = {};
  std::optional<double> epochs = {};
  std::optional<std::uint64_t> seed = {};
  std::vector<std::string> set = {};  ///< "section.key=value"
  std::optional<config::Precision> precision = {};
  std::optional<config::OnCollapse> on_collapse = {};
  bool resume = false;
  std::string from = {};
  FromNetworks from_networks = FromNetworks::kBoth;
  bool keep_optimizer = false;
  std::string track = {};  ///< "mlflow=URL"
  std::string webhook = {};
};

/// What a server takes as a run's name, which becomes a folder's: no path, and nothing that a shell or an address would
/// have to quote.
inline const config::TextRule kRunName{.length = in_range(1, 64),
                                       .characters = "A-Za-z0-9_-",
                                       .first = "A-Za-z0-9",
                                       .words = "letters, digits, \"-\" and \"_\", a letter or digit first"};

/// What a server takes as one change of a recipe, and how many of them.
inline const config::TextRule kChange{.length = in_range(3, 4096),
                                      .characters = "^\\x00-\\x1f\\x7f",
                                      .words = "characters: section.key=value, without a control character"};
inline constexpr int kServedChanges = 32;

/// Throws FieldError for options that exclude each other, or want one that is not there.
void check(const TrainRequest& request);

}  // namespace ganymede::operations

namespace ganymede::config {

template <>
struct Names<operations::FromNetworks> {
  static constexpr std::array<std::pair<const char*, operations::FromNetworks>, 3> values{
      {{"both", operations::FromNetworks::kBoth},
       {"generator", operations::FromNetworks::kGenerator},
       {"discriminator", operations::FromNetworks::kDiscriminator}}};
};

}  // namespace ganymede::config

namespace ganymede::operations {

/// Those that stand for keys of the recipe.
template <class V>
void visit_recipe_changes(V& field, TrainRequest& r) {
  constexpr double kMaxSteps = 1e8;
  field("steps", r.steps,
        {.about = "generator steps in all; the recipe's unless given",
         .range = in_range(1, 1e18),
         .served = in_range(1, kMaxSteps),
         .group = "Changes of the recipe"});
  field("epochs", r.epochs,
        {.about = "passes over the data in all, instead of `steps`",
         .range = in_range(0.0001, 1e6),
         .group = "Changes of the recipe"});
  field("seed", r.seed,
        {.about = "the same seed gives the same bytes on the same machine; the recipe's unless given",
         .range = kSeeds,
         .seed = true,
         .group = "Changes of the recipe"});
  field("set", r.set,
        {.about = "changes of the recipe: section.key=value; may be repeated",
         .served = in_range(0, kServedChanges),
         .served_text = kChange,
         .group = "Changes of the recipe"});
  field("precision", r.precision,
        {.about = "of the arithmetic; auto: bf16 where the hardware has it; the recipe's unless given",
         .local = true,
         .group = "Changes of the recipe"});
  field("on_collapse", r.on_collapse,
        {.about = "what becomes of a training whose images have collapsed: it is said, it ends, or it goes back to the "
                  "last checkpoint from before, with half the learning rates; the recipe's unless given",
         .group = "Changes of the recipe"});
}

template <class V>
void visit_fields(V& field, TrainRequest& r) {
  field("recipe", r.recipe,
        {.about = "a recipe file, or the name of a shipped one; a server takes no path, only names that it lists",
         .required_of_clients = true,
         .positional = true});
  field("output", r.output,
        {.about = "the run folder; runs/NAME unless given", .letter = 'o', .local = true, .group = "The run"});
  field("name", r.name,
        {.about = "of the run, and of its folder: the recipe's unless given, with a number behind it where that is "
                  "taken",
         .served_text = kRunName,
         .group = "The run"});
  field("data", r.data, {.about = "the data set's folder, archive or file", .local = true, .group = "Its images"});
  field("skip_bad", r.skip_bad,
        {.about = "leave out files that cannot be read, and say how many", .local = true, .group = "Its images"});
  field("source", r.source,
        {.about = "the same as `data` of the source domain, for recipes that translate",
         .local = true,
         .group = "Its images"});
  visit_recipe_changes(field, r);
  field("resume", r.resume,
        {.about =
             "go on with the run in `output`, bit for bit unless settings change; of a complete one, make up for what "
             "it lacks",
         .local = true,
         .group = "The run"});
  field("from", r.from,
        {.about = "start from this model's weights (fine-tuning)", .local = true, .group = "From a model"});
  field("from_networks", r.from_networks,
        {.about = "which networks `from` starts", .local = true, .group = "From a model"});
  field("keep_optimizer", r.keep_optimizer,
        {.about = "`from` a run or a checkpoint: go on with its optimisers' moments",
         .local = true,
         .group = "From a model"});
  // Local, so that no client of a server makes it send requests to an address of its choice.
  field("track", r.track,
        {.about = "send the run to an MLflow server as it goes: mlflow=URL, or mlflow where MLFLOW_TRACKING_URI names "
                  "it; TensorBoard's files are written in any case",
         .local = true,
         .group = "The run"});
  field("webhook", r.webhook,
        {.about = "an address that is told by POST when the run ends, fails or collapses: {run, state, why}",
         .local = true,
         .group = "The run"});
}

}  // namespace ganymede::operations
