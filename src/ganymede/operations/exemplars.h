// Generated images as a classifier of the training data sees them.
#pragma once

#include "ganymede/operations/drawing.h"
#include "ganymede/operations/requests.h"
#include "ganymede/train/dataset_classifier.h"

namespace ganymede::operations {

/// What a classifier calls images.
struct NamedClasses {
  std::vector<std::string> names = {};  ///< of each image
  train::Accuracy accuracy = {};        ///< how often the classifier is right, and on what
};

/// A classifier of the data that a model was trained on.
class ImageClassifier {
 public:
  /// Trains it, or reads it from the cache. `path` is where the data is; where data sets usually are if empty. Throws
  /// Error where the data is not at hand, UsageError where it has no classes.
  ImageClassifier(const Model& model, const std::string& path);
  const std::vector<std::string>& classes() const { return classifier_.classes; }
  const train::Accuracy& accuracy() const { return classifier_.accuracy; }
  /// f64 [N, classes].
  Tensor probabilities(std::span<const DrawnImage> images) const;
  NamedClasses named(std::span<const DrawnImage> images) const;

 private:
  train::DatasetClassifier classifier_;
};

struct ExemplarsResult {
  struct Class {
    std::string name = {};
    double share = 0;                        ///< of all images looked at, those the classifier calls so
    std::vector<DrawnImage> images = {};     ///< surest first
    std::vector<double> probabilities = {};  ///< of each
  };
  std::vector<Class> classes = {};
  train::Accuracy accuracy = {};
};

/// Draws `among` images and keeps for each class those the classifier is surest of: what the operands of arithmetic()
/// and the groups of direction() are made of. Throws as ImageClassifier does, Cancelled.
ExemplarsResult exemplars(const Model& model, const ExemplarsRequest& request, const Control& control = {});

}  // namespace ganymede::operations
