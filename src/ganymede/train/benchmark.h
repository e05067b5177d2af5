// How fast a recipe trains, beside what the machine can do at best.
#pragma once

#include "ganymede/core/torch_compat.h"
#include "ganymede/recipe/recipe.h"

namespace ganymede::train {

struct BenchmarkResult {
  double seconds_per_step = 0;  ///< median over the counted steps
  double images_per_s = 0;      ///< real images the discriminator consumes
  double gflops = 0;            ///< arithmetic of the step's layers (2 operations a multiply-add) by that time
  double ceiling_gflops = 0;    ///< a 2048^3 (8192^3 on CUDA) matrix product of the same type, in the same run
  double fraction_of_ceiling = 0;
  std::string precision;
  int threads = 0;
};

/// Trains `steps` steps on random pixels after a short warm-up. Writes nothing.
BenchmarkResult benchmark(const config::Recipe& recipe, int steps, const torch::Device& device);

}  // namespace ganymede::train
