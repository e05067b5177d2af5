// Generated images as a classifier of the training data sees them.
#pragma once

#include "ganymede/operations/generator_input.h"
#include "ganymede/operations/requests.h"
#include "ganymede/train/dataset_classifier.h"

namespace ganymede::operations {

/// A classifier of the data that a model was trained on.
class ImageClassifier {
 public:
  /// Trains it, or reads it from the cache. `path` is where the data is; if empty where the model's run says, or
  /// where data sets usually are. Throws
  /// Error where the data is not at hand, UsageError where it has no classes.
  ImageClassifier(const Model& model, const std::string& path);
  const std::vector<std::string>& classes() const { return classifier_.classes; }
  const train::Accuracy& accuracy() const { return classifier_.accuracy; }
  /// f64 [N, classes].
  Tensor probabilities(std::span<const GeneratedImage> images) const;
  NamedClasses named(std::span<const GeneratedImage> images) const;

 private:
  train::DatasetClassifier classifier_;
};

/// Generates `among` images and keeps for each class those the classifier is surest of: what the operands of
/// arithmetic() and the groups of direction() are made of. Throws as ImageClassifier does, Cancelled.
ExemplarsResult exemplars(const Model& model, const ExemplarsRequest& request, const Control& control = {});

}  // namespace ganymede::operations
