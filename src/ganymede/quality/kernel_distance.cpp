#include "ganymede/quality/kernel_distance.h"

#include <limits>

#include "ganymede/core/counted.h"
#include "ganymede/core/error.h"
#include "ganymede/core/generators.h"
#include "ganymede/core/random.h"

namespace ganymede::quality {
namespace {

/// The subset of `features` that stream `name` samples at `position`, in f64.
Tensor sampled(const Tensor& features, const KernelDistanceOptions& options, const char* name, int position) {
  const auto generator = cpu_generator(stream_seed(options.seed, name, static_cast<std::uint64_t>(position)));
  const Tensor order = at::randperm(features.size(0), generator, at::dtype(at::kLong));
  return features.index_select(0, order.slice(0, 0, options.subset)).to(at::kDouble);
}

/// The mean over pairs of different vectors.
double mean_of_pairs(const Tensor& k) {
  const auto n = static_cast<double>(k.size(0));
  return (k.sum() - k.diagonal().sum()).item<double>() / (n * (n - 1));
}

}  // namespace

Tensor polynomial_kernel(const Tensor& x, const Tensor& y) {
  return at::matmul(x, y.t()).div_(static_cast<double>(x.size(1))).add_(1).pow_(3);
}

MeanAndDeviation kernel_distance(const Tensor& real, const Tensor& fake, const KernelDistanceOptions& options) {
  if (real.size(1) != fake.size(1)) {
    throw Error(fmt::format("features of width {} in one set and {} in the other", real.size(1), fake.size(1)), {},
                "compare features of one network only");
  }
  const auto fewest = std::min(real.size(0), fake.size(0));
  if (fewest < std::max<std::int64_t>(2, options.subset)) {
    throw Error(
        fmt::format("{} too few for KID's subsets of {}", counted(fewest, "image is", "images are"), options.subset),
        {}, "use more images, or --force one subset of all");
  }
  const bool only_one = real.size(0) == options.subset && fake.size(0) == options.subset;
  const int subsets = only_one ? 1 : options.subsets;
  std::vector<double> estimates;
  for (int i = 0; i < subsets; ++i) {
    const Tensor x = sampled(real, options, "kid real", i), y = sampled(fake, options, "kid fake", i);
    estimates.push_back(mean_of_pairs(polynomial_kernel(x, x)) + mean_of_pairs(polynomial_kernel(y, y)) -
                        2 * polynomial_kernel(x, y).mean().item<double>());
  }
  if (subsets == 1) return {estimates.front(), std::numeric_limits<double>::quiet_NaN()};
  return mean_and_deviation(estimates);
}

}  // namespace ganymede::quality
