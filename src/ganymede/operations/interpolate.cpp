#include "ganymede/operations/interpolate.h"

#include "ganymede/core/counted.h"
#include "ganymede/explore/latents.h"

namespace ganymede::operations {
namespace {

explore::Blend blend_of(Interpolation interpolation) {
  return interpolation == Interpolation::kLinear ? explore::Blend::kLinear : explore::Blend::kSpherical;
}

Plan<FramesResult> frames_plan(const Model& model, GeneratorInput input) {
  Plan<FramesResult> out{std::move(input), {}};
  out.finish = [&model, kept = out.input](const Tensor& images) {
    return FramesResult{generated_images(model, kept, images)};
  };
  return out;
}

/// Classes as weights, f32 [N, classes]; conditions are such already.
Tensor class_weights(const Tensor& labels, std::int64_t classes) {
  if (labels.dim() == 2) return labels;
  return at::one_hot(labels, classes).to(at::kFloat);
}

/// `count` times the first label.
Tensor all_the_first(const Tensor& labels, std::int64_t count) {
  return labels.slice(0, 0, 1).repeat_interleave(count, 0);
}

/// Whether one class, or none, is generated throughout.
bool same_class(const Tensor& labels) {
  return !labels.defined() || labels.eq(labels[0]).all().item<bool>();
}

/// The class of every frame: one for all, or weights that change evenly from point to point.
Tensor frame_labels(const PointReader& reader, const InterpolateRequest& request, std::span<const Point> points) {
  const std::int64_t first = reader.one_class(points, "points");
  if (!request.to_label.empty()) {
    const std::int64_t last = reader.class_of(request.to_label, "to_class");
    return reader.weighted(explore::class_path(first, last, reader.classes(), request.frames));
  }
  const Tensor labels = reader.labels(points, "points", [&](std::size_t) { return first; });
  if (same_class(labels)) return labels.defined() ? all_the_first(labels, request.frames) : Tensor();
  return explore::path(class_weights(labels, reader.classes()), request.frames, explore::Blend::kLinear);
}

Plan<FramesResult> planned(const Model& model, const InterpolateRequest& request) {
  const PointReader reader(model, request, request.seed);
  const auto points = request.points.empty() ? first_points(kUsualInterpolated) : request.points;
  GeneratorInput input;
  input.latents = explore::path(reader.latents(points, "points"), request.frames, blend_of(request.interpolation));
  input.labels = frame_labels(reader, request, points);
  input.untrained = all_rows(request.frames, reader.before_training(points, "points"));
  return frames_plan(model, std::move(input));
}

Plan<FramesResult> planned(const Model& model, const WalkRequest& request) {
  const PointReader reader(model, request, request.seed);
  const auto points = first_points(static_cast<std::size_t>(request.stops));
  GeneratorInput input;
  input.latents =
      explore::closed_path(reader.latents(points, "points"), request.frames, blend_of(request.interpolation));
  input.labels = reader.one_label(reader.one_class({}, "points"), request.frames);
  input.untrained = all_rows(request.frames, request.before_training());
  return frames_plan(model, std::move(input));
}

/// f32 [rows, points]: those asked for, or the bilinear shares of four corners.
Tensor weights_of(const BlendRequest& request) {
  const auto count = request.points.size();
  if (request.x || request.y) {
    if (!request.weights_of_points.empty()) throw FieldError("weights", "excludes 'x' and 'y'");
    if (!request.x || !request.y) throw FieldError(request.x ? "y" : "x", "is missing; 'x' and 'y' go together");
    if (count != 4) throw FieldError("points", "must be the four corners that 'x' and 'y' lie between");
    const double x = *request.x, y = *request.y;
    return torch::tensor({(1 - x) * (1 - y), x * (1 - y), (1 - x) * y, x * y}, at::kFloat).unsqueeze(0);
  }
  if (request.weights_of_points.empty()) throw FieldError("weights", "is missing; give it, or 'x' and 'y'");
  std::vector<Tensor> rows;
  for (const auto& row : request.weights_of_points) {
    if (row.size() != count)
      throw FieldError("weights", fmt::format("every row must have {}, one a point", counted(count, "number")));
    rows.push_back(torch::tensor(row));
    if (rows.back().norm().item<double>() < 1e-6) throw FieldError("weights", "must not all be 0");
  }
  return at::stack(rows);
}

Plan<FramesResult> planned(const Model& model, const BlendRequest& request) {
  const PointReader reader(model, request, request.seed);
  const Tensor weights = weights_of(request);
  GeneratorInput input;
  input.latents = explore::mixed(reader.latents(request.points, "points"), weights);
  const auto first = reader.one_class(request.points, "points");
  const Tensor labels = reader.labels(request.points, "points", [&](std::size_t) { return first; });
  if (same_class(labels)) {
    if (labels.defined()) input.labels = all_the_first(labels, weights.size(0));
  } else {
    const Tensor shares = weights.abs();
    input.labels = at::matmul(shares / shares.sum(1, true), class_weights(labels, reader.classes()));
  }
  input.untrained = all_rows(weights.size(0), reader.before_training(request.points, "points"));
  return frames_plan(model, std::move(input));
}

}  // namespace

FramesResult interpolate(const Model& model, const InterpolateRequest& request, const Control& control) {
  return run_plan(model, planned(model, request), control);
}
FramesResult walk(const Model& model, const WalkRequest& request, const Control& control) {
  return run_plan(model, planned(model, request), control);
}
FramesResult blend(const Model& model, const BlendRequest& request, const Control& control) {
  return run_plan(model, planned(model, request), control);
}

Plan<FramesResult> plan(const ModelPtr& model, const InterpolateRequest& request) {
  return keeping(model, planned(*model, request));
}
Plan<FramesResult> plan(const ModelPtr& model, const WalkRequest& request) {
  return keeping(model, planned(*model, request));
}
Plan<FramesResult> plan(const ModelPtr& model, const BlendRequest& request) {
  return keeping(model, planned(*model, request));
}

}  // namespace ganymede::operations
