// The built-in classifier of images: a small residual classifier of a data set's own labels, trained once and kept.
#pragma once

#include <string>

#include "ganymede/train/accuracy.h"
#include "ganymede/train/classifier.h"

namespace ganymede::train {

/// On the test split of the data that `config` names where it is at hand, else on `training` itself.
Accuracy held_out_accuracy(const models::Network& classifier, const config::DataConfig& config,
                           const data::Dataset& training, std::uint64_t seed);

struct DatasetClassifier {
  models::Network network;  ///< its last layer gives the class logits, what goes into that is the features
  Accuracy accuracy;
  std::vector<std::string> classes;
  std::string name;  ///< names data, layers and training: another classifier has another name
};

/// The layers for images of this shape.
config::NetworkConfig classifier_layers(const nn::Shape& image, std::int64_t classes);

/// The classifier of the data set that `config` names, at this shape: trained once, then read from the cache folder.
/// Throws UsageError where the data has no labels, and what train_classifier() throws.
DatasetClassifier classifier_of(const config::DataConfig& config, const nn::Shape& image);

}  // namespace ganymede::train
