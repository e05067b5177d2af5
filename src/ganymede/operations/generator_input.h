// From points to what a generator is asked for, and from what it made to images.
#pragma once

#include <span>

#include "ganymede/operations/control.h"
#include "ganymede/operations/field.h"
#include "ganymede/operations/model.h"
#include "ganymede/operations/results.h"

namespace ganymede::operations {

/// N points as tensors, in order.
struct GeneratorInput {
  Tensor latents = {};  ///< f32 [N, size]
  /// int64 [N], or weights f32 [N, classes], or conditions f32 [N, K]; undefined where the model has neither.
  Tensor labels = {};
  std::vector<char> untrained = {};  ///< of each row: whether the generator before training generates it

  std::int64_t size() const { return latents.defined() ? latents.size(0) : 0; }
  /// Points [begin, end).
  GeneratorInput slice(std::int64_t begin, std::int64_t end) const;
};

/// What an operation asks the generator for, and what it makes of the images [N, C, H, W] in [-1, 1]: so a caller may
/// generate here and now, or have an Engine do it for many at once.
template <class Result>
struct Plan {
  GeneratorInput input = {};
  std::function<Result(const Tensor& images)> finish = {};
};

/// Reads the points of one request: what each leaves open is the request's.
class PointReader {
 public:
  /// `seed` is that of points named by index alone. Throws UsageError for a model that translates.
  PointReader(const Model& model, const GenerationOptions& options, std::uint64_t seed);

  /// [N, size]. Throws FieldError for coordinates of another length; `field` is the list's name.
  Tensor latents(std::span<const Point> points, const std::string& field) const;
  /// int64 [N]: the class of each point, where it and the request name none that of `otherwise(i)`. Undefined where the
  /// model has no classes; throws FieldError for a class it does not know. Of a model with conditions f32 [N, K]: the
  /// example of that number, with the values that the point or the request names ("smiling=1,age=45").
  Tensor labels(std::span<const Point> points, const std::string& field,
                const std::function<std::int64_t(std::size_t)>& otherwise) const;
  /// The number of a class by its name; of conditions that of the first example with the values named.
  std::int64_t class_of(const std::string& name, const std::string& field) const;
  /// As asked for by `truncation`, or the request's.
  Tensor truncated(const Tensor& latents, const std::optional<double>& truncation = {}) const;
  bool before_training(const Point& point) const;
  /// Whether all of these points are generated before training; throws FieldError where they differ.
  bool before_training(std::span<const Point> points, const std::string& field) const;
  /// The request's class, else that of the first point that names one, else the first: what is explored is z.
  std::int64_t one_class(std::span<const Point> points, const std::string& field) const;
  /// `count` times that class; undefined where the model has none.
  Tensor one_label(std::int64_t label, std::int64_t count) const;
  /// Weights f32 [N, classes()] as the networks take them.
  Tensor weighted(const Tensor& weights) const { return examples_.defined() ? weights.mm(examples_) : weights; }
  /// How many classes, or examples of conditions, there are.
  std::int64_t classes() const {
    return examples_.defined() ? examples_.size(0) : static_cast<std::int64_t>(model_.classes().size());
  }

 private:
  const Model& model_;
  const GenerationOptions& options_;
  std::uint64_t seed_;
  mutable Tensor examples_;  ///< the model's, and those that class_of() made of them
};

/// Generates here and now, in the model's type(); f32 [N, C, H, W] in [-1, 1]. Batches have one size, so the pixels
/// never depend on company.
Tensor run_generator(const Model& model, const GeneratorInput& input, const Control& control = {});
/// The generated images with their points; the first one's index is `first`.
std::vector<GeneratedImage> generated_images(const Model& model, const GeneratorInput& input, const Tensor& images,
                                             std::int64_t first = 0);
/// `count` points 0, 1, ... of the request's seed.
std::vector<Point> first_points(std::size_t count);
/// All rows by one generator.
std::vector<char> all_rows(std::int64_t count, bool untrained);
std::vector<float> row_of(const Tensor& latents, std::int64_t row);

/// A plan that keeps the model it was made for.
template <class Result>
Plan<Result> keeping(const ModelPtr& model, Plan<Result> plan) {
  plan.finish = [model, finish = std::move(plan.finish)](const Tensor& images) { return finish(images); };
  return plan;
}

/// Runs a plan here and now.
template <class Result>
Result run_plan(const Model& model, const Plan<Result>& plan, const Control& control) {
  return plan.finish(run_generator(model, plan.input, control));
}

}  // namespace ganymede::operations
