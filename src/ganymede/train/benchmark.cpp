#include "ganymede/train/benchmark.h"

#include <algorithm>
#include <chrono>

#include "ganymede/core/random.h"
#include "ganymede/models/summary.h"
#include "ganymede/train/trainer.h"

namespace ganymede::train {
namespace {

/// Random pixels of any size: the arithmetic does not look at them.
class NoiseDataset : public data::Dataset {
 public:
  explicit NoiseDataset(const models::Gan& gan) {
    const nn::Shape& image = gan.image_shape();
    info_.name = "noise";
    info_.height = static_cast<int>(image.height());
    info_.width = static_cast<int>(image.width());
    info_.channels = static_cast<int>(image.channels());
    for (std::int64_t i = 0; i < gan.classes(); ++i) info_.classes.push_back(std::to_string(i));
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

double matrix_product_gflops(at::ScalarType type, const torch::Device& device) {
  const std::int64_t n = device.is_cuda() ? 8192 : 2048;
  const Tensor a = at::randn({n, n}).to(device, type), b = at::randn({n, n}).to(device, type);
  std::vector<double> times;
  for (int i = 0; i < 9; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    at::mm(a, b).slice(0, 0, 1).slice(1, 0, 1).item<float>();  // reading one element waits for the device
    if (i >= 2) times.push_back(seconds_since(begin));
  }
  return 2.0 * static_cast<double>(n) * static_cast<double>(n) * static_cast<double>(n) / median(times) / 1e9;
}

/// Multiply-adds of one generator update for one image: each discriminator update runs G forward and D forward and
/// backward (twice the forward) on real and fake; the generator's runs D forward and to its input, and G backward.
double multiply_adds(const models::Gan& gan, int discriminator_steps) {
  const auto g = static_cast<double>(models::summarise(gan.generator).multiply_adds);
  const auto d = static_cast<double>(models::summarise(gan.discriminator).multiply_adds);
  return discriminator_steps * (g + 6 * d) + 2 * d + 2 * g;
}

}  // namespace

BenchmarkResult benchmark(const config::Recipe& recipe, int steps, const torch::Device& device) {
  constexpr int kWarmUp = 3;
  const models::Gan gan = models::outline_gan(recipe);
  Trainer trainer(recipe, std::make_shared<NoiseDataset>(gan), device);
  std::vector<double> times;
  for (int i = 0; i < kWarmUp + steps; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    trainer.step(false).loss_g.item<double>();
    if (i >= kWarmUp) times.push_back(seconds_since(begin));
  }
  BenchmarkResult out;
  out.seconds_per_step = median(times);
  out.images_per_s = static_cast<double>(trainer.images_per_step()) / out.seconds_per_step;
  out.gflops =
      2 * multiply_adds(gan, recipe.train.discriminator_steps) * recipe.train.batch_size / out.seconds_per_step / 1e9;
  out.ceiling_gflops = matrix_product_gflops(trainer.compute_type(), device);
  out.fraction_of_ceiling = out.gflops / out.ceiling_gflops;
  out.precision = trainer.compute_type() == at::kBFloat16 ? "bf16" : "f32";
  out.threads = at::get_num_threads();
  return out;
}

}  // namespace ganymede::train
