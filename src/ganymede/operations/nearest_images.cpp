#include "ganymede/operations/nearest_images.h"

#include "ganymede/quality/feature_size.h"
#include "ganymede/train/datasets.h"

namespace ganymede::operations {
namespace {

Plan<std::vector<GeneratedImage>> planned(const Model& model, const NearestImagesRequest& request) {
  const PointReader reader(model, request, request.seed);
  const auto points = request.points.empty() ? first_points(kUsualSought) : request.points;
  Plan<std::vector<GeneratedImage>> out;
  out.input.latents = reader.latents(points, "points");
  const auto first = reader.one_class(points, "points");
  out.input.labels = reader.labels(points, "points", [&](std::size_t) { return first; });
  for (const auto& point : points) out.input.untrained.push_back(reader.before_training(point));
  out.finish = [&model, input = out.input](const Tensor& images) { return generated_images(model, input, images); };
  return out;
}

}  // namespace

std::shared_ptr<const data::Dataset> training_images(const Model& model, const std::string& path) {
  return train::open_data(recipe_with_data(model, path), model.file().gan);
}

NearestImagesResult nearest_among(const data::Dataset& training, const Model& model,
                                  std::vector<GeneratedImage> generated, const NearestImagesRequest& request,
                                  const Control& control) {
  const auto extractor =
      request.features.empty()
          ? nullptr
          : quality::at_its_size(quality::torchscript_extractor(request.features, model.generator().device()),
                                 &training);
  const auto embedding = extractor ? quality::feature_embedding(*extractor) : quality::pixel_embedding();
  std::vector<image::Image> images;
  for (const auto& one : generated) images.push_back(one.image);
  NearestImagesResult result;
  result.nearest = quality::nearest_of(images, training, request.count, embedding, [&](std::size_t done) {
    control.check();
    control.report(done, training.size());
  });
  result.images = std::move(generated);
  result.data = training.info().name;
  result.searched = training.size();
  return result;
}

NearestImagesResult nearest_images(const Model& model, const NearestImagesRequest& request, const Control& control) {
  auto generated = run_plan(model, planned(model, request), {.cancel = control.cancel, .progress = {}});
  return nearest_among(*training_images(model, request.data), model, std::move(generated), request, control);
}

Plan<std::vector<GeneratedImage>> plan(const ModelPtr& model, const NearestImagesRequest& request) {
  return keeping(model, planned(*model, request));
}

}  // namespace ganymede::operations
