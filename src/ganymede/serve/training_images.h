// The images models were trained on, looked through for those nearest to what the models generate.
#pragma once

#include <atomic>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "ganymede/data/dataset.h"
#include "ganymede/operations/nearest_images.h"
#include "ganymede/serve/catalogue.h"
#include "ganymede/serve/workers.h"

namespace ganymede::serve {

class TrainingImages {
 public:
  /// What was found, or what went wrong.
  using Done = std::function<void(operations::NearestImagesResult found, std::exception_ptr error)>;

  /// operations::nearest_images() for images that were generated already, on a thread of its own: seconds for a large
  /// set, and a while more when the set has to be opened first. The last set stays open. Throws Problem 429 when too
  /// many wait; `done` hears Problem 404 where the data is not at hand.
  void look(operations::ModelPtr model, std::vector<operations::GeneratedImage> generated,
            operations::NearestImagesRequest request, Done done);

 private:
  std::shared_ptr<const data::Dataset> images_of(const operations::ModelPtr& model);

  operations::ModelPtr opened_for_;
  std::shared_ptr<const data::Dataset> opened_;
  std::atomic<int> waiting_ = 0;
  Workers thread_{1};  ///< last: it ends before what it works with
};

}  // namespace ganymede::serve
