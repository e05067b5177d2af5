// How fast a recipe trains, beside what the machine can do at best.
#pragma once

#include "ganymede/core/torch_compat.h"
#include "ganymede/recipe/recipe.h"
#include "ganymede/train/step_profile.h"

namespace ganymede::train {

struct BenchmarkResult {
  double seconds_per_step = 0;  ///< median over the counted steps
  double images_per_s = 0;      ///< real images the discriminator consumes
  double gflops = 0;            ///< arithmetic of layers and penalties (2 operations a multiply-add) by that time
  double ceiling_gflops = 0;    ///< a 2048^3 (8192^3 on CUDA) matrix product of the same type, in the same run
  double fraction_of_ceiling = 0;
  double seconds_per_grid = 0;  ///< a grid of samples, and before it the statistics of an EMA generator's batch norms
  std::string precision;
  int threads = 0;
  std::uint64_t peak_memory_bytes = 0;  ///< the most that this process held up to the end of the counted steps
  std::optional<StepProfile> profile = {};
  std::optional<Ceilings> ceilings = {};  ///< with a profile
};

/// Multiply-adds of one generator update for one image. Each discriminator update runs G forward, and D forward and
/// backward (twice the forward) on real and generated; the generator's runs D forward and to its input, and G backward.
/// A penalty takes the gradient of D's scores (once the forward) and differentiates that for the weights (twice the
/// forward: for a weight and for the gradient that comes in), and where it asks at other images, D runs on them first.
double multiply_adds_of_step(const config::Recipe& recipe, const models::Gan& gan);

/// Trains `steps` steps on random pixels after a short warm-up, and with `profile` as many again, with a clock. Writes
/// nothing.
BenchmarkResult benchmark(const config::Recipe& recipe, int steps, const torch::Device& device, bool profile = false);

struct GenerationSpeed {
  double images_per_s = 0;  ///< of many, each thread with batches of its own, as `sample` writes a folder
  double seconds_of_1 = 0;  ///< medians
  double seconds_of_64 = 0;
  std::string precision = {};
  int threads = 0;
};

/// Generates `images` images of an untrained generator, noise included and files not, in the precision of the recipe;
/// before that one and 64 at once, several times.
GenerationSpeed benchmark_generating(const config::Recipe& recipe, std::int64_t images, const torch::Device& device);

/// How long a training of so many steps on so many images takes here, its grids of samples included; evaluations while
/// it trains and checkpoints are not.
double seconds_in_all(const BenchmarkResult& measured, const config::Recipe& recipe, std::uint64_t steps,
                      std::uint64_t images);

}  // namespace ganymede::train
