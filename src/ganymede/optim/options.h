// [optimizer.generator] and [optimizer.discriminator] of a recipe.
#pragma once

#include "ganymede/config/interval.h"
#include "ganymede/config/schedule.h"
#include "ganymede/optim/registry.h"

namespace ganymede::optim {

enum class ScheduleKind { kConstant, kLinear, kCosine };

struct OptimizerConfig {
  config::NameIn<rules> name = "adam";
  double learning_rate = 2e-4;
  double beta1 = 0.5;              ///< Adam
  config::Schedule beta2 = 0.999;  ///< Adam
  double epsilon = 1e-8;           ///< Adam, RMSprop
  double alpha = 0.99;             ///< RMSprop: decay of the mean square
  double momentum = 0;             ///< RMSprop, SGD
  double weight_decay = 0;         ///< added to the gradient, as PyTorch's Adam, RMSprop and SGD do
  double clip_norm = 0;            ///< scale gradients down to this global L2 norm; 0 leaves them
  ScheduleKind schedule = ScheduleKind::kConstant;
  double final_factor = 0;            ///< learning rate at the end, as a factor of the first
  config::Interval warmup = {};       ///< the rate grows linearly from 0 over this long
  config::Interval decay_start = {};  ///< the schedule begins after this long
};

template <class V>
void visit_fields(V& field, OptimizerConfig& c) {
  using config::in_range;
  field("name", c.name, "the update rule");
  field("learning_rate", c.learning_rate, in_range(0, 100), "at its highest");
  field("beta1", c.beta1, in_range(0, 0.999999), "Adam: decay of the mean gradient");
  field("beta2", c.beta2, in_range(0, 0.9999999), "Adam: decay of the mean squared gradient");
  field("epsilon", c.epsilon, in_range(1e-30, 1), "Adam, RMSprop: added to the root of the mean squared gradient");
  field("alpha", c.alpha, in_range(0, 0.9999999), "RMSprop: decay of the mean squared gradient");
  field("momentum", c.momentum, in_range(0, 0.9999999), "RMSprop, SGD");
  field("weight_decay", c.weight_decay, in_range(0, 10),
        "times the weight, added to the gradient, as PyTorch's Adam, RMSprop and SGD do");
  field("clip_norm", c.clip_norm, in_range(0, 1e9), "gradients are scaled down to this global L2 norm; 0 leaves them");
  field("schedule", c.schedule, "of the learning rate");
  field("final_factor", c.final_factor, in_range(0, 1), "the learning rate at the end, as a factor of the first");
  field("warmup", c.warmup, "the rate grows linearly from 0 over this long");
  field("decay_start", c.decay_start, "the schedule begins after this long");
}

}  // namespace ganymede::optim

template <>
struct ganymede::config::Names<ganymede::optim::ScheduleKind> {
  using Kind = ganymede::optim::ScheduleKind;
  static constexpr std::array<std::pair<const char*, Kind>, 3> values{
      {{"constant", Kind::kConstant}, {"linear", Kind::kLinear}, {"cosine", Kind::kCosine}}};
};
