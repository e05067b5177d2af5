// A recipe: a GAN as data. Sections and keys are those of the TOML file; every key's default is the member's value.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "ganymede/config/interval.h"
#include "ganymede/config/option_table.h"
#include "ganymede/config/ramp.h"

namespace ganymede::config {

/// How images of another size come to the one that the networks take.
enum class DataFit { kCrop, kPad, kStretch };

/// [data]: which images, and how they enter the networks.
struct DataConfig {
  std::string name;                     ///< a source: see `ganymede data list`
  std::string path;                     ///< folder or archive; `--data` overrides it
  std::vector<std::string> splits;      ///< merged in this order; empty is the source's usual one
  std::vector<std::string> classes;     ///< class names to keep; empty keeps all
  int size = 0;                         ///< side in pixels; 0 keeps the source's own
  int channels = 0;                     ///< 1 or 3; 0 keeps the source's own
  bool flip = false;                    ///< mirror left-right with probability 1/2
  std::int64_t count = 0;               ///< at most so many images (built-in data: exactly so many); 0 is all
  std::vector<std::string> attributes;  ///< celeba: attributes that make the classes
  std::vector<std::string> where;       ///< celeba: attributes that images must have, or not have: "!Male"
  std::string photos;                   ///< mnistm: what the digits are drawn on, a data set's folder or archive
  std::string exclude;                  ///< a list of images to leave out, as `ganymede data dedup` writes it
  DataFit fit = DataFit::kCrop;         ///< the centre alone, or all of it with white beside it, or stretched
  bool skip_bad = false;                ///< leave out files that cannot be read, instead of refusing them all
  std::string label;                    ///< folder: the column of labels.csv, or the .json key, that is the class
};

enum class LatentDistribution { kNormal, kUniform };

/// [latent]: z, the noise the generator starts from.
struct LatentConfig {
  int size = 100;
  LatentDistribution distribution = LatentDistribution::kNormal;  ///< N(0, 1), or uniform on [-1, 1]
};

enum class Initialiser { kNormal, kGlorotUniform, kGlorotNormal, kHeUniform, kHeNormal, kOrthogonal, kTorch, kZero };

/// [discriminator.heads]: what stands behind its layers, side by side. Both lists, or neither.
struct HeadsConfig {
  std::vector<OptionTable> realness;  ///< ends in one score
  std::vector<OptionTable> classes;   ///< ends in one logit a class

  bool any() const { return !realness.empty(); }
};

/// [generator] and [discriminator].
struct NetworkConfig {
  Initialiser init = Initialiser::kTorch;
  double init_std = 0.02;  ///< standard deviation of `init = "normal"`; gain of `init = "orthogonal"` is 1
  std::vector<OptionTable> layers;
  HeadsConfig heads;
};

/// [encoder.training]: how the encoder learns, as a classifier of the source's labels, before the generator does.
struct ClassifierTraining {
  double epochs = 10;
  int batch = 128;
  double learning_rate = 1e-3;  ///< of Adam; falls to 0 along a cosine
  double weight_decay = 0;
};

/// [encoder]: f of a translating generator g(f(x)). Its weights do not move while g learns.
struct EncoderConfig {
  NetworkConfig network;
  ClassifierTraining training;
};

enum class AugmentPolicy { kNone, kDiffAugment, kAda };

/// [augment]: how images are changed, real and generated alike, before the discriminator sees them.
struct AugmentConfig {
  AugmentPolicy name = AugmentPolicy::kNone;
  std::vector<std::string> operations;  ///< some of the policy's; empty is all of them
  Ramp probability = 1.0;               ///< of each operation for each image
  std::optional<double> target;  ///< moves the probability by itself, from 0, so that the mean sign of D(real) is this
  Interval horizon{500000,
                   Interval::Unit::kImages};  ///< a probability that moves by itself goes from 0 to 1 in this long
  Ramp instance_noise = 0.0;                  ///< standard deviation of noise on top
};

enum class OptimizerKind { kAdam, kRmsprop, kSgd };
enum class ScheduleKind { kConstant, kLinear, kCosine };

/// [optimizer.generator] and [optimizer.discriminator].
struct OptimizerConfig {
  OptimizerKind name = OptimizerKind::kAdam;
  double learning_rate = 2e-4;
  double beta1 = 0.5;       ///< Adam
  Ramp beta2 = 0.999;       ///< Adam
  double epsilon = 1e-8;    ///< Adam, RMSprop
  double alpha = 0.99;      ///< RMSprop: decay of the mean square
  double momentum = 0;      ///< RMSprop, SGD
  double weight_decay = 0;  ///< added to the gradient, as PyTorch's Adam, RMSprop and SGD do
  double clip_norm = 0;     ///< scale gradients down to this global L2 norm; 0 leaves them
  ScheduleKind schedule = ScheduleKind::kConstant;
  double final_factor = 0;  ///< learning rate at the end, as a factor of the first
  Interval warmup;          ///< the rate grows linearly from 0 over this long
  Interval decay_start;     ///< the schedule begins after this long
};

enum class Precision { kAuto, kF32, kBf16 };

/// [train].
struct TrainConfig {
  int batch = 64;
  std::optional<std::int64_t> steps;  ///< generator steps; exactly one of steps and epochs
  std::optional<double> epochs;       ///< passes over the data, counted in images the discriminator saw
  int discriminator_steps = 1;        ///< discriminator updates for each generator update
  double ema = 0;                     ///< decay of the generator's running average; 0 keeps none
  double ema_rampup = 0;              ///< the average's half-life is at most this share of the images seen; 0: no limit
  int accumulate = 1;                 ///< a batch goes through the networks in so many parts, their gradients added up
  int freeze_discriminator = 0;       ///< so many of the discriminator's first layers with weights stay as they are
  Precision precision = Precision::kAuto;
  std::uint64_t seed = 0;
  Interval log_every{10, Interval::Unit::kSteps};
  Interval checkpoint_every{10, Interval::Unit::kMinutes};
  int keep_checkpoints = 3;  ///< older ones are removed
};

/// [sample]: the grid drawn from the same noise again and again.
struct SampleConfig {
  Interval every{500, Interval::Unit::kSteps};
  int count = 64;
};

/// What generated images are judged by: see quality/judge.h.
enum class Metric { kFid, kKid, kIs, kPrdc, kSwd, kModes };

/// [quality]: a figure of quality while training, and the best model by it.
struct QualityConfig {
  std::optional<Metric> metric;  ///< none: nothing is judged
  Interval every{1, Interval::Unit::kEpochs};
  int count = 10000;     ///< images to draw each time, against all images of the data
  std::string features;  ///< a TorchScript file of a feature network; swd and modes need none
};

struct Recipe {
  std::string name;   ///< the file's stem unless the file says otherwise
  std::string title;  ///< one line for lists
  std::string about;  ///< where it comes from, what it follows, what to expect
  DataConfig data;
  DataConfig source;  ///< [source]: what is translated into the domain of [data]; without a name the generator starts
                      ///< from noise
  EncoderConfig encoder;  ///< with a source only
  LatentConfig latent;    ///< without a source only
  NetworkConfig generator, discriminator;
  OptionTable objective;
  std::vector<OptionTable> penalties;  ///< [objective] penalties
  OptimizerConfig optimizer_generator, optimizer_discriminator;
  AugmentConfig augment;
  TrainConfig train;
  SampleConfig sample;
  QualityConfig quality;

  /// Whether the generator starts from another data set's images.
  bool translates() const { return !source.name.empty(); }
};

/// Reads a recipe. `origin` names the text in messages; `overrides` are "section.key=value" texts (--set), applied
/// before anything is checked. Throws UsageError naming key, line and the nearest known key.
Recipe parse_recipe(const std::string& text, const std::string& name, const std::string& origin,
                    const std::vector<std::string>& overrides = {});

/// The file `name_or_path`, else the shipped recipe of that name. Throws UsageError naming the nearest shipped one.
Recipe load_recipe(const std::string& name_or_path, const std::vector<std::string>& overrides = {});

/// The recipe as TOML, every default written out; parse_recipe() reads it back to the same recipe.
std::string to_toml(const Recipe& recipe);

struct ShippedRecipe {
  const char* name;
  const char* text;
};
/// The recipes compiled into the program, sorted by name.
const std::vector<ShippedRecipe>& shipped_recipes();

}  // namespace ganymede::config
