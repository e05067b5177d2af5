// A recipe: a GAN as data. Sections and keys are those of the TOML file; every key's default is the member's value.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "ganymede/augment/options.h"
#include "ganymede/config/interval.h"
#include "ganymede/config/option_table.h"
#include "ganymede/data/options.h"
#include "ganymede/nn/sequence.h"
#include "ganymede/optim/options.h"
#include "ganymede/recipe/train_choices.h"

namespace ganymede::config {

/// [data] and [source]: which images, and how they enter the networks.
using DataConfig = data::DatasetOptions;
/// [augment].
using AugmentConfig = augment::AugmentConfig;
/// [optimizer.generator] and [optimizer.discriminator].
using OptimizerConfig = optim::OptimizerConfig;

enum class LatentDistribution { kNormal, kUniform };

/// [latent]: z, the noise the generator starts from.
struct LatentConfig {
  int size = 100;
  LatentDistribution distribution = LatentDistribution::kNormal;  ///< N(0, 1), or uniform on [-1, 1]
};

/// What a discriminator ends in: a score of the image, or a grid of scores of its patches.
enum class OutputKind { kScore, kPatches };

/// [discriminator.heads]: what stands behind its layers, side by side. Both lists, or neither.
struct HeadsConfig {
  nn::LayerList adversarial;  ///< ends in one score
  nn::LayerList classes;      ///< ends in one logit a class
  /// classes = "data": one dense layer, as wide as the data has classes; until it is known, `classes` outlines it.
  bool classes_follow_data = false;

  bool any() const { return !adversarial.empty(); }
};

/// [generator] and [discriminator].
struct NetworkConfig {
  nn::Initialiser init = "torch";
  double init_std = 0.02;  ///< standard deviation of `init = "normal"`; gain of `init = "orthogonal"` is 1
  nn::LayerList layers;
  OutputKind output = OutputKind::kScore;  ///< a discriminator's
  HeadsConfig heads;
};

/// [encoder.training]: how the encoder learns, as a classifier of the source's labels, before the generator does.
struct ClassifierTraining {
  double epochs = 10;
  int batch_size = 128;
  double learning_rate = 1e-3;  ///< of Adam; falls to 0 along a cosine
  double weight_decay = 0;
};

/// [encoder]: f of a translating generator g(f(x)). Its weights do not move while g learns.
struct EncoderConfig {
  NetworkConfig network;
  ClassifierTraining training;
};

/// [train].
struct TrainConfig {
  int batch_size = 64;
  std::optional<std::int64_t> steps;  ///< generator steps; exactly one of steps and epochs
  std::optional<double> epochs;       ///< passes over the data, counted in images the discriminator saw
  int discriminator_steps = 1;        ///< discriminator updates for each generator update
  double ema = 0;                     ///< decay of the generator's running average; 0 keeps none
  double ema_rampup = 0;              ///< the average's half-life is at most this share of the images seen; 0: no limit
  int gradient_accumulation = 1;      ///< a batch goes through the networks in so many parts, their gradients added up
  int freeze_discriminator = 0;       ///< so many of the discriminator's first layers with weights stay as they are
  Precision precision = Precision::kAuto;
  std::uint64_t seed = 0;
  Interval log_every{10, Interval::Unit::kSteps};
  Interval checkpoint_every{10, Interval::Unit::kMinutes};
  int keep_checkpoints = 3;  ///< older ones are removed
  OnCollapse on_collapse = OnCollapse::kIgnore;
};

/// [sample]: the grid generated from the same noise again and again.
struct SampleConfig {
  Interval every{500, Interval::Unit::kSteps};
  int count = 64;
};

/// [quality]: a metric while training, and the best model by it.
struct QualityConfig {
  std::string
      metric;   ///< one of quality/metric.h, which sees to it that there is such a one; empty: nothing is evaluated
  Place place;  ///< of the section, for messages
  Interval every{1, Interval::Unit::kEpochs};
  int count = 10000;     ///< images to generate each time, against all images of the data
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

/// A key whose value differs between two recipes, as to_toml() writes it.
struct RecipeChange {
  std::string key;          ///< "train.batch_size", "generator.layers"
  std::string before, now;  ///< empty where the recipe has no such key
};
/// Sorted by key; what only `before` has comes last.
std::vector<RecipeChange> changes(const Recipe& before, const Recipe& now);

struct ShippedRecipe {
  const char* name;
  const char* text;
};
/// The recipes compiled into the program, sorted by name.
const std::vector<ShippedRecipe>& shipped_recipes();

}  // namespace ganymede::config
