#include "ganymede/serve/training_images.h"

#include "ganymede/core/log.h"
#include "ganymede/serve/http.h"

namespace ganymede::serve {
namespace {

constexpr int kMaxWaiting = 8;

}  // namespace

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
  if (waiting_ >= kMaxWaiting) {
    throw Problem(429, "others are looking through training images; try again in a moment", {}, {{"Retry-After", "5"}});
  }
  ++waiting_;
  thread_.post([this, model = std::move(model), generated = std::move(generated), request = std::move(request),
                done = std::move(done)] {
    try {
      auto found = operations::nearest_among(*images_of(model), *model, generated, request);
      --waiting_;
      done(std::move(found), nullptr);
    } catch (...) {
      --waiting_;
      done({}, std::current_exception());
    }
  });
}

}  // namespace ganymede::serve
