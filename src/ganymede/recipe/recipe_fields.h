// The field lists of the recipe's sections: what each key is called and what values it may have.
#pragma once

#include "ganymede/recipe/recipe.h"

namespace ganymede::config {

template <>
struct Names<LatentDistribution> {
  static constexpr std::array<std::pair<const char*, LatentDistribution>, 2> values{
      {{"normal", LatentDistribution::kNormal}, {"uniform", LatentDistribution::kUniform}}};
};
template <>
struct Names<OutputKind> {
  static constexpr std::array<std::pair<const char*, OutputKind>, 2> values{
      {{"score", OutputKind::kScore}, {"patches", OutputKind::kPatches}}};
};

/// The first keys of a network; its lists of layers are read apart.
template <class V>
void visit_fields(V& field, NetworkConfig& c) {
  field("init", c.init, "how weights start");
  field("init_std", c.init_std, in_range(1e-6, 10), "standard deviation of `init = \"normal\"`");
}

template <class V>
void visit_fields(V& field, LatentConfig& c) {
  field("size", c.size, in_range(1, 65536), "numbers in the noise that an image is generated from");
  field("distribution", c.distribution, "`normal` is N(0, 1), `uniform` is on [-1, 1]");
}

template <class V>
void visit_fields(V& field, ClassifierTraining& c) {
  field("epochs", c.epochs, in_range(1e-6, 1e6), "passes over the source's labelled images");
  field("batch_size", c.batch_size, in_range(1, 65536), "images in a step");
  field("learning_rate", c.learning_rate, in_range(0, 100), "of Adam; falls to 0 along a cosine");
  field("weight_decay", c.weight_decay, in_range(0, 10), "added to the gradient");
}

template <class V>
void visit_fields(V& field, TrainConfig& c) {
  field("batch_size", c.batch_size, in_range(1, 65536), "images in a step, of all processes together");
  field("steps", c.steps, in_range(1, 1e12), "generator updates; exactly one of `steps` and `epochs` is given");
  field("epochs", c.epochs, in_range(1e-9, 1e9), "passes over the data, counted in images that the discriminator saw");
  field("discriminator_steps", c.discriminator_steps, in_range(1, 1000),
        "discriminator updates for each of the generator");
  field("ema", c.ema, in_range(0, 0.9999999),
        "decay of the running average of the generator's weights, which then generates; 0 keeps none");
  field("ema_rampup", c.ema_rampup, in_range(0, 100),
        "the average's half-life is at most this share of the images seen so far; 0 sets no limit");
  field("gradient_accumulation", c.gradient_accumulation, in_range(1, 65536),
        "parts in which a batch goes through the networks, their gradients added up");
  field("freeze_discriminator", c.freeze_discriminator, in_range(0, 1000),
        "how many of the discriminator's first layers with weights stay as they are (Mo et al. 2020)");
  field("precision", c.precision, "of the arithmetic; `auto` is bf16 where the hardware has it");
  field("seed", c.seed, "of the weights, the order of the data, the noise and built-in data");
  field("log_every", c.log_every, "how often a row is added to the run's `metrics.csv`");
  field("checkpoint_every", c.checkpoint_every, "how often everything that `--resume` needs is saved");
  field("keep_checkpoints", c.keep_checkpoints, in_range(1, 100000), "how many of them are kept, the newest");
  field("on_collapse", c.on_collapse,
        "when its images have collapsed: a line says it, the training fails, or goes back to before it");
}

template <class V>
void visit_fields(V& field, SampleConfig& c) {
  field("every", c.every, "how often a grid is drawn");
  field("count", c.count, in_range(1, 1024), "images in it");
}

template <class V>
void visit_fields(V& field, QualityConfig& c) {
  field("metric", c.metric, "evaluated while training; the best model by it is kept; without one nothing is evaluated");
  field("every", c.every, "how often");
  field("count", c.count, in_range(10, 1e6), "images to generate each time, against all images of the data");
  field("features", c.features, "TorchScript file of a feature network; `swd` and `modes` need none");
}

}  // namespace ganymede::config
