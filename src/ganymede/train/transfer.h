// The transferred accuracy of Taigman, Polyak and Wolf 2017: does a translation still show what its source showed?
#pragma once

#include <vector>

#include "ganymede/checkpoint/model_file.h"
#include "ganymede/train/dataset_classifier.h"

namespace ganymede::train {

struct TransferredAccuracy {
  double share = 0;               ///< of translations in which the judge sees the source's class, 0 to 1
  std::vector<double> by_class;   ///< the same for each class of the source
  std::size_t images = 0;
};

/// Translates every image of `source`, quantised to 8 bits as files are, and asks `judge`, a classifier of the target
/// domain. Throws UsageError when the classes of the two domains are not the same.
TransferredAccuracy transferred_accuracy(const checkpoint::Model& model, const data::Dataset& source, const DatasetClassifier& judge);

}  // namespace ganymede::train
