#include "ganymede/operations/project.h"

#include "ganymede/core/files.h"
#include "ganymede/explore/project.h"
#include "ganymede/image/decode.h"
#include "ganymede/image/resize.h"
#include "ganymede/models/generate.h"
#include "ganymede/models/images.h"

namespace ganymede::operations {
namespace {

/// The image as the generator makes it: the largest part of its shape, its size and channels.
image::Image as_generated(const image::Image& given, const nn::Shape& shape) {
  const auto [height, width] = models::size_of(shape);
  return image::to_channels(image::resize(image::center_crop(given, width, height), width, height),
                            static_cast<int>(shape.channels()));
}

}  // namespace

ProjectResult project(const Model& model, const ProjectRequest& request, const Control& control) {
  std::vector<image::Image> images;
  for (const auto& file : request.images) images.push_back(image::decode(read_file(file), file));
  return project(model, images, request, control);
}

ProjectResult project(const Model& model, std::span<const image::Image> images, const ProjectRequest& request,
                      const Control& control) {
  const PointReader reader(model, request, request.seed);
  const Tensor labels = reader.one_label(reader.one_class({}, "class"), static_cast<std::int64_t>(images.size()));
  ProjectResult result;
  for (const auto& one : images) result.given.push_back(as_generated(one, model.image_shape()));
  const auto total = static_cast<std::uint64_t>(request.steps);
  const auto& generator = model.generator(request.before_training());
  const auto found = explore::project(
      generator, model.recipe().latent, models::from_images(result.given), labels,
      {.steps = static_cast<int>(request.steps), .truncation = request.truncation, .seed = request.seed},
      [&](int step) {
        control.check();
        control.report(static_cast<std::uint64_t>(step), total);
      });
  result.errors = found.errors;
  const GeneratorInput input{found.latents, labels, all_rows(found.latents.size(0), request.before_training())};
  result.found = generated_images(model, input, run_generator(model, input));
  return result;
}

}  // namespace ganymede::operations
