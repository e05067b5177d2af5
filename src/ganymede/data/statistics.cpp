#include "ganymede/data/statistics.h"

#include <algorithm>
#include <cmath>
#include <mutex>

#include "ganymede/data/parallel.h"

namespace ganymede::data {
namespace {

constexpr std::size_t kChunk = 256;
using Histogram = std::vector<std::uint64_t>;

}  // namespace

Statistics statistics(const Dataset& dataset) {
  const auto channels = static_cast<std::size_t>(dataset.info().channels);
  const std::size_t size = dataset.size();
  const bool deep = dataset.info().bits == 16;
  const std::size_t levels = deep ? 65536 : 256, sample = deep ? 2 : 1;
  std::vector<Histogram> all(channels, Histogram(levels));
  std::mutex mutex;
  parallel((size + kChunk - 1) / kChunk, [&](std::size_t chunk) {
    std::vector<Histogram> own(channels, Histogram(levels));
    std::vector<std::uint8_t> pixels(dataset.image_bytes());
    for (std::size_t i = chunk * kChunk; i < std::min(size, (chunk + 1) * kChunk); ++i) {
      dataset.read(i, pixels);
      for (const std::uint8_t *at = pixels.data(), *end = at + pixels.size(); at < end; at += channels * sample) {
        for (std::size_t c = 0; c < channels; ++c) ++own[c][deep ? image::sample16(at + 2 * c) : at[c]];
      }
    }
    const std::lock_guard lock(mutex);
    for (std::size_t c = 0; c < channels; ++c) {
      for (std::size_t level = 0; level < levels; ++level) all[c][level] += own[c][level];
    }
  });

  Statistics result;
  result.per_class.resize(dataset.info().classes.size());
  for (std::size_t i = 0; i < size; ++i) {
    const int label = dataset.label(i);
    if (label < 0)
      ++result.unlabelled;
    else
      ++result.per_class.at(static_cast<std::size_t>(label));
  }
  for (const Histogram& histogram : all) {
    // Whole numbers up to the end: the sums do not depend on how the threads shared the work.
    std::uint64_t count = 0, sum = 0, squares = 0;
    for (std::uint64_t level = 0; level < levels; ++level) {
      count += histogram[level];
      sum += histogram[level] * level;
      squares += histogram[level] * level * level;
    }
    const double n = std::max<double>(1, static_cast<double>(count)), mean = static_cast<double>(sum) / n;
    const auto white = static_cast<double>(levels - 1);
    result.mean.push_back(mean / white);
    result.deviation.push_back(std::sqrt(std::max(0.0, static_cast<double>(squares) / n - mean * mean)) / white);
  }
  return result;
}

}  // namespace ganymede::data
