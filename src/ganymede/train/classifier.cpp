#include "ganymede/train/classifier.h"

#include <fmt/format.h>

#include <cmath>

#include "ganymede/core/counted.h"
#include "ganymede/core/progress.h"
#include "ganymede/core/random.h"
#include "ganymede/core/task.h"
#include "ganymede/models/generate.h"
#include "ganymede/models/initialise.h"
#include "ganymede/quality/images.h"
#include "ganymede/train/device_data.h"
#include "ganymede/train/optimizer.h"

namespace ganymede::train {
namespace {

void expect_fit(const models::Network& network, const data::Dataset& dataset) {
  const auto& info = dataset.info();
  if (info.classes.empty())
    throw UsageError("the data has no labels to learn from", info.name, "choose a data set with classes");
  const nn::Shape images{info.channels, info.height, info.width};
  if (network.input_shape() != images) {
    throw UsageError(
        fmt::format("the classifier reads {} but the data has {}", network.input_shape().text(), images.text()),
        info.name, "set size and channels to the classifier's");
  }
  const auto logits = network.output_shape().elements();
  if (logits != static_cast<std::int64_t>(info.classes.size())) {
    throw UsageError(fmt::format("the classifier knows {} but the data has {}", counted(logits, "class", "classes"),
                                 info.classes.size()),
                     info.name);
  }
}

}  // namespace

config::NetworkConfig with_class_logits(config::NetworkConfig layers, std::int64_t classes, const nn::Shape& input) {
  const auto network = models::Network::outline(layers, input);
  const auto& place = layers.layers.front().place;
  std::vector<config::OptionTable> last;
  if (network.output_shape().is_image()) last.push_back({"flatten", toml::table{{"flatten", true}}, place, {}});
  last.push_back({"dense", toml::table{{"dense", classes}}, place, {}});
  for (const auto& layer : nn::LayerList::from_tables(last)) layers.layers.layers.push_back(layer);
  return layers;
}

models::Network train_classifier(const config::NetworkConfig& layers, std::shared_ptr<const data::Dataset> dataset,
                                 const ClassifierRun& run) {
  const auto& info = dataset->info();
  models::Network network(layers, {info.channels, info.height, info.width});
  expect_fit(network, *dataset);
  models::initialise(network, layers, run.seed, run.name);
  network.to(run.device);
  network.require_gradients(true);

  config::OptimizerConfig adam;
  adam.beta1 = 0.9;
  adam.weight_decay = run.training.weight_decay;
  Optimizer optimizer(adam, network, nullptr);
  const auto batch = std::min(static_cast<std::size_t>(run.training.batch_size), dataset->size());
  const auto steps = static_cast<std::uint64_t>(
      std::ceil(run.training.epochs * static_cast<double>(dataset->size()) / static_cast<double>(batch)));
  const auto batches =
      loaded_batches(dataset, {.batch_size = batch, .seed = stream_seed(run.seed, run.name)}, 0, run.device);
  Progress progress(run.name, steps, "step", 0);
  constexpr std::uint64_t kLookEvery = 20;
  for (std::uint64_t step = 0; step < steps; ++step) {
    const auto images = batches->next();
    nn::ForwardContext context{.training = true, .dropout_seed = stream_seed(run.seed, run.name + " dropout", step)};
    const Tensor logits = network.forward(pixels_of(images, run.type), context).to(at::kFloat).flatten(1);
    const Tensor loss = at::cross_entropy_loss(logits, images.labels);
    loss.backward();
    const double along = static_cast<double>(step) / static_cast<double>(steps);
    optimizer.step({.learning_rate = run.training.learning_rate * 0.5 * (1 + std::cos(M_PI * along))}, false);
    std::string note;
    if (step % kLookEvery == 0) {
      const double value = loss.item<double>();
      if (!std::isfinite(value))
        throw Error(fmt::format("the loss of the {} is not finite", run.name), info.name,
                    "try a smaller learning rate");
      note = fmt::format("cross-entropy {:.3f}", value);
    }
    progress.update(step + 1, note);
    if (cancel_requested())
      throw Cancelled(fmt::format("stopped before the {} was trained", run.name), info.name,
                      "start again: it takes the same course");
  }
  progress.finish();
  network.require_gradients(false);
  return network;
}

Tensor class_probabilities(const models::Network& classifier, const Tensor& images) {
  return models::encode(classifier, images).flatten(1).to(at::kDouble).softmax(1);
}

Tensor classify(const models::Network& classifier, const Tensor& images) {
  return models::encode(classifier, images).flatten(1).argmax(1);
}

double accuracy(const models::Network& classifier, const data::Dataset& dataset) {
  expect_fit(classifier, dataset);
  constexpr std::size_t kStretch = 512;
  std::int64_t right = 0;
  quality::each_stretch(dataset, kStretch, [&](std::size_t first, const Tensor& images) {
    const Tensor said = classify(classifier, models::from_bytes(images));
    for (std::int64_t i = 0; i < said.size(0); ++i) {
      right += said[i].item<std::int64_t>() == dataset.label(first + static_cast<std::size_t>(i)) ? 1 : 0;
    }
  });
  return static_cast<double>(right) / static_cast<double>(dataset.size());
}

}  // namespace ganymede::train
