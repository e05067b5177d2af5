#include "ganymede/train/benchmark.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "ganymede/core/memory.h"
#include "ganymede/core/parallel.h"
#include "ganymede/core/random.h"
#include "ganymede/models/generate.h"
#include "ganymede/models/initialise.h"
#include "ganymede/models/statistics.h"
#include "ganymede/models/summary.h"
#include "ganymede/nn/statistics_scope.h"
#include "ganymede/train/trainer.h"

namespace ganymede::train {
namespace {

/// Random pixels of any size: the arithmetic does not look at them.
class NoiseDataset : public data::Dataset {
 public:
  NoiseDataset(const nn::Shape& image, std::int64_t classes) {
    info_.name = "noise";
    info_.height = static_cast<int>(image.height());
    info_.width = static_cast<int>(image.width());
    info_.channels = static_cast<int>(image.channels());
    for (std::int64_t i = 0; i < classes; ++i) info_.classes.push_back(std::to_string(i));
  }
  const data::DatasetInfo& info() const override { return info_; }
  std::size_t size() const override { return 4096; }
  int label(std::size_t index) const override {
    return info_.classes.empty() ? -1 : static_cast<int>(index % info_.classes.size());
  }
  void read(std::size_t index, std::span<std::uint8_t> pixels) const override {
    Random random(stream_seed(index, "noise"));
    for (auto& pixel : pixels) pixel = static_cast<std::uint8_t>(random.next());
  }

 private:
  data::DatasetInfo info_;
};

double seconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2), values.end());
  return values[values.size() / 2];
}

double seconds_of_batch(const Trainer& trainer) {
  torch::NoGradGuard constant;
  const auto& generator = trainer.gan().generator;
  std::vector<std::int64_t> shape{models::kStatisticsBatch};
  for (const auto size : generator.input_shape().dims()) shape.push_back(size);
  const Tensor inputs = at::ones(shape, at::device(trainer.device()).dtype(trainer.compute_type()));
  const auto draw = [&] {
    nn::ForwardContext context;
    context.labels = models::labels_in_turn(trainer.gan().classes(), {}, 0, models::kStatisticsBatch);
    const nn::StatisticsScope scope(0);
    generator.forward(inputs, context).sum().item<float>();
  };
  draw();
  const auto begin = std::chrono::steady_clock::now();
  draw();
  return seconds_since(begin);
}

double seconds_of_grid(const Trainer& trainer) {
  const auto& recipe = trainer.recipe();
  const bool settles = recipe.train.ema > 0 && models::has_running_statistics(trainer.gan().generator);
  const double batches = static_cast<double>(recipe.sample.count) / models::kStatisticsBatch;
  return seconds_of_batch(trainer) * (batches + (settles ? models::kStatisticsBatches : 0));
}

/// Beside those at the beginning, which needs no new statistics, and at the end.
double grids_between(const config::Recipe& recipe, std::uint64_t steps, double seconds, std::uint64_t images) {
  using Unit = config::Interval::Unit;
  const auto& every = recipe.sample.every;
  if (every.count <= 0) return 0;
  if (every.unit == Unit::kSeconds) return seconds / every.count;
  if (every.unit == Unit::kMinutes) return seconds / (60 * every.count);
  return std::floor(static_cast<double>(steps) /
                    in_steps(every, images_of_a_step(recipe.train), images, "sample.every"));
}

}  // namespace

double multiply_adds_of_step(const config::Recipe& recipe, const models::Gan& gan) {
  const double g = models::products_made(gan.generator), d = models::products_made(gan.discriminator);
  double of_penalties = 0;
  for (const auto& table : recipe.penalties) {
    const auto penalty = objectives::make_penalty(table);
    const bool elsewhere = penalty->where() == objectives::Penalty::Where::kElsewhere;
    of_penalties += (elsewhere ? 4 : 3) * d / penalty->every();
  }
  return recipe.train.discriminator_steps * (g + 6 * d + of_penalties) + 2 * d + 2 * g;
}

BenchmarkResult benchmark(const config::Recipe& recipe, int steps, const torch::Device& device, bool profile) {
  constexpr int kWarmUp = 3;
  const models::Gan gan = models::outline_gan(recipe);
  // What is translated has no classes that a step looks at.
  const auto source = gan.encoder ? std::make_shared<NoiseDataset>(gan.encoder->input_shape(), 0) : nullptr;
  Trainer trainer(recipe, std::make_shared<NoiseDataset>(gan.image_shape(), gan.classes()), device, source);
  std::vector<double> times;
  for (int i = 0; i < kWarmUp + steps; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    trainer.step(false).loss_g.item<double>();
    if (i >= kWarmUp) times.push_back(seconds_since(begin));
  }
  BenchmarkResult out;
  out.seconds_per_step = median(times);
  out.images_per_s = static_cast<double>(trainer.images_per_step()) / out.seconds_per_step;
  out.gflops = 2 * multiply_adds_of_step(recipe, gan) * recipe.train.batch_size / out.seconds_per_step / 1e9;
  out.peak_memory_bytes = peak_resident_bytes();
  out.ceiling_gflops = matrix_product_flops(trainer.compute_type(), device) / 1e9;
  out.fraction_of_ceiling = out.gflops / out.ceiling_gflops;
  out.seconds_per_grid = seconds_of_grid(trainer);
  out.precision = trainer.compute_type() == at::kBFloat16 ? "bf16" : "f32";
  out.threads = at::get_num_threads();
  if (profile) {
    out.profile = profile_steps(trainer, steps);
    out.ceilings = measure_ceilings(device);
  }
  return out;
}

GenerationSpeed benchmark_generating(const config::Recipe& recipe, std::int64_t images, const torch::Device& device) {
  constexpr int kTimes = 11;
  models::Gan gan = models::build_gan(recipe);
  if (gan.encoder) throw UsageError("it translates images: only generating from noise is timed", recipe.name);
  auto& generator = gan.generator;
  models::initialise(generator, recipe.generator, recipe.train.seed, "generator");
  generator.to(device);
  generator.fix_weights();
  const auto type = models::compute_type(recipe.train.precision, device);
  const auto draw = [&](std::int64_t first, std::int64_t count) {
    const Tensor latents = models::sample_numbered_latents(recipe.latent, count, recipe.train.seed, first);
    const Tensor labels = models::labels_in_turn(generator.classes(), {}, first, count);
    models::generate(generator, latents, labels, type);
  };
  const auto median_of = [&](std::int64_t count) {
    std::vector<double> times;
    for (int i = 0; i <= kTimes; ++i) {
      const auto begin = std::chrono::steady_clock::now();
      draw(0, count);
      if (i > 0) times.push_back(seconds_since(begin));
    }
    return median(times);
  };
  GenerationSpeed out{.seconds_of_1 = median_of(1), .seconds_of_64 = median_of(64)};
  const std::int64_t batch = models::kGenerationBatch;
  const auto begin = std::chrono::steady_clock::now();
  in_parts((images + batch - 1) / batch, [&](std::int64_t i) { draw(i * batch, std::min(batch, images - i * batch)); });
  out.images_per_s = static_cast<double>(images) / seconds_since(begin);
  out.precision = type == at::kBFloat16 ? "bf16" : "f32";
  out.threads = at::get_num_threads();
  return out;
}

double seconds_in_all(const BenchmarkResult& measured, const config::Recipe& recipe, std::uint64_t steps,
                      std::uint64_t images) {
  const double training = static_cast<double>(steps) * measured.seconds_per_step;
  return training + (1 + grids_between(recipe, steps, training, images)) * measured.seconds_per_grid;
}

}  // namespace ganymede::train
