// The field lists of the recipe's sections: what each key is called and what values it may have.
#pragma once

#include "ganymede/config/recipe.h"

namespace ganymede::config {

template <>
struct Names<DataFit> {
  static constexpr std::array<std::pair<const char*, DataFit>, 3> values{
      {{"crop", DataFit::kCrop}, {"pad", DataFit::kPad}, {"stretch", DataFit::kStretch}}};
};
template <>
struct Names<LatentDistribution> {
  static constexpr std::array<std::pair<const char*, LatentDistribution>, 2> values{
      {{"normal", LatentDistribution::kNormal}, {"uniform", LatentDistribution::kUniform}}};
};
template <>
struct Names<Initialiser> {
  static constexpr std::array<std::pair<const char*, Initialiser>, 8> values{
      {{"normal", Initialiser::kNormal},
       {"glorot_uniform", Initialiser::kGlorotUniform},
       {"glorot_normal", Initialiser::kGlorotNormal},
       {"he_uniform", Initialiser::kHeUniform},
       {"he_normal", Initialiser::kHeNormal},
       {"orthogonal", Initialiser::kOrthogonal},
       {"torch", Initialiser::kTorch},
       {"zero", Initialiser::kZero}}};
};
template <>
struct Names<AugmentPolicy> {
  static constexpr std::array<std::pair<const char*, AugmentPolicy>, 3> values{
      {{"none", AugmentPolicy::kNone}, {"diffaugment", AugmentPolicy::kDiffAugment}, {"ada", AugmentPolicy::kAda}}};
};
template <>
struct Names<OptimizerKind> {
  static constexpr std::array<std::pair<const char*, OptimizerKind>, 3> values{
      {{"adam", OptimizerKind::kAdam}, {"rmsprop", OptimizerKind::kRmsprop}, {"sgd", OptimizerKind::kSgd}}};
};
template <>
struct Names<ScheduleKind> {
  static constexpr std::array<std::pair<const char*, ScheduleKind>, 3> values{
      {{"constant", ScheduleKind::kConstant}, {"linear", ScheduleKind::kLinear}, {"cosine", ScheduleKind::kCosine}}};
};
template <>
struct Names<Precision> {
  static constexpr std::array<std::pair<const char*, Precision>, 3> values{
      {{"auto", Precision::kAuto}, {"f32", Precision::kF32}, {"bf16", Precision::kBf16}}};
};

template <>
struct Names<Metric> {
  static constexpr std::array<std::pair<const char*, Metric>, 6> values{{{"fid", Metric::kFid},
                                                                         {"kid", Metric::kKid},
                                                                         {"is", Metric::kIs},
                                                                         {"prdc", Metric::kPrdc},
                                                                         {"swd", Metric::kSwd},
                                                                         {"modes", Metric::kModes}}};
};

template <class V>
void visit_fields(V& field, DataConfig& c) {
  field("name", c.name);
  field("path", c.path);
  field("splits", c.splits);
  field("classes", c.classes);
  field("size", c.size, in_range(0, 1024));
  field("channels", c.channels, in_range(0, 3));
  field("flip", c.flip);
  field("count", c.count, in_range(0, 1e9));
  field("attributes", c.attributes);
  field("where", c.where);
  field("photos", c.photos);
  field("exclude", c.exclude);
  field("fit", c.fit);
  field("skip_bad", c.skip_bad);
  field("label", c.label);
}

template <class V>
void visit_fields(V& field, LatentConfig& c) {
  field("size", c.size, in_range(1, 65536));
  field("distribution", c.distribution);
}

template <class V>
void visit_fields(V& field, ClassifierTraining& c) {
  field("epochs", c.epochs, in_range(1e-6, 1e6));
  field("batch", c.batch, in_range(1, 65536));
  field("learning_rate", c.learning_rate, in_range(0, 100));
  field("weight_decay", c.weight_decay, in_range(0, 10));
}

template <class V>
void visit_fields(V& field, AugmentConfig& c) {
  field("name", c.name);
  field("operations", c.operations);
  field("probability", c.probability, in_range(0, 1));
  field("target", c.target, in_range(-1, 1));
  field("horizon", c.horizon);
  field("instance_noise", c.instance_noise, in_range(0, 10));
}

template <class V>
void visit_fields(V& field, OptimizerConfig& c) {
  field("name", c.name);
  field("learning_rate", c.learning_rate, in_range(0, 100));
  field("beta1", c.beta1, in_range(0, 0.999999));
  field("beta2", c.beta2, in_range(0, 0.9999999));
  field("epsilon", c.epsilon, in_range(1e-30, 1));
  field("alpha", c.alpha, in_range(0, 0.9999999));
  field("momentum", c.momentum, in_range(0, 0.9999999));
  field("weight_decay", c.weight_decay, in_range(0, 10));
  field("clip_norm", c.clip_norm, in_range(0, 1e9));
  field("schedule", c.schedule);
  field("final_factor", c.final_factor, in_range(0, 1));
  field("warmup", c.warmup);
  field("decay_start", c.decay_start);
}

template <class V>
void visit_fields(V& field, TrainConfig& c) {
  field("batch", c.batch, in_range(1, 65536));
  field("steps", c.steps, in_range(1, 1e12));
  field("epochs", c.epochs, in_range(1e-9, 1e9));
  field("discriminator_steps", c.discriminator_steps, in_range(1, 1000));
  field("ema", c.ema, in_range(0, 0.9999999));
  field("ema_rampup", c.ema_rampup, in_range(0, 100));
  field("accumulate", c.accumulate, in_range(1, 65536));
  field("freeze_discriminator", c.freeze_discriminator, in_range(0, 1000));
  field("precision", c.precision);
  field("seed", c.seed);
  field("log_every", c.log_every);
  field("checkpoint_every", c.checkpoint_every);
  field("keep_checkpoints", c.keep_checkpoints, in_range(1, 100000));
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
