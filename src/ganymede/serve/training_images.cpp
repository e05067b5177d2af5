#include "ganymede/serve/training_images.h"

#include "ganymede/core/log.h"
#include "ganymede/serve/http.h"

namespace ganymede::serve {

std::shared_ptr<const data::Dataset> TrainingImages::images_of(const operations::ModelPtr& model) {
  if (opened_for_ == model) return opened_;
  opened_for_ = nullptr;  // two sets need not be in memory at once
  opened_ = nullptr;
  try {
    opened_ = operations::training_images(*model);
  } catch (const Error& missing) {
    spdlog::info("training images were asked for: {}", missing.what());
    throw Problem(404, "the training data of this model is not where the server looks for data sets");
  }
  opened_for_ = model;
  return opened_;
}

void TrainingImages::look(operations::ModelPtr model, std::vector<operations::GeneratedImage> generated,
                          operations::NearestImagesRequest request, Done done) {
  lane_.post([this, model = std::move(model), generated = std::move(generated), request = std::move(request),
              done = std::move(done)] {
    try {
      if (lane_.ending().cancelled()) throw Cancelled();
      done(operations::nearest_among(*images_of(model), *model, generated, request), nullptr);
    } catch (...) {
      done({}, std::current_exception());
    }
  });
}

}  // namespace ganymede::serve
