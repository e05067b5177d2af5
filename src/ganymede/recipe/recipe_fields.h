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

template <class V>
void visit_fields(V& field, LatentConfig& c) {
  field("size", c.size, in_range(1, 65536));
  field("distribution", c.distribution);
}

template <class V>
void visit_fields(V& field, ClassifierTraining& c) {
  field("epochs", c.epochs, in_range(1e-6, 1e6));
  field("batch_size", c.batch_size, in_range(1, 65536));
  field("learning_rate", c.learning_rate, in_range(0, 100));
  field("weight_decay", c.weight_decay, in_range(0, 10));
}

template <class V>
void visit_fields(V& field, TrainConfig& c) {
  field("batch_size", c.batch_size, in_range(1, 65536));
  field("steps", c.steps, in_range(1, 1e12));
  field("epochs", c.epochs, in_range(1e-9, 1e9));
  field("discriminator_steps", c.discriminator_steps, in_range(1, 1000));
  field("ema", c.ema, in_range(0, 0.9999999));
  field("ema_rampup", c.ema_rampup, in_range(0, 100));
  field("gradient_accumulation", c.gradient_accumulation, in_range(1, 65536));
  field("freeze_discriminator", c.freeze_discriminator, in_range(0, 1000));
  field("precision", c.precision);
  field("seed", c.seed);
  field("log_every", c.log_every);
  field("checkpoint_every", c.checkpoint_every);
  field("keep_checkpoints", c.keep_checkpoints, in_range(1, 100000));
  field("on_collapse", c.on_collapse);
}

template <class V>
void visit_fields(V& field, SampleConfig& c) {
  field("every", c.every);
  field("count", c.count, in_range(1, 1024));
}

template <class V>
void visit_fields(V& field, QualityConfig& c) {
  field("metric", c.metric);
  field("every", c.every);
  field("count", c.count, in_range(10, 1e6));
  field("features", c.features);
}

}  // namespace ganymede::config
