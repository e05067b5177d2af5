#include "ganymede/operations/features.h"

#include <algorithm>

#include "ganymede/core/files.h"
#include "ganymede/core/json_text.h"
#include "ganymede/core/progress.h"
#include "ganymede/core/random.h"
#include "ganymede/data/decorators.h"
#include "ganymede/data/loader.h"
#include "ganymede/data/shards.h"
#include "ganymede/data/sources.h"
#include "ganymede/models/initialise.h"
#include "ganymede/quality/discriminator_features.h"
#include "ganymede/quality/feature_protocol.h"
#include "ganymede/train/datasets.h"

namespace ganymede::operations {
namespace {

struct Splits {
  std::shared_ptr<const data::Dataset> training, test;
  std::string test_split;  ///< what the test images are
};

std::shared_ptr<const data::Dataset> part_of(std::shared_ptr<const data::Dataset> whole,
                                             std::vector<std::uint32_t> indices) {
  data::Selection selection;
  std::sort(indices.begin(), indices.end());
  for (const auto index : indices) selection.labels.push_back(whole->label(index));
  selection.indices = std::move(indices);
  selection.classes = whole->info().classes;
  return data::subset(std::move(whole), std::move(selection));
}

/// The images asked for, or the model's own, in its shape.
data::DatasetOptions options_of(const Model& model, const std::string& asked) {
  const auto own = recipe_with_data(model).data;
  data::DatasetOptions options;
  options.name = own.name;
  options.path = asked.empty() ? std::filesystem::path(own.path) : std::filesystem::path(asked);
  const auto names = data::dataset_names();
  if (std::find(names.begin(), names.end(), asked) != names.end()) {
    options.name = asked;
    options.path.clear();
  } else if (!asked.empty()) {
    if (!data::is_there(asked)) throw Error("no such file or folder", asked, "check the path");
    options.name = data::guess_source(asked);
  }
  options.size = models::size_of(model.image_shape());
  options.channels = static_cast<int>(model.image_shape().channels());
  return options;
}

/// The usual split and the test split; where there is none, a fifth of the images is held out.
Splits open_splits(data::DatasetOptions options, std::uint64_t seed) {
  Splits out{data::open_dataset(options), nullptr, "test"};
  const auto& known = data::source_named(options.name).splits;
  std::string missing = "the data has no test split";
  if (std::find(known.begin(), known.end(), "test") != known.end()) {
    try {
      options.splits = {"test"};
      out.test = data::open_dataset(options);
      return out;
    } catch (const Error& error) {
      missing = error.what();
    }
  }
  const auto order = data::epoch_order(out.training->size(), stream_seed(seed, "features test"), 0);
  const auto held = static_cast<std::ptrdiff_t>(order.size() / 5);
  out.test = part_of(out.training, {order.begin(), order.begin() + held});
  out.training = part_of(out.training, {order.begin() + held, order.end()});
  out.test_split = "a fifth held out: " + missing;
  return out;
}

/// The discriminator as it was before training.
models::Network untrained_discriminator(const Model& model) {
  const auto& recipe = model.recipe();
  models::Network fresh(recipe.discriminator, model.discriminator().input_shape());
  models::initialise(fresh, recipe.discriminator, recipe.train.seed, "discriminator");
  fresh.to(model.discriminator().device());
  return fresh;
}

nlohmann::json row_json(const quality::FeatureResult& found) {
  return {{"accuracy", {{"mean", found.accuracy.mean}, {"std", found.accuracy.deviation}}},
          {"error", 1 - found.accuracy.mean},
          {"validation", found.validation},
          {"c", found.costs},
          {"width", found.width}};
}

}  // namespace

nlohmann::json document_of(const FeaturesResult& found, const FeaturesRequest& request, const Model& model) {
  auto results = nlohmann::json::object();
  for (const auto& row : found.rows) results[row.name] = row_json(row.found);
  const auto& last = found.rows.back().found;
  const nlohmann::json protocol{
      {"model", model.path().string()},
      {"step", model.step()},
      {"data", found.data},
      {"checksum", found.checksum},
      {"test", found.test},
      {"layers", found.layers},
      {"labels", last.labels},
      {"validation_images", last.validation_images},
      {"test_images", last.test_images},
      {"repeats", request.repeats},
      {"seed", request.seed},
      {"classifier", "L2-regularised L2-loss linear SVM (as LIBLINEAR's), one against the rest"}};
  return {{"protocol", protocol}, {"results", results}};
}

FeaturesResult features(const Model& model, const FeaturesRequest& request, const Control& control,
                        const RowCallback& row) {
  const TaskScope scope = control.scope();
  const auto splits = open_splits(options_of(model, request.data), request.seed);
  const quality::FeatureProtocol protocol{.labels = static_cast<std::size_t>(request.labels.value_or(0)),
                                          .repeats = static_cast<int>(request.repeats),
                                          .seed = request.seed};
  const quality::DiscriminatorFeatures trained(model.discriminator());
  const auto fresh = untrained_discriminator(model);
  const quality::DiscriminatorFeatures untrained(fresh);
  std::vector<std::pair<std::string, quality::Embedding>> rows{
      {"trained", [&](const Tensor& x) { return trained(x); }}};
  if (!request.no_baselines) {
    rows.emplace_back("untrained", [&](const Tensor& x) { return untrained(x); });
    rows.emplace_back("pixels", quality::pixel_embedding());
  }
  FeaturesResult result{.rows = {},
                        .layers = trained.layers(),
                        .data = splits.training->info().name,
                        .checksum = splits.training->info().checksum,
                        .test = splits.test_split};
  for (const auto& [name, embedding] : rows) {
    Progress progress("features, " + name, 0, "image");
    result.rows.push_back({name, quality::evaluate_features(*splits.training, *splits.test, embedding, protocol,
                                                            [&](std::size_t done) { progress.update(done); })});
    progress.finish();
    if (row) row(result.rows.back());
  }
  if (!request.output.empty()) write_file(request.output, json_file_text(document_of(result, request, model)));
  return result;
}

}  // namespace ganymede::operations
