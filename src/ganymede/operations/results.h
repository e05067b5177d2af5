// What the operations give. Installed: the standard library's types alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ganymede/image/image.h"
#include "ganymede/quality/feature_result.h"
#include "ganymede/quality/near_image.h"
#include "ganymede/train/accuracy.h"

namespace ganymede::operations {

/// An image, and the point that it was made from.
struct GeneratedImage {
  image::Image image = {};
  std::vector<float> latent = {};
  std::string label = {};  ///< its class; of a point between classes the one that weighs most; empty without classes
  std::int64_t index = 0;  ///< its place among all that were generated
};

struct GenerateResult {
  std::vector<GeneratedImage> images = {};  ///< in order; best first where only the best were asked for
  std::optional<std::uint64_t> seed = {};   ///< nothing where points or coordinates were given
  std::int64_t generated = 0;               ///< how many, before the best were chosen
  std::int64_t columns = 1;                 ///< in which they lie well: one for each class, else about a square
};

struct FramesResult {
  std::vector<GeneratedImage> images = {};
};

/// What a classifier calls images.
struct NamedClasses {
  std::vector<std::string> names = {};  ///< of each image
  train::Accuracy accuracy = {};        ///< how often the classifier is right, and on what
};

struct ArithmeticResult {
  std::vector<GeneratedImage> images = {};               ///< nine: the result in the middle [4] of eight perturbations
  GeneratedImage mean_a = {}, mean_b = {}, mean_c = {};  ///< the operands
  std::optional<NamedClasses> named = {};                ///< of `images`, where `classify` asks for it
};

struct DirectionResult {
  std::vector<GeneratedImage> images = {};  ///< `frames` for each point of `apply`, one point after another
  std::int64_t frames = 0;
  std::vector<float> direction = {};            ///< mean(with) - mean(without)
  std::vector<std::vector<float>> starts = {};  ///< the points it was added to
};

struct ExemplarsResult {
  struct Class {
    std::string name = {};
    double share = 0;                         ///< of all images looked at, those the classifier calls so
    std::vector<GeneratedImage> images = {};  ///< surest first
    std::vector<double> probabilities = {};   ///< of each
  };
  std::vector<Class> classes = {};
  train::Accuracy accuracy = {};
};

struct NearestImagesResult {
  std::vector<GeneratedImage> images = {};
  std::vector<std::vector<quality::NearImage>> nearest = {};  ///< of each, nearest first
  std::string data = {};                                      ///< name of the data set
  std::size_t searched = 0;                                   ///< how many images it has
};

struct ProjectResult {
  std::vector<image::Image> given = {};    ///< as the generator generates: of its size and channels
  std::vector<GeneratedImage> found = {};  ///< the images most like them
  std::vector<double> errors = {};         ///< mean square error of each, in [-1, 1] units
};

struct FeaturesResult {
  struct Row {
    std::string name;  ///< "trained", "untrained" or "pixels"
    quality::FeatureResult found;
  };
  std::vector<Row> rows = {};
  std::vector<std::string> layers = {};  ///< of the discriminator, whose outputs are the features
  std::string data = {}, checksum = {};
  std::vector<std::string> splits = {};
  std::size_t classes = 0;
  std::vector<std::string> notes = {};  ///< what a user should know of the images
  std::string test = {};                ///< what the test images are
};

struct TrainResult {
  enum class State {
    kDone,
    kStopped,   ///< cancelled and saved; `resume` goes on
    kComplete,  ///< it was done before: there was nothing to do
  };
  State state = State::kDone;
  std::string recipe = {};                                      ///< its name
  std::filesystem::path folder = {};                            ///< of the run
  std::uint64_t step = 0, steps = 0;                            ///< reached, and in all
  double epochs = 0, seconds = 0;                               ///< reached; of training, those before a resumption too
  std::filesystem::path samples = {}, losses = {}, model = {};  ///< files of the run
};

struct ExportedFile {
  std::filesystem::path path;
  std::string network;               ///< "generator" or "discriminator"; of a hub's folder what the file is
  std::vector<std::string> inputs;   ///< "z [batch, 100]"; tensors of a safetensors file have none
  std::vector<std::string> outputs;  ///< "image [batch, 3, 64, 64]"
};

struct ImportedNetwork {
  std::string network, file;
  bool by_order = false;  ///< names differed: layers were matched in order, by the shapes of their tensors
  std::vector<std::pair<std::string, std::string>> pairs = {};  ///< the file's name, ours (as an nn.Sequential's)
};
struct ImportResult {
  std::vector<ImportedNetwork> networks = {};
  std::vector<std::string> untouched = {};  ///< networks that no file gave: as before training
  bool whole = false;                       ///< the file was a model of this program: it was taken as it is
  bool proposed = false;                    ///< a recipe was written, not a model
  int open = 0;                             ///< how many of its layers are guesses, which its text names
};

}  // namespace ganymede::operations
