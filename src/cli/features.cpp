// ganymede features MODEL
#include <fmt/ranges.h>

#include <algorithm>

#include "cli/command.h"
#include "cli/device.h"
#include "cli/recipe_flags.h"
#include "ganymede/checkpoint/model_file.h"
#include "ganymede/core/progress.h"
#include "ganymede/core/random.h"
#include "ganymede/core/signals.h"
#include "ganymede/core/threads.h"
#include "ganymede/data/decorators.h"
#include "ganymede/data/loader.h"
#include "ganymede/data/shards.h"
#include "ganymede/data/sources.h"
#include "ganymede/data/text.h"
#include "ganymede/models/initialise.h"
#include "ganymede/quality/discriminator_features.h"
#include "ganymede/quality/feature_protocol.h"
#include "ganymede/train/datasets.h"

namespace ganymede::cli {
namespace {

using nlohmann::json;

struct FeaturesFlags {
  std::string model, data;
  quality::FeatureProtocol protocol;
  bool no_baselines = false, json = false;
};

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

/// The usual split and the test split; where there is none, a fifth of the images is held out.
Splits open_splits(const checkpoint::Model& model, const FeaturesFlags& flags) {
  const auto own = train::recipe_with_data(model).data;
  data::DatasetOptions options;
  options.name = own.name;
  options.path = flags.data.empty() ? std::filesystem::path(own.path) : std::filesystem::path(flags.data);
  const auto names = data::dataset_names();
  if (std::find(names.begin(), names.end(), flags.data) != names.end()) {
    options.name = flags.data;
    options.path.clear();
  } else if (!flags.data.empty()) {
    if (!data::is_there(flags.data)) throw Error("no such file or folder", flags.data, "check the path");
    options.name = data::guess_source(flags.data);
  }
  const auto& shape = model.gan.image_shape();
  options.size = models::size_of(shape);
  options.channels = static_cast<int>(shape.channels());
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
  const auto order = data::epoch_order(out.training->size(), stream_seed(flags.protocol.seed, "features test"), 0);
  const auto held = static_cast<std::ptrdiff_t>(order.size() / 5);
  out.test = part_of(out.training, {order.begin(), order.begin() + held});
  out.training = part_of(out.training, {order.begin() + held, order.end()});
  out.test_split = "a fifth held out: " + missing;
  return out;
}

json result_json(const quality::FeatureResult& result) {
  return {{"accuracy", {{"mean", result.accuracy.mean}, {"std", result.accuracy.deviation}}},
          {"error", 1 - result.accuracy.mean},
          {"validation", result.validation},
          {"c", result.costs},
          {"width", result.width}};
}

void run(const FeaturesFlags& flags) {
  catch_stop_signals();
  set_threads(globals().threads);
  auto model = checkpoint::load_model(flags.model, device_to_use());
  const auto splits = open_splits(model, flags);
  const quality::DiscriminatorFeatures trained(model.gan.discriminator);
  models::Network fresh(model.recipe.discriminator, model.gan.discriminator.input_shape());
  models::initialise(fresh, model.recipe.discriminator, model.recipe.train.seed, "discriminator");
  fresh.to(model.gan.discriminator.device());
  const quality::DiscriminatorFeatures untrained(fresh);

  std::vector<std::pair<std::string, quality::Embedding>> rows{
      {"trained", [&](const Tensor& x) { return trained(x); }}};
  if (!flags.no_baselines) {
    rows.emplace_back("untrained", [&](const Tensor& x) { return untrained(x); });
    rows.emplace_back("pixels", quality::pixel_embedding());
  }
  json results = json::object();
  quality::FeatureResult last;
  for (const auto& [name, embedding] : rows) {
    Progress progress("features, " + name, 0, "image");
    last = quality::evaluate_features(*splits.training, *splits.test, embedding, flags.protocol,
                                      [&](std::size_t done) { progress.update(done); });
    progress.finish();
    results[name] = result_json(last);
    if (flags.json) continue;
    fmt::print("{:<10} accuracy {:.2f} % ± {:.2f}  ({} features, C {})\n", name, 100 * last.accuracy.mean,
               100 * last.accuracy.deviation, data::grouped(static_cast<std::uint64_t>(last.width)),
               fmt::join(last.costs, ", "));
    std::fflush(stdout);  // the next row may take minutes
  }
  json protocol{{"model", flags.model},
                {"step", model.step},
                {"data", splits.training->info().name},
                {"checksum", splits.training->info().checksum},
                {"test", splits.test_split},
                {"layers", trained.layers()},
                {"labels", last.labels},
                {"validation_images", last.validation_images},
                {"test_images", last.test_images},
                {"repeats", flags.protocol.repeats},
                {"seed", flags.protocol.seed},
                {"classifier", "L2-regularised L2-loss linear SVM (as LIBLINEAR's), one against the rest"}};
  if (flags.json) {
    protocol["draws"] = flags.protocol.repeats;  // its old name
    return print_json({{"protocol", protocol}, {"results", results}});
  }
  fmt::print("protocol\n");
  for (const auto& [key, value] : protocol.items())
    fmt::print("  {:<18} {}\n", key, value.is_string() ? value.get<std::string>() : value.dump());
}

}  // namespace

void add_features(CLI::App& app) {
  auto flags = std::make_shared<FeaturesFlags>();
  app.add_option("model", flags->model, "a .safetensors file or a run folder")->required();
  app.add_option("--data", flags->data,
                 "labelled images: a data set's name, or a path; the model's own data unless given")
      ->type_name("NAME|DIR");
  app.add_option("--labels", flags->protocol.labels,
                 "train on so many labels, the same number of each class; all unless given")
      ->check(CLI::Range(1, 10'000'000));
  app.add_option("--repeats", flags->protocol.repeats, "choose the labels so often: mean and deviation")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  old_name(app.add_option("--draws", flags->protocol.repeats), "--repeats")->check(CLI::Range(1, 1000));
  add_seed(app, flags->protocol.seed, "of the labels and of the validation images");
  app.add_flag("--no-baselines", flags->no_baselines,
               "only the trained discriminator, not an untrained one and raw pixels");
  app.add_flag("--json", flags->json, "one JSON document");
  app.callback([flags] { run(*flags); });
}

}  // namespace ganymede::cli
