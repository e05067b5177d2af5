#include "ganymede/operations/generate.h"

#include <mutex>

#include "ganymede/core/counted.h"
#include "ganymede/core/parallel.h"
#include "ganymede/models/generate.h"

namespace ganymede::operations {
namespace {

/// The points that a request names, however it does.
std::vector<Point> points_of(const GenerateRequest& request) {
  const auto exclude = [](bool given, const char* field, const char* other) {
    if (given) throw FieldError(field, fmt::format("excludes '{}'", other));
  };
  if (!request.z.empty()) {
    exclude(request.seed.has_value(), "seed", "z");
    exclude(!request.points.empty(), "points", "z");
  }
  std::vector<Point> points = request.points;
  for (const auto& z : request.z) {
    points.emplace_back();
    points.back().z = z;
  }
  if (points.empty()) return first_points(static_cast<std::size_t>(request.count.value_or(kUsualImages)));
  if (request.count && *request.count != static_cast<std::int64_t>(points.size())) {
    throw FieldError("count",
                     request.z.empty() ? "must be the number of points" : "must be the number of vectors in 'z'");
  }
  return points;
}

/// A vector's length is checked here, so that the message names the field that the caller gave.
void check_vectors(const std::vector<std::vector<float>>& vectors, const char* field, const Model& model) {
  const auto size = static_cast<std::size_t>(model.recipe().latent.size);
  for (const auto& one : vectors) {
    if (one.size() != size) throw FieldError(field, "every vector must have " + counted(size, "number"));
  }
}

/// What `directions` and `strengths` add to every point: f64 [size].
Tensor shift_of(const GenerateRequest& request, const Model& model) {
  check_vectors(request.directions, "directions", model);
  if (!request.strengths.empty() && request.strengths.size() != request.directions.size())
    throw FieldError("strengths", "must be one number for each of 'directions'");
  Tensor shift = at::zeros({model.recipe().latent.size}, at::kDouble);
  for (std::size_t i = 0; i < request.directions.size(); ++i) {
    const double strength = request.strengths.empty() ? 1 : request.strengths[i];
    shift += strength * at::tensor(request.directions[i], at::kDouble);
  }
  return shift;
}

/// The points of a request, and its result but for the images.
struct Wanted {
  GeneratorInput input = {};
  GenerateResult result = {};
};

Wanted wanted(const Model& model, const GenerateRequest& request) {
  const PointReader reader(model, request, request.seed.value_or(0));
  check_vectors(request.z, "z", model);
  const auto points = points_of(request);
  const auto count = static_cast<std::int64_t>(points.size());
  Wanted out;
  out.input.latents = reader.latents(points, "points");
  out.input.latents = (out.input.latents.to(at::kDouble) + shift_of(request, model)).to(at::kFloat);
  const auto classes = std::max<std::int64_t>(1, reader.classes());
  const bool named = !request.points.empty();
  // All classes in turn: a point has the class that it has among the first images of its seed.
  out.input.labels = reader.labels(points, "points", [&](std::size_t i) {
    const auto place = named && points[i].z.empty() ? points[i].index : i;
    return static_cast<std::int64_t>(place % static_cast<std::uint64_t>(classes));
  });
  for (const auto& point : points) out.input.untrained.push_back(reader.before_training(point));
  out.result.generated = count;
  if (!named && request.z.empty()) out.result.seed = request.seed.value_or(0);
  const bool in_turn = request.label.empty() && request.best == 0 && !named;
  out.result.columns =
      models::grid_columns(in_turn ? reader.classes() : 0, request.best > 0 ? std::min(request.best, count) : count);
  return out;
}

Plan<GenerateResult> planned(const Model& model, const GenerateRequest& request) {
  Plan<GenerateResult> out;
  auto [input, result] = wanted(model, request);
  out.input = std::move(input);
  out.finish = [&model, input = out.input, result = std::move(result), best = request.best](const Tensor& images) {
    GenerateResult done = result;
    done.images = generated_images(model, input, images);
    if (best == 0) return done;
    std::vector<GeneratedImage> kept;
    for (const auto index : models::rank(model.discriminator(), images, best, input.labels)) {
      kept.push_back(std::move(done.images[static_cast<std::size_t>(index)]));
    }
    done.images = std::move(kept);
    return done;
  };
  return out;
}

}  // namespace

std::size_t images_of(const GenerateRequest& request) {
  return points_of(request).size();
}

GenerateResult generate(const Model& model, const GenerateRequest& request, const Control& control) {
  return run_plan(model, planned(model, request), control);
}

GenerateResult generate_each(const Model& model, const GenerateRequest& request,
                             const std::function<void(GeneratedImage&&)>& take, const Control& control) {
  if (request.best > 0) throw FieldError("best", "has to see all images at once");
  auto [input, result] = wanted(model, request);
  const std::int64_t count = input.size(), batch = models::kGenerationBatch;
  std::mutex mutex;
  std::int64_t done = 0;
  in_parts((count + batch - 1) / batch, [&](std::int64_t part) {
    control.check();
    const std::int64_t begin = part * batch, end = std::min(begin + batch, count);
    const GeneratorInput piece = input.slice(begin, end);
    for (auto& one : generated_images(model, piece, run_generator(model, piece), begin)) take(std::move(one));
    const std::lock_guard lock(mutex);
    done += end - begin;
    control.report(static_cast<std::uint64_t>(done), static_cast<std::uint64_t>(count));
  });
  return result;
}

Plan<GenerateResult> plan(const ModelPtr& model, const GenerateRequest& request) {
  return keeping(model, planned(*model, request));
}

}  // namespace ganymede::operations
