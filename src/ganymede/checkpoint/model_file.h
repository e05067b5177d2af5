// Model files: what one deploys. Networks by name, and the recipe they came from in the metadata.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "ganymede/checkpoint/safetensors.h"
#include "ganymede/data/dataset.h"
#include "ganymede/models/gan.h"

namespace ganymede::checkpoint {

/// Version of the names and metadata in our files; a file of a later one is refused.
inline constexpr int kFormatVersion = 1;

/// A model as read: networks built from the recipe in the file, with the file's tensors.
struct Model {
  config::Recipe recipe;
  models::Gan gan;
  std::optional<models::Network> average;  ///< the generator's running average, where the file holds one
  std::uint64_t step = 0;
  std::filesystem::path path;
  std::vector<std::string> classes;              ///< names of the classes it generates; empty where it has none
  std::vector<data::Condition> conditions = {};  ///< what it is conditioned on where that is no class
  Tensor examples = {};  ///< f32 [R, conditions]: some of its data's, scaled; undefined where there are none

  /// The generator to sample from: the average where there is one.
  const models::Network& generator() const { return average ? *average : gan.generator; }
  /// The generator as it was before training: the same architecture, started from the recipe's seed,
  /// on the same device.
  models::Network untrained_generator() const;
};

/// Appends `network`'s tensors under "prefix.".
void append_tensors(std::vector<NamedTensor>& out, const std::string& prefix, const models::Network& network);
/// Copies the tensors under "prefix." into `network`. Throws Error naming a missing tensor or one of another shape.
void load_tensors(const SafetensorsFile& file, const std::string& prefix, const models::Network& network,
                  const std::string& where);

/// The tensor of a model file that holds Model::examples.
inline constexpr const char* kExamples = "conditions";

/// The metadata entry that images_of() reads.
inline constexpr const char* kImages = "images";

/// The metadata every file of ours has. `classes` names those a conditional model generates, `conditions` what one is
/// conditioned on that has no classes; else they are empty.
std::map<std::string, std::string> metadata(const config::Recipe& resolved, std::uint64_t step,
                                            const std::vector<std::string>& classes = {},
                                            const std::vector<data::Condition>& conditions = {});

/// The model of a run folder: its best, else its newest; nothing where it has none.
std::optional<std::filesystem::path> model_file_in(const std::filesystem::path& folder);

/// Reads a model file, or a run folder's best, else newest, model; its networks lie on `device`. Throws Error when
/// there is none or it is damaged.
Model load_model(const std::filesystem::path& path, const torch::Device& device = torch::kCPU);
/// As load_model(), for what generates from noise. Throws UsageError for a model that translates images.
Model load_generating_model(const std::filesystem::path& path, const torch::Device& device = torch::kCPU);

/// The recipe and step in a file's metadata; throws Error when it is no file of ours or a later version's.
config::Recipe recipe_of(const SafetensorsFile& file, const std::string& where);
std::uint64_t step_of(const SafetensorsFile& file);
/// How many real images the training had seen; nothing in files of earlier versions.
std::optional<std::uint64_t> images_of(const SafetensorsFile& file);

}  // namespace ganymede::checkpoint
