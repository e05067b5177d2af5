#include "ganymede/train/deduplicate.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <map>
#include <numeric>

#include "ganymede/core/counted.h"
#include "ganymede/core/generators.h"
#include "ganymede/core/task.h"
#include "ganymede/data/loader.h"
#include "ganymede/models/images.h"
#include "ganymede/models/initialise.h"
#include "ganymede/quality/images.h"
#include "ganymede/train/optimizer.h"

namespace ganymede::train {
namespace {

constexpr std::int64_t kSide = 32, kPixels = 3 * kSide * kSide, kCode = 128, kBatch = 128;
constexpr double kNoise = 0.3;  // standard deviation, of pixels in [-1, 1]
constexpr double kDropout = 0.5, kLearningRate = 1e-3;
constexpr int kLossEvery = 50;

/// One half of the autoencoder.
struct Half {
  config::NetworkConfig config;
  models::Network network;

  Half(std::vector<std::pair<std::string, toml::table>> layers, std::int64_t input, std::uint64_t seed,
       const char* name)
      : config(described(std::move(layers))), network(config, nn::Shape{input}) {
    models::initialise(network, config, seed, name);
    network.require_gradients(true);
  }
  static config::NetworkConfig described(std::vector<std::pair<std::string, toml::table>> layers) {
    std::vector<config::OptionTable> tables;
    for (auto& [kind, values] : layers) tables.push_back({kind, std::move(values), {"", kind}, {}});
    config::NetworkConfig config;
    config.layers = nn::LayerList::from_tables(tables);
    return config;
  }
};

/// Pixels of `count` images as [count, 3072] in [-1, 1].
Tensor flat(std::span<const std::uint8_t> pixels, std::int64_t count) {
  return models::from_pixels(pixels, count, kSide, kSide, 3, at::kCPU, at::kFloat).reshape({count, kPixels});
}

constexpr std::size_t kStretch = 512;

/// Calls `take` with the first index and the images [n, 3072] of each stretch of the set.
template <class Take>
void each_flat_stretch(const data::Dataset& dataset, const Take& take) {
  quality::each_stretch(dataset, kStretch, [&](std::size_t first, const Tensor& images) {
    take(first, models::from_bytes(images).reshape({-1, kPixels}));
  });
}

Tensor mean_image(const data::Dataset& dataset) {
  Tensor sum = at::zeros({kPixels}, at::kDouble);
  each_flat_stretch(dataset, [&](std::size_t, const Tensor& images) { sum += images.sum(0, false, at::kDouble); });
  return (sum / static_cast<double>(dataset.size())).to(at::kFloat);
}

/// Groups of things that are found equal pair by pair.
class Groups {
 public:
  explicit Groups(std::size_t count) : parent_(count) { std::iota(parent_.begin(), parent_.end(), std::size_t{0}); }
  /// The lowest member of `item`'s group.
  std::size_t root(std::size_t item) {
    while (parent_[item] != item) item = parent_[item] = parent_[parent_[item]];
    return item;
  }
  void join(std::size_t a, std::size_t b) {
    a = root(a);
    b = root(b);
    parent_[std::max(a, b)] = std::min(a, b);
  }

 private:
  std::vector<std::size_t> parent_;
};

/// Bits [begin, end) of a hash.
std::uint64_t bits_of(const ImageHash& hash, int begin, int end) {
  std::uint64_t bits = 0;
  for (int bit = begin; bit < end; ++bit) bits = bits << 1 | (hash[static_cast<size_t>(bit / 64)] >> bit % 64 & 1);
  return bits;
}

int distance(const ImageHash& a, const ImageHash& b) {
  return std::popcount(a[0] ^ b[0]) + std::popcount(a[1] ^ b[1]);
}

}  // namespace

std::vector<ImageHash> semantic_hashes(const data::Dataset& dataset, const DeduplicateOptions& options,
                                       const std::function<void(int step, double loss)>& report) {
  const auto& info = dataset.info();
  if (info.height != kSide || info.width != kSide || info.channels != 3) {
    throw Error(fmt::format("images of {}x{} with {} where 32x32 RGB belongs", info.width, info.height,
                            counted(info.channels, "channel")));
  }
  Half encoder({{"dense", toml::table{{"dense", kCode}}}, {"relu", toml::table{{"relu", true}}}}, kPixels, options.seed,
               "dedup encoder");
  Half decoder({{"dropout", toml::table{{"dropout", kDropout}}}, {"dense", toml::table{{"dense", kPixels}}}}, kCode,
               options.seed, "dedup decoder");
  config::OptimizerConfig adam;
  adam.beta1 = 0.9;
  Optimizer encoder_updates(adam, encoder.network, nullptr), decoder_updates(adam, decoder.network, nullptr);

  // Around the mean image the code's units are active for about half of the images, so that each bit tells the most.
  const Tensor mean = mean_image(dataset);
  const auto source = std::shared_ptr<const data::Dataset>(&dataset, [](const data::Dataset*) {});
  data::Loader loader(source, {.batch_size = kBatch, .seed = options.seed});
  for (int step = 1; step <= options.steps; ++step) {
    const data::Batch batch = loader.next();
    const Tensor clean = flat(batch.pixels, kBatch) - mean;
    const auto position = static_cast<std::uint64_t>(step);
    const Tensor noisy =
        clean + kNoise * at::randn(clean.sizes(), cpu_generator(stream_seed(options.seed, "dedup noise", position)),
                                   at::kFloat);
    nn::ForwardContext context{.training = true, .dropout_seed = stream_seed(options.seed, "dedup dropout", position)};
    const Tensor again = decoder.network.forward(encoder.network.forward(noisy, context), context);
    const Tensor loss = (again - clean).square().mean();
    loss.backward();
    encoder_updates.step({.learning_rate = kLearningRate}, false);
    decoder_updates.step({.learning_rate = kLearningRate}, false);
    if (report) report(step, step % kLossEvery == 0 ? loss.item<double>() : 0);
    if (cancel_requested()) throw Cancelled("stopped before the duplicates were known");
  }

  std::vector<ImageHash> hashes(dataset.size(), ImageHash{});
  torch::NoGradGuard constant;
  each_flat_stretch(dataset, [&](std::size_t begin, const Tensor& images) {
    nn::ForwardContext context;
    const Tensor active = (encoder.network.forward(images - mean, context) > 0).contiguous();
    const bool* bits = active.data_ptr<bool>();
    for (std::int64_t i = 0; i < active.size(0); ++i) {
      for (std::int64_t bit = 0; bit < kCode; ++bit, ++bits) {
        if (*bits)
          hashes[begin + static_cast<size_t>(i)][static_cast<size_t>(bit / 64)] |= std::uint64_t{1} << bit % 64;
      }
    }
  });
  return hashes;
}

std::vector<std::vector<std::size_t>> duplicate_groups(std::span<const ImageHash> hashes, int tolerance) {
  Groups groups(hashes.size());
  // Of tolerance + 1 bands at least one is the same in two hashes that differ in no more than `tolerance` bits.
  const int bands = tolerance + 1;
  std::vector<std::size_t> order(hashes.size());
  for (int band = 0; band < bands; ++band) {
    const int begin = static_cast<int>(kCode) * band / bands, end = static_cast<int>(kCode) * (band + 1) / bands;
    std::iota(order.begin(), order.end(), std::size_t{0});
    const auto key = [&](std::size_t i) {
      return std::pair(bits_of(hashes[i], begin, std::min(end, begin + 64)),
                       bits_of(hashes[i], std::min(end, begin + 64), end));
    };
    std::vector<std::pair<std::uint64_t, std::uint64_t>> keys;
    for (std::size_t i = 0; i < hashes.size(); ++i) keys.push_back(key(i));
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return keys[a] < keys[b]; });
    for (std::size_t first = 0, last; first < order.size(); first = last) {
      for (last = first + 1; last < order.size() && keys[order[last]] == keys[order[first]];) ++last;
      for (std::size_t a = first; a < last; ++a) {
        for (std::size_t b = a + 1; b < last; ++b) {
          if (distance(hashes[order[a]], hashes[order[b]]) <= tolerance) groups.join(order[a], order[b]);
          if (tolerance == 0) break;  // adjacent ones are enough where all are equal
        }
      }
    }
  }
  std::map<std::size_t, std::vector<std::size_t>> members;
  for (std::size_t i = 0; i < hashes.size(); ++i) members[groups.root(i)].push_back(i);
  std::vector<std::vector<std::size_t>> result;
  for (auto& [root, group] : members) {
    if (group.size() > 1) result.push_back(std::move(group));
  }
  return result;
}

}  // namespace ganymede::train
