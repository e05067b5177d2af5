// What the commands of `ganymede explore` print and write. Each has its operation's request and this beside it.
#pragma once

#include <nlohmann/json.hpp>

#include "cli/image_output.h"
#include "ganymede/core/files.h"
#include "ganymede/image/grid.h"
#include "ganymede/operations/generator_input.h"
#include "ganymede/operations/origin.h"
#include "ganymede/operations/requests.h"

namespace ganymede::cli {

/// A labelled grid.
struct SheetOutput {
  std::string file;
  std::string model = {};                ///< its name
  std::vector<std::string> labels = {};  ///< of an arithmetic's operands
  bool json = false;
};

/// A strip or an animation, by the file's ending.
struct FramesOutput : SheetOutput {
  double seconds = operations::kUsualMilliseconds / 1000.0;  ///< that an image of an animation stays
};

void run_explore(const FramesOutput& output, const operations::Model& model,
                 const operations::InterpolateRequest& request);
void run_explore(const FramesOutput& output, const operations::Model& model, const operations::WalkRequest& request);
void run_explore(const FramesOutput& output, const operations::Model& model, const operations::BlendRequest& request);
void run_explore(const SheetOutput& output, const operations::Model& model,
                 const operations::ExemplarsRequest& request);
void run_explore(const SheetOutput& output, const operations::Model& model,
                 const operations::ArithmeticRequest& request);
void run_explore(const SheetOutput& output, const operations::Model& model,
                 const operations::DirectionRequest& request);
void run_explore(const SheetOutput& output, const operations::Model& model,
                 const operations::NearestImagesRequest& request);
void run_explore(const SheetOutput& output, const operations::Model& model, const operations::ProjectRequest& request);

/// What a sheet says of where it came from.
operations::ImageTexts texts_of(const SheetOutput& output, const operations::Model& model,
                                const operations::GenerationOptions& options);
/// The images without their points, and the points without their images.
std::vector<image::Image> pixels_of(std::span<const operations::GeneratedImage> generated);
nlohmann::json latents_of(std::span<const operations::GeneratedImage> generated);

/// Writes `content` to `to` and says so: `what`, or with --json `document` and the file's name.
void finish(const SheetOutput& output, const Output& to, const Bytes& content, const std::string& what,
            nlohmann::json document);

}  // namespace ganymede::cli
