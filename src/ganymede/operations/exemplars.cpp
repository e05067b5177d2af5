#include "ganymede/operations/exemplars.h"

#include "ganymede/models/gan.h"
#include "ganymede/models/images.h"

namespace ganymede::operations {
namespace {

GeneratorInput first_images(const Model& model, const ExemplarsRequest& request) {
  const PointReader reader(model, request, request.seed);
  GeneratorInput input;
  input.latents = reader.latents(first_points(static_cast<std::size_t>(request.among)), "points");
  // Of one class alone, there would be no exemplars of the others.
  input.labels = model.classes().empty() || !request.label.empty()
                     ? reader.one_label(reader.one_class({}, "class"), request.among)
                     : models::labels_in_turn(static_cast<std::int64_t>(model.classes().size()), {}, 0, request.among);
  input.untrained = all_rows(request.among, request.before_training());
  return input;
}

}  // namespace

ImageClassifier::ImageClassifier(const Model& model, const std::string& path)
    : classifier_(train::classifier_of(recipe_with_data(model, path).data, model.image_shape())) {}

Tensor ImageClassifier::probabilities(std::span<const GeneratedImage> images) const {
  std::vector<image::Image> pixels;
  for (const auto& one : images) pixels.push_back(one.image);
  return train::class_probabilities(classifier_.network, models::from_images(pixels));
}

NamedClasses ImageClassifier::named(std::span<const GeneratedImage> images) const {
  const Tensor said = probabilities(images).argmax(1);
  NamedClasses out{.names = {}, .accuracy = accuracy()};
  for (std::int64_t i = 0; i < said.size(0); ++i) {
    out.names.push_back(classes()[static_cast<std::size_t>(said[i].item<std::int64_t>())]);
  }
  return out;
}

ExemplarsResult exemplars(const Model& model, const ExemplarsRequest& request, const Control& control) {
  const ImageClassifier classifier(model, request.data);
  const GeneratorInput input = first_images(model, request);
  const auto generated = generated_images(model, input, run_generator(model, input, control));
  const Tensor probabilities = classifier.probabilities(generated), named = probabilities.argmax(1);
  ExemplarsResult result{.classes = {}, .accuracy = classifier.accuracy()};
  for (std::size_t label = 0; label < classifier.classes().size(); ++label) {
    const auto column = static_cast<std::int64_t>(label);
    const Tensor order = probabilities.select(1, column).argsort(0, /*descending=*/true);
    auto& one = result.classes.emplace_back();
    one.name = classifier.classes()[label];
    one.share = named.eq(column).to(at::kDouble).mean().item<double>();
    for (std::int64_t i = 0; i < std::min(request.count, request.among); ++i) {
      const auto index = order[i].item<std::int64_t>();
      one.images.push_back(generated[static_cast<std::size_t>(index)]);
      one.probabilities.push_back(probabilities[index][column].item<double>());
    }
  }
  return result;
}

}  // namespace ganymede::operations
