#include "ganymede/operations/origin.h"

#include <fmt/format.h>

namespace ganymede::operations {
namespace {

/// Of all images that a request made.
ImageTexts shared_texts(const Origin& origin) {
  return {{"Software", "Ganymede"},
          {"Model", origin.model},
          {"Step", std::to_string(origin.generated->step())},
          {"Recipe", origin.generated->recipe().name}};
}

void add_settings(ImageTexts& texts, const std::string& label, const std::optional<double>& truncation,
                  bool untrained) {
  if (!label.empty()) texts.emplace_back("Class", label);
  if (truncation) texts.emplace_back("Truncation", fmt::format("{}", *truncation));
  if (untrained) texts.emplace_back("Network", "untrained");
}

bool by_seed(const Origin& origin) {
  return origin.points.empty() && origin.seed.has_value();
}

}  // namespace

Origin origin_of(const std::string& name, const Model& model, const GenerateRequest& request) {
  Origin out = origin_of(name, model, static_cast<const GenerationOptions&>(request));
  if (!request.directions.empty()) return out;  // its points are moved: no seed's
  out.points = request.points;
  if (request.z.empty()) out.seed = request.seed.value_or(0);
  return out;
}

Origin origin_of(const std::string& name, const Model& model, const GenerationOptions& options) {
  return {.model = name, .generated = &model, .options = options};
}

ImageTexts texts_of(const Origin& origin, const GeneratedImage& image) {
  Point point;
  const auto place = static_cast<std::size_t>(image.index);
  if (place < origin.points.size())
    point = origin.points[place];
  else if (by_seed(origin))
    point.index = static_cast<std::uint64_t>(image.index);
  const auto seed = point.seed ? point.seed : origin.seed;
  ImageTexts out = shared_texts(origin);
  if (seed && point.z.empty()) {
    out.emplace_back("Seed", std::to_string(*seed));
    out.emplace_back("Index", std::to_string(point.index));
  }
  const bool untrained = point.weights ? *point.weights == Weights::kUntrained : origin.options.before_training();
  add_settings(out, image.label, point.truncation ? point.truncation : origin.options.truncation, untrained);
  return out;
}

ImageTexts texts_of_sheet(const Origin& origin, std::span<const GeneratedImage> images) {
  ImageTexts out = shared_texts(origin);
  if (by_seed(origin)) {
    out.emplace_back("Seed", std::to_string(*origin.seed));
    out.emplace_back("Count", std::to_string(images.size()));
  }
  add_settings(out, origin.options.label, origin.options.truncation, origin.options.before_training());
  return out;
}

std::string model_name(const std::filesystem::path& path) {
  const auto whole = std::filesystem::absolute(path).lexically_normal();
  const auto named = whole.has_filename() ? whole : whole.parent_path();
  return (named.extension() == ".safetensors" ? named.stem() : named.filename()).string();
}

}  // namespace ganymede::operations
