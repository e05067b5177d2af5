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

/// The images asked for, or the model's own with all that its [data] says, in its shape.
data::DatasetOptions options_of(const Model& model, const FeaturesRequest& request) {
  const std::string& asked = request.data;
  const auto& shape = model.image_shape();
  auto options = recipe_with_data(model).data.sized(models::size_of(shape), static_cast<int>(shape.channels()),
                                                    model.recipe().train.seed);
  options.skip_bad = options.skip_bad || request.skip_bad;
  if (asked.empty()) return options;
  data::DatasetOptions others;
  others.size = options.size, others.channels = options.channels, others.bits = options.bits;
  others.fit = options.fit, others.profiles = options.profiles;
  others.skip_bad = request.skip_bad;
  others.name = asked;
  const auto names = data::dataset_names();
  if (std::find(names.begin(), names.end(), asked) != names.end()) return others;
  if (!data::is_there(asked)) throw Error("no such file or folder", asked, "check the path");
  others.name = data::guess_source(asked);
  others.path = asked;
  return others;
}

/// The training images and the test split; where there is none, or it was trained on, a fifth of them is held out.
Splits open_splits(data::DatasetOptions options, std::uint64_t seed) {
  Splits out{data::open_dataset(options), nullptr, "test"};
  const auto& known = data::source_named(options.name).splits;
  const bool trained = std::find(options.splits.begin(), options.splits.end(), "test") != options.splits.end();
  std::string missing = trained ? "the test split is among the training images" : "the data has no test split";
  if (!trained && std::find(known.begin(), known.end(), "test") != known.end()) {
    try {
      options.splits = {"test"};
      options.count = 0;
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

/// Where the model's own classes tell nothing apart, all of its data set are taken.
Splits splits_of(const Model& model, const FeaturesRequest& request, std::vector<std::string>& notes) {
  auto options = options_of(model, request);
  if (request.data.empty() && options.classes.size() == 1) {
    notes.push_back(fmt::format("of all classes: the model's own, '{}', tells nothing apart", options.classes[0]));
    options.classes.clear();
  }
  auto splits = open_splits(options, request.seed);
  const auto& said = splits.training->info().notes;
  notes.insert(notes.end(), said.begin(), said.end());
  return splits;
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
      {"splits", found.splits},
      {"classes", found.classes},
      {"notes", found.notes},
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
  std::vector<std::string> notes;
  const auto splits = splits_of(model, request, notes);
  const auto& info = splits.training->info();
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
                        .data = info.name,
                        .checksum = info.checksum,
                        .splits = info.splits,
                        .classes = info.classes.size(),
                        .notes = std::move(notes),
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
