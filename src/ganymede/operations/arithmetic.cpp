#include "ganymede/operations/arithmetic.h"

#include "ganymede/explore/latents.h"

namespace ganymede::operations {
namespace {

/// Points of several lists as one list, to ask what they have in common.
std::vector<Point> joined(std::initializer_list<const std::vector<Point>*> lists) {
  std::vector<Point> out;
  for (const auto* list : lists) out.insert(out.end(), list->begin(), list->end());
  return out;
}

std::vector<Point> needed(const std::vector<Point>& points, const char* field) {
  if (points.empty()) throw FieldError(field, "is missing; name one point or more");
  return points;
}

Plan<ArithmeticResult> planned_arithmetic(const Model& model, const ArithmeticRequest& request) {
  const PointReader reader(model, request, request.seed);
  const Tensor a = reader.latents(needed(request.a, "a"), "a"), b = reader.latents(needed(request.b, "b"), "b"),
               c = reader.latents(needed(request.c, "c"), "c");
  std::vector<Tensor> rows{explore::perturbations(explore::arithmetic(a, b, c), request.radius, request.seed)};
  for (const Tensor& operand : {a, b, c}) rows.push_back(operand.mean(0, /*keepdim=*/true));
  Plan<ArithmeticResult> out;
  out.input.latents = at::cat(rows);
  out.input.labels = reader.one_label(reader.one_class(request.c, "c"), out.input.size());
  out.input.untrained =
      all_rows(out.input.size(), reader.before_training(joined({&request.a, &request.b, &request.c}), "points"));
  // Before anything is generated: its data may not be at hand.
  const auto classifier = request.classify ? std::make_shared<const ImageClassifier>(model, request.data) : nullptr;
  out.finish = [&model, input = out.input, classifier](const Tensor& images) {
    auto generated = generated_images(model, input, images);
    ArithmeticResult result{
        .images = {}, .mean_a = generated[9], .mean_b = generated[10], .mean_c = generated[11], .named = {}};
    generated.resize(9);
    result.images = std::move(generated);
    if (classifier) result.named = classifier->named(result.images);
    return result;
  };
  return out;
}

Plan<DirectionResult> planned_direction(const Model& model, const DirectionRequest& request) {
  const PointReader reader(model, request, request.seed);
  // In double, so that the page of `export --format web`, which adds them in double, comes to the same numbers.
  const Tensor along =
      explore::direction(reader.latents(needed(request.with, "with"), "with").to(at::kDouble),
                         reader.latents(needed(request.without, "without"), "without").to(at::kDouble));
  const auto apply = request.apply.empty() ? first_points(kUsualApplied) : request.apply;
  const Tensor starts = reader.latents(apply, "apply");
  std::vector<Tensor> rows;
  for (std::int64_t i = 0; i < starts.size(0); ++i) {
    for (std::int64_t k = 0; k < request.frames; ++k) {
      const double share = 2.0 * static_cast<double>(k) / static_cast<double>(request.frames - 1) - 1;
      rows.push_back((starts[i].to(at::kDouble) + request.strength * share * along).to(at::kFloat));
    }
  }
  Plan<DirectionResult> out;
  out.input.latents = at::stack(rows);
  const auto first = reader.one_class(apply, "apply");
  const Tensor labels = reader.labels(apply, "apply", [&](std::size_t) { return first; });
  if (labels.defined()) out.input.labels = labels.repeat_interleave(request.frames);
  out.input.untrained =
      all_rows(out.input.size(), reader.before_training(joined({&request.with, &request.without, &apply}), "apply"));
  DirectionResult result{
      .images = {}, .frames = request.frames, .direction = row_of(along.to(at::kFloat).unsqueeze(0), 0), .starts = {}};
  for (std::int64_t i = 0; i < starts.size(0); ++i) result.starts.push_back(row_of(starts, i));
  out.finish = [&model, input = out.input, result](const Tensor& images) {
    DirectionResult done = result;
    done.images = generated_images(model, input, images);
    return done;
  };
  return out;
}

}  // namespace

ArithmeticResult arithmetic(const Model& model, const ArithmeticRequest& request, const Control& control) {
  return run_plan(model, planned_arithmetic(model, request), control);
}

Plan<ArithmeticResult> plan(const ModelPtr& model, const ArithmeticRequest& request) {
  return keeping(model, planned_arithmetic(*model, request));
}

DirectionResult direction(const Model& model, const DirectionRequest& request, const Control& control) {
  return run_plan(model, planned_direction(model, request), control);
}

Plan<DirectionResult> plan(const ModelPtr& model, const DirectionRequest& request) {
  return keeping(model, planned_direction(*model, request));
}

}  // namespace ganymede::operations
