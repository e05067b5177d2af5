// ganymede evaluate MODEL | --real A --fake B
#include <fmt/ranges.h>

#include <algorithm>

#include "cli/command.h"
#include "cli/comparison.h"
#include "cli/device.h"
#include "cli/image_sets.h"
#include "cli/recipe_flags.h"
#include "cli/report.h"
#include "ganymede/core/log.h"
#include "ganymede/core/signals.h"
#include "ganymede/core/threads.h"
#include "ganymede/data/published.h"
#include "ganymede/data/sources.h"
#include "ganymede/quality/availability.h"
#include "ganymede/quality/feature_size.h"
#include "ganymede/train/dataset_classifier.h"
#include "ganymede/train/datasets.h"

namespace ganymede::cli {
namespace {

namespace fs = std::filesystem;
using quality::Metric;

struct EvaluateFlags {
  std::string model, data, source, real, fake, features, scatter, memorisation;
  std::vector<std::string> metrics;
  std::int64_t count = 0, real_count = 0, k = 5;
  std::uint64_t seed = 0;
  int size = 0, channels = 0, feature_size = 0, bootstrap = 0;
  bool train_features = false, force = false, fd_infinity = false, json = false;
};

std::shared_ptr<const quality::FeatureExtractor> extractor_of(const EvaluateFlags& flags, const torch::Device& device) {
  if (flags.features.empty()) return nullptr;
  if (flags.features != data::kInception) return quality::torchscript_extractor(flags.features, device);
  for (const auto& file : data::published_files()) {
    if (file.dataset != data::kInception) continue;
    const auto path = data::data_root() / data::kInception / file.name;
    if (!fs::exists(path))
      throw Error("Inception is not at hand", path.string(), "get it with: ganymede data fetch inception");
    return quality::torchscript_extractor(path, device);
  }
  return nullptr;
}

/// A model's own data, in the model's shape.
OpenedImageSet own_data(const checkpoint::Model& model, const EvaluateFlags& flags) {
  auto recipe = train::recipe_with_data(model);
  if (!flags.data.empty()) recipe.data.path = flags.data;
  if (flags.real_count > 0) recipe.data.count = flags.real_count;
  auto images = train::open_data(recipe, model.gan);
  const std::string name = images->info().name;
  return {{name, std::move(images)},
          std::nullopt,
          fit_text(recipe.data.name, models::size_of(model.gan.image_shape()), recipe.data.fit)};
}

/// The test split of a model's data, which it has not seen in training; null where there is none.
std::shared_ptr<const data::Dataset> held_out_images(const checkpoint::Model& model, const std::string& folder) {
  auto recipe = train::recipe_with_data(model);
  if (!folder.empty()) recipe.data.path = folder;
  recipe.data.count = 0;
  try {
    return train::open_held_out(recipe.data, model.gan.image_shape(), recipe.train.seed);
  } catch (const Error& missing) {
    spdlog::info("no held-out images to compare with: {}", missing.what());
    return nullptr;
  }
}

void expect_extension(const std::string& file, const std::vector<std::string>& known) {
  if (file.empty() || std::find(known.begin(), known.end(), fs::path(file).extension()) != known.end()) return;
  throw UsageError("the image's file name does not say what it is", file,
                   fmt::format("end it in {}", fmt::join(known, " or ")));
}

/// The built-in classifier of a data set, at the shape of its images, on a device.
std::shared_ptr<const quality::FeatureExtractor> classifier_of(const config::DataConfig& config,
                                                               const data::DatasetInfo& info,
                                                               const torch::Device& device) {
  auto trained = train::classifier_of(config, nn::Shape{info.channels, info.height, info.width});
  std::vector<checkpoint::NamedTensor> tensors;
  checkpoint::append_tensors(tensors, "classifier", trained.network);
  quality::ExtractorInfo named{
      .name = trained.name, .checksum = quality::tensors_digest(tensors), .classes = trained.classes};
  named.note = fmt::format("built-in classifier, {:.2f} % of {}", 100 * trained.accuracy.share, trained.accuracy.of);
  trained.network.to(device);
  return quality::network_extractor(std::make_shared<const models::Network>(std::move(trained.network)),
                                    std::move(named));
}

/// What names the real set's data for the classifier: the model's recipe, or the set itself.
config::DataConfig labelled_data(const EvaluateFlags& flags, const OpenedImageSet& fake, const OpenedImageSet& real) {
  if (!flags.model.empty()) {
    auto data = train::recipe_with_data(*fake.model).data;
    if (!flags.data.empty()) data.path = flags.data;
    return data;
  }
  if (!real.set.images || real.model)
    throw UsageError("--train-features needs labelled real images", flags.real,
                     "name a data set with --real, or --features FILE");
  const auto& info = real.set.images->info();
  config::DataConfig data;
  data.name = info.name;
  data.path = info.path.string();
  data.splits = info.splits;
  return data;
}

struct ImageSets {
  OpenedImageSet real, fake;
};

ImageSets open_image_sets(const EvaluateFlags& flags, const torch::Device& device) {
  ImageSetOptions real{.count = flags.real_count,
                       .seed = flags.seed + 1,
                       .size = flags.size,
                       .channels = flags.channels,
                       .device = device};
  ImageSetOptions fake{.count = flags.count,
                       .seed = flags.seed,
                       .size = flags.size,
                       .channels = flags.channels,
                       .source = flags.source,
                       .device = device};
  if (!flags.model.empty()) {
    auto model = checkpoint::load_model(flags.model, device);
    auto data = own_data(model, flags);  // before any image is generated: it may not be at hand
    return {std::move(data), generated_image_set(std::move(model), fake)};
  }
  if (!names_model(flags.fake)) return {open_image_set(flags.real, real), open_image_set(flags.fake, fake)};
  auto model = checkpoint::load_model(flags.fake, device);
  if (!real.size.given()) real.size = models::size_of(model.gan.image_shape());
  if (real.channels == 0) real.channels = static_cast<int>(model.gan.image_shape().channels());
  auto opened = open_image_set(flags.real, real);
  return {std::move(opened), generated_image_set(std::move(model), fake)};
}

/// Those asked for, or else all that these two can have.
quality::Available metrics_of(const EvaluateFlags& flags, const quality::ImageSet& real, const quality::ImageSet& fake,
                              const quality::FeatureExtractor* extractor, const quality::EvaluatorOptions& options) {
  if (!flags.metrics.empty()) {
    quality::Available out;
    for (const auto& name : flags.metrics) out.metrics.push_back(quality::metric_named(name));
    return out;
  }
  auto out = quality::available_metrics(real, fake, extractor, options);
  if (!out.metrics.empty()) return out;
  std::string why;
  for (const auto& [metric, needs] : out.skipped) {
    why += fmt::format("{}{} needs {}", why.empty() ? "" : "; ", quality::name_of(metric), needs);
  }
  throw Error("there is no metric for these: " + why, flags.fake.empty() ? flags.model : flags.fake,
              "bring what one of them needs");
}

void run(const EvaluateFlags& flags) {
  const bool pair = !flags.real.empty() || !flags.fake.empty();
  if (flags.model.empty() == !pair) {
    throw UsageError(pair ? "both a model and --real or --fake are given" : "nothing to evaluate is named", "evaluate",
                     "name a model, or both --real A and --fake B");
  }
  if (pair && (flags.real.empty() || flags.fake.empty())) {
    throw UsageError("a comparison has two sets", "evaluate", "name both --real A and --fake B");
  }
  if (pair && !flags.data.empty()) throw UsageError("--data goes with a model", "evaluate", "name images with --real");
  for (const auto& name : flags.metrics) quality::metric_named(name);
  expect_extension(flags.scatter, {".svg", ".png"});
  expect_extension(flags.memorisation, {".png"});
  catch_stop_signals();
  set_threads(globals().threads);
  const auto device = device_to_use();
  auto extractor = extractor_of(flags, device);
  const auto [real, fake] = open_image_sets(flags, device);
  if (flags.train_features) {
    extractor = classifier_of(labelled_data(flags, fake, real), real.set.images->info(), device);
  }
  if (extractor == nullptr && flags.feature_size > 0) {
    throw UsageError("--feature-size goes with a feature network", "evaluate", "add --features FILE");
  }
  extractor = quality::at_its_size(extractor, real.set.images.get(), flags.feature_size);
  quality::EvaluatorOptions options{.k = flags.k,
                                    .seed = flags.seed,
                                    .force = flags.force,
                                    .keep_features = !flags.scatter.empty(),
                                    .bootstrap = flags.bootstrap,
                                    .fd_infinity = flags.fd_infinity};
  const auto available = metrics_of(flags, real.set, fake.set, extractor.get(), options);
  options.metrics = available.metrics;
  quality::Evaluator evaluator(real.set, extractor, options);
  const auto metrics = evaluator.evaluate(fake.set);
  const bool inception = evaluator.features_info(fake.set).inception;
  auto values = metrics_json(metrics, quality::frechet_name(inception, fake.set.count()));
  auto protocol = protocol_json(evaluator, real, fake, metrics, values);
  for (const auto& [metric, needs] : available.skipped) protocol["skipped"][quality::name_of(metric)] = needs;
  if (!flags.scatter.empty()) plot_scatter(evaluator, flags.scatter);
  if (!flags.memorisation.empty()) {
    const auto held_out = flags.model.empty() ? nullptr : held_out_images(*fake.model, flags.data);
    const auto found = look_for_copies(real.set, fake.set, held_out.get(), extractor.get(), flags.memorisation);
    values["memorisation"] = found.metrics;
    protocol["memorisation"] = found.protocol;
  }
  if (flags.json) return print_json({{"protocol", protocol}, {"metrics", values}});
  fmt::print("{}", report_text(values, protocol));
}

}  // namespace

void add_evaluate(CLI::App& app) {
  auto flags = std::make_shared<EvaluateFlags>();
  app.add_option("model", flags->model, "a .safetensors file or a run folder, evaluated against its own data");
  app.add_option("--data", flags->data, "where the model's data is: a folder, archive or file")->type_name("DIR");
  app.add_option("--source", flags->source, "where the images are that a translating model redraws")->type_name("DIR");
  app.add_option("--real", flags->real, "instead of a model: a data set, images, a model or a feature file")
      ->type_name("A");
  app.add_option("--fake", flags->fake, "what to compare with --real: the same kinds; NAME:SPLIT names a split")
      ->type_name("B");
  app.add_option("--metrics", flags->metrics, "fid, kid, is, prdc, swd, modes; all that can be had unless given")
      ->delimiter(',')
      ->allow_extra_args(false);
  app.add_option("-n,--count", flags->count, "images to generate (50,000 unless given), or of --fake to use")
      ->check(CLI::Range(1, 10'000'000));
  app.add_option("--real-count", flags->real_count, "real images to use; all unless given")
      ->check(CLI::Range(1, 100'000'000));
  auto* features =
      app.add_option("--features", flags->features,
                     "a TorchScript file of a feature network, or 'inception'; it is run: name only what you trust")
          ->type_name("FILE");
  app.add_option("--feature-size", flags->feature_size,
                 "pixels a side of the images the feature network was made for; asked of its file, or found by trying "
                 "on labelled real images, unless given")
      ->check(CLI::Range(1, 4096));
  app.add_flag("--train-features", flags->train_features,
               "features of a classifier of the real data's labels, trained once and kept")
      ->excludes(features);
  app.add_option("--k", flags->k, "nearest images of precision, recall, density and coverage")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  app.add_option("--bootstrap", flags->bootstrap,
                 "95 % error bars of fid, kid and prdc by resampling both sets so often, such as 200")
      ->check(CLI::Range(20, 100'000));
  app.add_flag("--fd-infinity", flags->fd_infinity, "also the Frechet distance extrapolated to endlessly many images");
  add_seed(app, flags->seed, "of the model's noise and of the metrics' random numbers");
  app.add_option("--size", flags->size, "bring --real and --fake to this many pixels a side")
      ->check(CLI::Range(1, 4096));
  app.add_option("--channels", flags->channels, "bring them to 1 (grey) or 3 (RGB)")->check(CLI::IsMember({1, 3}));
  app.add_option("--scatter", flags->scatter, "plot both sets' features along their principal components")
      ->type_name("SVG|PNG");
  app.add_option("--memorisation", flags->memorisation,
                 "show the images nearest to training images, and say how near they are")
      ->type_name("PNG");
  app.add_flag("--force", flags->force, "metrics of fewer images than they need, too");
  app.add_flag("--json", flags->json, "one JSON document");
  app.callback([flags] { run(*flags); });
}

}  // namespace ganymede::cli
