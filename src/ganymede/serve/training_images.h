// The images models were trained on, looked through for those nearest to what the models generate.
#pragma once

#include <exception>
#include <functional>
#include <memory>
#include <vector>

#include "ganymede/data/dataset.h"
#include "ganymede/operations/nearest_images.h"
#include "ganymede/serve/catalogue.h"
#include "ganymede/serve/slow_lane.h"

namespace ganymede::serve {

class TrainingImages {
 public:
  /// What was found, or what went wrong.
  using Done = std::function<void(operations::NearestImagesResult found, std::exception_ptr error)>;

  explicit TrainingImages(SlowLane& lane) : lane_(lane) {}

  /// operations::nearest_images() for images that were generated already, on the lane's thread: seconds for a large
  /// set, and a while more when the set has to be opened first. The last set stays open. Throws Problem 429 when too
  /// many wait; `done` hears Problem 404 where the data is not at hand.
  void look(operations::ModelPtr model, std::vector<operations::GeneratedImage> generated,
            operations::NearestImagesRequest request, Done done);

 private:
  std::shared_ptr<const data::Dataset> images_of(const operations::ModelPtr& model);

  SlowLane& lane_;
  operations::ModelPtr opened_for_;  ///< of the lane's thread alone
  std::shared_ptr<const data::Dataset> opened_;
};

}  // namespace ganymede::serve
