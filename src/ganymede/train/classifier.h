// A network that names the class of an image, trained on a data set's labels: the encoder of a translating recipe, and
// the classifier of generated images.
#pragma once

#include <cstdint>
#include <memory>

#include "ganymede/data/dataset.h"
#include "ganymede/models/network.h"

namespace ganymede::train {

struct ClassifierRun {
  config::ClassifierTraining training;
  std::uint64_t seed = 0;
  torch::Device device = torch::kCPU;
  at::ScalarType type = at::kFloat;  ///< of the arithmetic
  std::string name = "classifier";   ///< for the progress bar, and the name of its random streams
};

/// `layers` with a linear layer behind that has an output for each of `classes`.
config::NetworkConfig with_class_logits(config::NetworkConfig layers, std::int64_t classes, const nn::Shape& input);

/// Trains a network of `layers`, which end in a logit for each class, by cross-entropy (Adam, its rate falling to 0
/// along a cosine). The same seed gives the same network on the same machine. Throws UsageError for images without
/// labels or of another shape, Error where the loss is not finite, and Cancelled (core/task.h).
models::Network train_classifier(const config::NetworkConfig& layers, std::shared_ptr<const data::Dataset> dataset,
                                 const ClassifierRun& run);

/// How sure `classifier` is of each class for images [N, C, H, W] in [-1, 1]: f64 [N, classes], rows of sum 1.
Tensor class_probabilities(const models::Network& classifier, const Tensor& images);

/// Classes that `classifier` gives images [N, C, H, W] in [-1, 1]: int64 [N].
Tensor classify(const models::Network& classifier, const Tensor& images);

/// The share of a data set's images whose class it names, 0 to 1.
double accuracy(const models::Network& classifier, const data::Dataset& dataset);

}  // namespace ganymede::train
