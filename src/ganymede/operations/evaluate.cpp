#include "ganymede/operations/evaluate.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "ganymede/core/files.h"
#include "ganymede/core/json_text.h"
#include "ganymede/core/log.h"
#include "ganymede/data/published.h"
#include "ganymede/data/sources.h"
#include "ganymede/operations/comparison.h"
#include "ganymede/operations/evaluation_report.h"
#include "ganymede/operations/field.h"
#include "ganymede/operations/image_sets.h"
#include "ganymede/quality/availability.h"
#include "ganymede/quality/feature_size.h"
#include "ganymede/train/dataset_classifier.h"
#include "ganymede/train/datasets.h"

namespace ganymede::operations {
namespace {

namespace fs = std::filesystem;

using ExtractorPtr = std::shared_ptr<const quality::FeatureExtractor>;

struct ImageSets {
  OpenedImageSet real, fake;
};

ExtractorPtr extractor_of(const EvaluateRequest& request, const torch::Device& device) {
  if (request.features.empty()) return nullptr;
  if (request.features != data::kInception) return quality::torchscript_extractor(request.features, device);
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
OpenedImageSet own_data(const Model& model, const EvaluateRequest& request) {
  auto recipe = recipe_with_data(model, request.data);
  if (request.real_count) recipe.data.count = *request.real_count;
  recipe.data.skip_bad = recipe.data.skip_bad || request.skip_bad;
  auto images = train::open_data(recipe, model.file().gan);
  const std::string name = images->info().name;
  OpenedImageSet opened{{name, images}, nullptr, fit_text(images->info(), recipe.data.fit)};
  // Where others are asked for, that they are others is no news.
  const bool asked = request.real_count || !request.data.empty();
  if (const auto change = asked ? "" : train::change_of_data(model.file(), *images); !change.empty()) {
    opened.notes.push_back("other images than the model was trained on: " + change);
    spdlog::warn("data: {}", opened.notes.back());
  }
  return opened;
}

/// The test split of a model's data, which it has not seen in training; null where there is none.
std::shared_ptr<const data::Dataset> held_out_images(const Model& model, const EvaluateRequest& request) {
  auto data = recipe_with_data(model, request.data).data;
  data.count = 0;
  try {
    return train::open_held_out(data, model.image_shape(), model.recipe().train.seed);
  } catch (const Error& missing) {
    spdlog::info("no held-out images to compare with: {}", missing.what());
    return nullptr;
  }
}

/// The built-in classifier of a data set, at the shape of its images, on a device.
ExtractorPtr classifier_of(const config::DataConfig& config, const data::DatasetInfo& info,
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
config::DataConfig labelled_data(const EvaluateRequest& request, const ImageSets& sets, bool own) {
  if (own) return recipe_with_data(*sets.fake.model, request.data).data;
  const auto& real = sets.real;
  if (!real.set.images || real.model)
    throw FieldError("train_features", "needs labelled real images", "name a data set with 'real', or give 'features'");
  const auto& info = real.set.images->info();
  config::DataConfig data;
  data.name = info.name;
  data.path = info.path.string();
  data.splits = info.splits;
  return data;
}

/// What images of several sizes are brought to: the size that the feature network was made for, where somebody says it.
data::ImageSize size_for(const ExtractorPtr& network, const EvaluateRequest& request) {
  constexpr int kInceptionSide = 299;
  const int said = !network ? 0 : network->info().inception ? kInceptionSide : network->info().size;
  const auto side = request.feature_size.value_or(said > 0 ? said : ImageSetOptions::kMedianSide);
  return static_cast<int>(side);
}

/// `model` null: the two that the request names.
ImageSets open_image_sets(const ModelPtr& model, const EvaluateRequest& request, const ExtractorPtr& extractor,
                          const torch::Device& device) {
  ImageSetOptions real{.count = request.real_count.value_or(0),
                       .seed = request.seed + 1,
                       .size = asked_size(request),
                       .fit = config::value_named<data::Fit>(request.fit),
                       .skip_bad = request.skip_bad,
                       .mixed = size_for(extractor, request),
                       .channels = static_cast<int>(request.channels.value_or(0)),
                       .device = device};
  ImageSetOptions fake = real;
  fake.count = request.count.value_or(0);
  fake.seed = request.seed;
  fake.source = request.source;
  if (model) {
    auto data = own_data(*model, request);  // before any image is generated: it may not be at hand
    return {std::move(data), generated_image_set(model, fake)};
  }
  if (!names_model(request.fake)) {
    auto opened = open_image_set(request.real, real);
    // Both sets have one size then.
    if (const auto& images = opened.set.images) fake.mixed = {images->info().height, images->info().width};
    return {std::move(opened), open_image_set(request.fake, fake)};
  }
  auto input = Model::load(request.fake, device);
  if (!real.size.given()) real.size = models::size_of(input->image_shape());
  if (real.channels == 0) real.channels = static_cast<int>(input->image_shape().channels());
  real.bits = input->recipe().data.bits;
  auto opened = open_image_set(request.real, real);
  return {std::move(opened), generated_image_set(std::move(input), fake)};
}

/// "fid, kid need features; swd needs equally large images": what several need is said once.
std::string needs_of(const std::vector<quality::Skipped>& skipped) {
  std::vector<std::pair<std::string, std::vector<std::string>>> names_by_need;
  for (const auto& [metric, needs] : skipped) {
    auto same = names_by_need.begin();
    while (same != names_by_need.end() && same->first != needs) ++same;
    if (same == names_by_need.end()) same = names_by_need.insert(same, {needs, {}});
    same->second.emplace_back(quality::name_of(metric));
  }
  std::string out;
  for (const auto& [needs, names] : names_by_need) {
    out += fmt::format("{}{} {} {}", out.empty() ? "" : "; ", fmt::join(names, ", "),
                       names.size() == 1 ? "needs" : "need", needs);
  }
  return out;
}

/// Those asked for, or else all that these two can have.
quality::Available metrics_of(const EvaluateRequest& request, const ImageSets& sets,
                              const quality::FeatureExtractor* extractor, const quality::EvaluatorOptions& options) {
  if (!request.metrics.empty()) {
    quality::Available out;
    for (const auto& name : request.metrics) out.metrics.push_back(quality::metric_named(name));
    return out;
  }
  auto out = quality::available_metrics(sets.real.set, sets.fake.set, extractor, options);
  if (!out.metrics.empty()) return out;
  throw Error("there is no metric for these: " + needs_of(out.skipped), sets.fake.set.name,
              "bring what one of them needs");
}

EvaluateResult compared(const EvaluateRequest& request, const ImageSets& sets, const ExtractorPtr& extractor,
                        bool own) {
  const auto &real = sets.real.set, &fake = sets.fake.set;
  quality::EvaluatorOptions options{.k = request.k,
                                    .seed = request.seed,
                                    .force = request.force,
                                    .keep_features = !request.scatter.empty(),
                                    .bootstrap = static_cast<int>(request.bootstrap.value_or(0)),
                                    .fd_infinity = request.fd_infinity};
  const auto available = metrics_of(request, sets, extractor.get(), options);
  options.metrics = available.metrics;
  quality::Evaluator evaluator(real, extractor, options);
  EvaluateResult out{.values = evaluator.evaluate(fake)};
  const bool inception = evaluator.features_info(fake).inception;
  out.metrics = metrics_json(out.values, quality::frechet_name(inception, fake.count()));
  out.protocol = protocol_json(evaluator, sets.real, sets.fake, out.values, out.metrics);
  for (const auto& [metric, needs] : available.skipped) out.protocol["skipped"][quality::name_of(metric)] = needs;
  if (!request.scatter.empty()) plot_scatter(evaluator, request.scatter);
  if (request.memorisation.empty()) return out;
  const auto held_out = own ? held_out_images(*sets.fake.model, request) : nullptr;
  const auto found = look_for_copies(real, fake, held_out.get(), extractor.get(), request.memorisation);
  out.metrics["memorisation"] = found.metrics;
  out.protocol["memorisation"] = found.protocol;
  return out;
}

/// `model` null: the two that the request names.
EvaluateResult evaluated(const ModelPtr& model, const EvaluateRequest& request, const torch::Device& device,
                         const Control& control) {
  const TaskScope scope = control.scope();
  auto extractor = extractor_of(request, device);
  const ImageSets sets = open_image_sets(model, request, extractor, device);
  control.check();
  if (request.train_features) {
    extractor = classifier_of(labelled_data(request, sets, model != nullptr), sets.real.set.images->info(), device);
  }
  extractor =
      quality::at_its_size(extractor, sets.real.set.images.get(), static_cast<int>(request.feature_size.value_or(0)));
  EvaluateResult out = compared(request, sets, extractor, model != nullptr);
  if (!request.output.empty()) {
    write_file(request.output, json_file_text(nlohmann::json{{"protocol", out.protocol}, {"metrics", out.metrics}}));
  }
  return out;
}

}  // namespace

EvaluateResult evaluate(const EvaluateRequest& request, const torch::Device& device, const Control& control) {
  check(request);
  const auto model = request.model.empty() ? nullptr : Model::load(request.model, device);
  return evaluated(model, request, device, control);
}

EvaluateResult evaluate(const ModelPtr& model, const EvaluateRequest& request, const Control& control) {
  auto own = request;
  own.model = model->path().string();
  check(own);
  return evaluated(model, own, model->generator().device(), control);
}

}  // namespace ganymede::operations
