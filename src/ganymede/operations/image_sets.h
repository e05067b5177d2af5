// What a comparison compares, as users name it: data sets, image folders, models, feature files.
#pragma once

#include <optional>
#include <string>

#include "ganymede/operations/model.h"
#include "ganymede/quality/evaluator.h"

namespace ganymede::operations {

struct ImageSetOptions {
  std::int64_t count = 0;             ///< images of a model; at most so many of other images; 0: kUsualSamples, or all
  std::uint64_t seed = 0;             ///< of a model's noise
  data::ImageSize size = {};          ///< data sets and folders are brought to this; not given: their own
  std::optional<data::Fit> fit = {};  ///< how; unless given images of several sizes are stretched and others cropped
  bool skip_bad = false;              ///< leave out files that cannot be read
  /// What images of several sizes are stretched to where `size` asks for none; not given: they are refused.
  /// kMedianSide: a square of the median of their shorter sides.
  data::ImageSize mixed = {};
  static constexpr int kMedianSide = 1 << 30;
  int channels = 0;                    ///< and to these; 0: their own
  int bits = 8;                        ///< of a sample, where the source has them
  std::string source = {};             ///< where the images are that a model translates; empty: where they usually are
  torch::Device device = torch::kCPU;  ///< of a model's networks
};

/// A set and, where a model generated it, the model.
struct OpenedImageSet {
  quality::ImageSet set;
  ModelPtr model = nullptr;
  std::string fit = "none";             ///< how its images were cut and resized when they were opened
  std::vector<std::string> notes = {};  ///< beside those of the images' own
};

/// How the images of a set were brought to their size, in words for the protocol; "none" where they have it anyway.
std::string fit_text(const data::DatasetInfo& info, data::Fit fit);

/// Whether `what` names a model: a .safetensors file with a recipe, or a run folder.
bool names_model(const std::string& what);

/// A model's images, generated now: from noise, or of its source's test split (its own split where there is no other).
OpenedImageSet generated_image_set(ModelPtr model, const ImageSetOptions& options);
/// A data set's name, or a path of images, either with ":SPLIT" behind it; a model; or a .safetensors file of features.
OpenedImageSet open_image_set(const std::string& what, const ImageSetOptions& options);

}  // namespace ganymede::operations
