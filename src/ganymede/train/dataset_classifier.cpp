#include "ganymede/train/dataset_classifier.h"

#include <charconv>

#include "ganymede/checkpoint/model_file.h"
#include "ganymede/core/hash.h"
#include "ganymede/core/log.h"
#include "ganymede/data/cache.h"
#include "ganymede/recipe/recipe_fields.h"
#include "ganymede/train/datasets.h"

namespace ganymede::train {
namespace {

namespace fs = std::filesystem;

constexpr const char* kTensors = "classifier";
constexpr std::uint64_t kSeed = 0;
constexpr config::ClassifierTraining kTraining{
    .epochs = 6, .batch_size = 128, .learning_rate = 2e-3, .weight_decay = 1e-4};

/// Convolution, norm, rectifier, and a residual block, at each of three sizes.
std::string stage(int width, bool halve) {
  const std::string conv = fmt::format("{{ conv = {}, padding = 1, bias = false }}, \"batch_norm\"", width);
  return fmt::format("{}, \"relu\", {}{{ residual = [{}, \"relu\", {}] }}, \"relu\", ", conv,
                     halve ? "{ avg_pool = 2 }, " : "", conv, conv);
}

fs::path file_of(const std::string& name) {
  const fs::path folder = data::cache_folder();
  return folder.empty() ? fs::path() : folder / "classifiers" / (name + ".safetensors");
}

double number(const std::string& text) {
  double value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

/// False when there is no whole file of it.
bool read_kept(const fs::path& path, DatasetClassifier& out) {
  std::error_code ignored;
  if (path.empty() || !fs::is_regular_file(path, ignored)) return false;
  try {
    const auto file = checkpoint::read_safetensors(path);
    checkpoint::load_tensors(file, kTensors, out.network, path.string());
    out.accuracy = {number(file.metadata.at("accuracy")), file.metadata.at("accuracy_of")};
    return true;
  } catch (const std::exception& damaged) {
    spdlog::warn("the classifier is trained anew: {}", damaged.what());
    return false;
  }
}

void keep(const fs::path& path, const DatasetClassifier& out) {
  if (path.empty()) return;
  std::vector<checkpoint::NamedTensor> tensors;
  checkpoint::append_tensors(tensors, kTensors, out.network);
  try {
    checkpoint::write_safetensors(
        path, tensors, {{"accuracy", fmt::format("{}", out.accuracy.share)}, {"accuracy_of", out.accuracy.of}});
  } catch (const Error& error) {  // it is trained again the next time
    spdlog::warn("the classifier cannot be kept: {}", error.what());
  }
}

/// The layers before the logits.
std::vector<config::OptionTable> stages(const nn::Shape& image) {
  std::string layers = "[";
  std::int64_t height = image.height(), width = image.width();
  for (const int filters : {16, 32, 64}) {
    const bool halve = height % 2 == 0 && width % 2 == 0 && std::min(height, width) > 4;
    layers += stage(filters, halve);
    if (halve) height /= 2, width /= 2;
  }
  return config::option_tables(layers + "{ global_pool = \"mean\" }]", "the classifier's layers");
}

}  // namespace

Accuracy held_out_accuracy(const models::Network& classifier, const config::DataConfig& config,
                           const data::Dataset& training, std::uint64_t seed) {
  const auto held_out = open_held_out(config, classifier.input_shape(), seed);
  return held_out ? Accuracy{accuracy(classifier, *held_out), "test split"}
                  : Accuracy{accuracy(classifier, training), "its own training images"};
}

config::NetworkConfig classifier_layers(const nn::Shape& image, std::int64_t classes) {
  config::NetworkConfig config;
  config.init = "he_normal";
  config.layers = nn::LayerList::from_tables(stages(image));
  return with_class_logits(std::move(config), classes, image);
}

DatasetClassifier classifier_of(const config::DataConfig& config, const nn::Shape& image) {
  const auto dataset = open_data(config, image, kSeed);
  const auto& info = dataset->info();
  if (info.classes.size() < 2) {
    throw UsageError("the data has no labels for a classifier to learn", info.name,
                     "choose a data set with classes, or name a feature file");
  }
  const auto layers = classifier_layers(image, static_cast<std::int64_t>(info.classes.size()));
  std::string described = info.checksum + image.text();
  for (const auto& layer : stages(image)) described += config::to_inline_text(layer);
  described += fmt::format("{{ dense = {} }}", info.classes.size());
  config::FieldWriter training;
  auto written = kTraining;
  config::visit_fields(training, written);
  const auto key = text_digest(described + training.as_lines()).substr(0, 16);
  DatasetClassifier out{models::Network(layers, image), {}, info.classes, fmt::format("{}-{}", info.name, key)};
  const fs::path file = file_of(out.name);
  if (read_kept(file, out)) return out;
  spdlog::info("training a classifier of {} to evaluate images by", info.name);
  out.network = train_classifier(layers, dataset, {.training = kTraining, .seed = kSeed, .name = "classifier"});
  out.accuracy = held_out_accuracy(out.network, config, *dataset, kSeed);
  spdlog::info("its accuracy is {:.2f} % on {}", 100 * out.accuracy.share, out.accuracy.of);
  keep(file, out);
  return out;
}

}  // namespace ganymede::train
