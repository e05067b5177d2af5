// What made an image, as texts that its PNG carries: whoever has the file can make it again.
#pragma once

#include <filesystem>
#include <span>
#include <utility>

#include "ganymede/operations/model.h"
#include "ganymede/operations/requests.h"
#include "ganymede/operations/results.h"

namespace ganymede::operations {

/// Named texts of a PNG: "Software" (Ganymede), "Model", "Step", "Recipe", "Class", "Truncation", "Network" (untrained,
/// where it is), and of an image that is one of a seed "Seed" and "Index"; of a sheet of those "Seed" and "Count".
using ImageTexts = std::vector<std::pair<std::string, std::string>>;

struct Origin {
  std::string model = {};                  ///< its name
  const Model* generated = nullptr;        ///< it; outlives this
  GenerationOptions options = {};          ///< of the request
  std::optional<std::uint64_t> seed = {};  ///< images are the seed's, by their places among all that were generated ...
  std::vector<Point> points = {};          ///< ... or, where there are any, those of these points
};

Origin origin_of(const std::string& name, const Model& model, const GenerateRequest& request);
/// Of images that are between points, and of none.
Origin origin_of(const std::string& name, const Model& model, const GenerationOptions& options);

ImageTexts texts_of(const Origin& origin, const GeneratedImage& image);
ImageTexts texts_of_sheet(const Origin& origin, std::span<const GeneratedImage> images);

/// What a server would call the model at `path`: the run folder's name, or the file's without its ending.
std::string model_name(const std::filesystem::path& path);

}  // namespace ganymede::operations
