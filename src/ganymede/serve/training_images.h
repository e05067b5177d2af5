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
#include "ganymede/quality/nearest_images.h"
#include "ganymede/serve/catalogue.h"
#include "ganymede/serve/workers.h"

namespace ganymede::serve {

class TrainingImages {
 public:
  /// For each image its nearest images, nearest first; or what went wrong.
  using Done = std::function<void(std::vector<std::vector<quality::NearImage>> found, std::exception_ptr error)>;

  /// Looks for the `count` images of the model's training data nearest to each of `images`, on a thread of its own:
  /// seconds for a large set, and a while more when the set has to be opened first. The last set stays open. Throws
  /// Problem 429 when too many wait; `done` hears Problem 404 where the data is not at hand.
  void look(operations::ModelPtr model, std::vector<image::Image> images, std::int64_t count, Done done);

 private:
  std::shared_ptr<const data::Dataset> images_of(const operations::ModelPtr& model);

  operations::ModelPtr opened_for_;
  std::shared_ptr<const data::Dataset> opened_;
  std::atomic<int> waiting_ = 0;
  Workers thread_{1};  ///< last: it ends before what it works with
};

}  // namespace ganymede::serve
