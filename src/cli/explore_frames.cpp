#include "cli/explore.h"
#include "ganymede/core/counted.h"
#include "ganymede/core/files.h"
#include "ganymede/image/animation.h"
#include "ganymede/image/encode.h"
#include "ganymede/operations/interpolate.h"

namespace ganymede::cli {
namespace {

namespace ops = operations;
using nlohmann::json;

/// Throws UsageError where it cannot be one.
Output frames_output(const FramesOutput& output) {
  Output to(output.file, {".gif", ".apng", ".png", ".jpg"});
  to.require_kind(output.json);
  return to;
}

/// Frames as a strip or as an animation, by the file's ending.
void finish_frames(const FramesOutput& output, const ops::ImageTexts& texts, const ops::FramesResult& result,
                   const std::string& what, json document) {
  const Output to = frames_output(output);
  const auto large = image::enlarged_frames(pixels_of(result.images));
  document["latents"] = latents_of(result.images);
  if (to.kind() == ".png" || to.kind() == ".jpg") {
    const int columns = static_cast<int>(std::min<size_t>(large.size(), 16));
    return finish(output, to, encoded(image::grid(large, columns), to, texts), what, std::move(document));
  }
  const int milliseconds = static_cast<int>(output.seconds * 1000);
  finish(output, to,
         to.kind() == ".gif" ? image::encode_gif(large, milliseconds) : image::encode_apng(large, milliseconds), what,
         std::move(document));
}

std::string name_of(ops::Interpolation interpolation) {
  return interpolation == ops::Interpolation::kLinear ? "linear" : "spherical";
}

}  // namespace

void run_explore(const FramesOutput& output, const ops::Model& model, const ops::InterpolateRequest& request) {
  frames_output(output);  // before anything is generated
  const auto points = std::max<size_t>(2, request.points.size());
  const std::string name = name_of(request.interpolation);
  finish_frames(output, texts_of(output, model, request), ops::interpolate(model, request),
                fmt::format("{} through {}", counted(request.frames, "step"), counted(points, "image")),
                {{"interpolation", name}, {"way", name}});
}

void run_explore(const FramesOutput& output, const ops::Model& model, const ops::WalkRequest& request) {
  frames_output(output);  // before anything is generated
  const std::string name = name_of(request.interpolation);
  finish_frames(output, texts_of(output, model, request), ops::walk(model, request),
                fmt::format("{} around {} of seed {}", counted(request.frames, "step"), counted(request.stops, "image"),
                            request.seed),
                {{"interpolation", name}, {"way", name}, {"seed", request.seed}});
}

void run_explore(const FramesOutput& output, const ops::Model& model, const ops::BlendRequest& request) {
  frames_output(output);  // before anything is generated
  const auto result = ops::blend(model, request);
  finish_frames(
      output, texts_of(output, model, request), result,
      fmt::format("{} of {}", counted(result.images.size(), "mix", "mixes"), counted(request.points.size(), "point")),
      json::object());
}

}  // namespace ganymede::cli
