#include "ganymede/train/judge.h"

#include <charconv>

#include "ganymede/checkpoint/model_file.h"
#include "ganymede/core/hash.h"
#include "ganymede/core/log.h"
#include "ganymede/data/cache.h"
#include "ganymede/train/datasets.h"

namespace ganymede::train {
namespace {

namespace fs = std::filesystem;

constexpr const char* kTensors = "classifier";
constexpr std::uint64_t kSeed = 0;
constexpr config::ClassifierTraining kTraining{.epochs = 6, .batch = 128, .learning_rate = 2e-3, .weight_decay = 1e-4};

/// Convolution, norm, rectifier, and a residual block, at each of three sizes.
std::string stage(int width, bool halve) {
  const std::string conv = fmt::format("{{ conv = {}, padding = 1, bias = false }}, \"batch_norm\"", width);
  return fmt::format("{}, \"relu\", {}{{ residual = [{}, \"relu\", {}] }}, \"relu\", ", conv, halve ? "{ avg_pool = 2 }, " : "", conv, conv);
}

fs::path file_of(const std::string& name) {
  const fs::path folder = data::cache_folder();
  return folder.empty() ? fs::path() : folder / "judges" / (name + ".safetensors");
}

double number(const std::string& text) {
  double value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

/// False when there is no whole file of that judge.
bool read_judge(const fs::path& path, Judge& judge) {
  std::error_code ignored;
  if (path.empty() || !fs::is_regular_file(path, ignored)) return false;
  try {
    const auto file = checkpoint::read_safetensors(path);
    checkpoint::load_tensors(file, kTensors, judge.network, path.string());
    judge.accuracy = {number(file.metadata.at("accuracy")), file.metadata.at("accuracy_of")};
    return true;
  } catch (const std::exception& damaged) {
    spdlog::warn("the judge is trained anew: {}", damaged.what());
    return false;
  }
}

void keep(const fs::path& path, const Judge& judge) {
  if (path.empty()) return;
  std::vector<checkpoint::NamedTensor> tensors;
  checkpoint::append_tensors(tensors, kTensors, judge.network);
  try {
    checkpoint::write_safetensors(path, tensors, {{"accuracy", fmt::format("{}", judge.accuracy.share)}, {"accuracy_of", judge.accuracy.of}});
  } catch (const Error& error) {  // it is trained again the next time
    spdlog::warn("the judge cannot be kept: {}", error.what());
  }
}

}  // namespace

Accuracy held_out_accuracy(const models::Network& classifier, const config::DataConfig& config, const data::Dataset& training,
                           std::uint64_t seed) {
  const auto held_out = open_held_out(config, classifier.input_shape(), seed);
  return held_out ? Accuracy{accuracy(classifier, *held_out), "test split"} : Accuracy{accuracy(classifier, training), "its own training images"};
}

config::NetworkConfig judge_layers(const nn::Shape& image, std::int64_t classes) {
  config::NetworkConfig config;
  config.init = config::Initialiser::kHeNormal;
  std::string layers = "[";
  int side = static_cast<int>(image.height());
  for (const int width : {16, 32, 64}) {
    const bool halve = side % 2 == 0 && side > 4;
    layers += stage(width, halve);
    if (halve) side /= 2;
  }
  config.layers = config::option_tables(layers + "{ global_pool = \"mean\" }]", "the judge's layers");
  return with_class_logits(std::move(config), classes, image);
}

Judge judge_of(const config::DataConfig& config, const nn::Shape& image) {
  const auto dataset = open_data(config, image, kSeed);
  const auto& info = dataset->info();
  if (info.classes.size() < 2) {
    throw UsageError("the data has no labels for a judge to learn", info.name, "choose a data set with classes, or name a feature file");
  }
  const auto layers = judge_layers(image, static_cast<std::int64_t>(info.classes.size()));
  std::string described = info.checksum + image.text();
  for (const auto& layer : layers.layers) described += config::to_inline_text(layer);
  config::FieldWriter training;
  auto written = kTraining;
  config::visit_fields(training, written);
  Judge judge{models::Network(layers, image), {}, info.classes, fmt::format("{}-{}", info.name, text_digest(described + training.as_lines()).substr(0, 16))};
  const fs::path file = file_of(judge.name);
  if (read_judge(file, judge)) return judge;
  spdlog::info("training a classifier of {} to judge pictures by", info.name);
  judge.network = train_classifier(layers, dataset, {.training = kTraining, .seed = kSeed, .name = "judge"});
  judge.accuracy = held_out_accuracy(judge.network, config, *dataset, kSeed);
  spdlog::info("it names {:.2f} % of {}", 100 * judge.accuracy.share, judge.accuracy.of);
  keep(file, judge);
  return judge;
}

}  // namespace ganymede::train
