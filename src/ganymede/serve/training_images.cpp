#include "ganymede/serve/training_images.h"

#include <cmath>

#include "ganymede/core/log.h"
#include "ganymede/quality/images.h"
#include "ganymede/quality/nearest_images.h"
#include "ganymede/serve/http.h"
#include "ganymede/train/datasets.h"

namespace ganymede::serve {
namespace {

constexpr int kMostWaiting = 8;

std::vector<std::vector<NearImage>> nearest(const data::Dataset& training, const std::vector<image::Image>& pictures, std::int64_t count) {
  const auto embedding = quality::pixel_embedding();
  const auto k = std::min<std::int64_t>(count, static_cast<std::int64_t>(training.size()));
  const auto found = quality::nearest_images(embedding(quality::bytes_of(pictures)), training, k, embedding);
  std::vector<std::vector<NearImage>> out(pictures.size());
  for (size_t i = 0; i < out.size(); ++i) {
    const auto row = static_cast<std::int64_t>(i);
    for (std::int64_t j = 0; j < k; ++j) {
      const auto index = static_cast<std::size_t>(found.indices[row][j].item<std::int64_t>());
      const int label = training.label(index);
      out[i].push_back({.index = index,
                        .distance = std::sqrt(found.squared[row][j].item<double>()),
                        .label = label >= 0 ? training.info().classes[static_cast<size_t>(label)] : "",
                        .picture = data::picture(training, index)});
    }
  }
  return out;
}

}  // namespace

std::shared_ptr<const data::Dataset> TrainingImages::images_of(const std::shared_ptr<const LoadedModel>& model) {
  if (opened_for_ == model) return opened_;
  opened_for_ = nullptr;  // two sets need not be in memory at once
  opened_ = nullptr;
  try {
    opened_ = train::open_data(model->model.recipe, model->model.gan);
  } catch (const Error& missing) {
    spdlog::info("training images were asked for: {}", missing.what());
    throw Problem(404, "the training data of this model is not where the server looks for data sets");
  }
  opened_for_ = model;
  return opened_;
}

void TrainingImages::look(std::shared_ptr<const LoadedModel> model, std::vector<image::Image> pictures, std::int64_t count, Done done) {
  if (waiting_ >= kMostWaiting) {
    throw Problem(429, "others are looking through training images; try again in a moment", {}, {{"Retry-After", "5"}});
  }
  ++waiting_;
  thread_.post([this, model = std::move(model), pictures = std::move(pictures), count, done = std::move(done)] {
    try {
      auto found = nearest(*images_of(model), pictures, count);
      --waiting_;
      done(std::move(found), nullptr);
    } catch (...) {
      --waiting_;
      done({}, std::current_exception());
    }
  });
}

}  // namespace ganymede::serve
