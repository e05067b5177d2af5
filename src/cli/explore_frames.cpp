#include "cli/explore.h"
#include "ganymede/core/files.h"
#include "ganymede/image/animation.h"
#include "ganymede/image/encode.h"
#include "ganymede/operations/interpolate.h"

namespace ganymede::cli {
namespace {

namespace fs = std::filesystem;
namespace ops = operations;
using nlohmann::json;

/// Frames as a strip or as an animation, by the file's ending.
void finish_frames(const FramesOutput& output, const ops::FramesResult& result, const std::string& what,
                   json document) {
  const std::string ending = fs::path(output.file).extension().string();
  const auto frames = pixels_of(result.images);
  document["latents"] = latents_of(result.images);
  if (ending == ".png") {
    const int columns = static_cast<int>(std::min<size_t>(frames.size(), 16));
    return finish(output, image::encode_png(image::grid(frames, columns)), what, std::move(document));
  }
  const auto large = image::enlarged_frames(frames);
  const int milliseconds = static_cast<int>(output.seconds * 1000);
  finish(output, ending == ".gif" ? image::encode_gif(large, milliseconds) : image::encode_apng(large, milliseconds),
         what, std::move(document));
}

/// Before anything is generated.
void check_frames_ending(const FramesOutput& output) {
  const std::string ending = fs::path(output.file).extension().string();
  if (ending == ".png" || ending == ".gif" || ending == ".apng") return;
  throw UsageError("frames are written as PNG, GIF or APNG", output.file,
                   "end the name in .png (a strip), .gif or .apng");
}

std::string name_of(ops::Interpolation interpolation) {
  return interpolation == ops::Interpolation::kLinear ? "linear" : "spherical";
}

}  // namespace

void run_explore(const FramesOutput& output, const ops::Model& model, const ops::InterpolateRequest& request) {
  check_frames_ending(output);
  const auto points = std::max<size_t>(2, request.points.size());
  const std::string name = name_of(request.interpolation);
  finish_frames(output, ops::interpolate(model, request),
                fmt::format("{} steps through {} images", request.frames, points),
                {{"interpolation", name}, {"way", name}});
}

void run_explore(const FramesOutput& output, const ops::Model& model, const ops::WalkRequest& request) {
  check_frames_ending(output);
  const std::string name = name_of(request.interpolation);
  finish_frames(output, ops::walk(model, request),
                fmt::format("{} steps around {} images of seed {}", request.frames, request.points, request.seed),
                {{"interpolation", name}, {"way", name}, {"seed", request.seed}});
}

void run_explore(const FramesOutput& output, const ops::Model& model, const ops::BlendRequest& request) {
  check_frames_ending(output);
  const auto result = ops::blend(model, request);
  finish_frames(output, result, fmt::format("{} mixes of {} points", result.images.size(), request.points.size()),
                json::object());
}

}  // namespace ganymede::cli
