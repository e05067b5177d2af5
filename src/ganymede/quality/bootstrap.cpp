#include "ganymede/quality/bootstrap.h"

#include <algorithm>
#include <cmath>

#include "ganymede/core/counted.h"
#include "ganymede/core/error.h"
#include "ganymede/core/generators.h"
#include "ganymede/core/random.h"
#include "ganymede/quality/frechet.h"
#include "ganymede/quality/kernel_distance.h"
#include "ganymede/quality/mean_and_deviation.h"
#include "ganymede/quality/nearest.h"

namespace ganymede::quality {
namespace {

constexpr std::int64_t kBlock = 1024;

/// The value below which the share `q` of sorted numbers lies, between two in proportion.
double quantile(const std::vector<double>& sorted, double q) {
  const double place = q * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const double next = sorted[std::min(below + 1, sorted.size() - 1)];
  return sorted[below] + (place - static_cast<double>(below)) * (next - sorted[below]);
}

/// A set's rows, so that the moments of any resample of them are two products.
struct Rows {
  Tensor values, centre;  // f64: what differs from the mean of all, and that mean

  explicit Rows(const Tensor& features) {
    const Tensor all = features.to(at::kDouble);
    centre = all.mean(0);
    values = all - centre;
  }
  /// `counts` f64 [n]: how often each row is in the set.
  GaussianMoments moments(const Tensor& counts) const {
    const double n = counts.sum().item<double>();
    const Tensor mean = at::matmul(counts, values) / n;
    const Tensor weighted = values * counts.unsqueeze(1);
    const Tensor scatter = at::matmul(values.t(), weighted) - n * at::outer(mean, mean);
    return {mean + centre, scatter / (n - 1)};
  }
};

void expect_same_width(const Tensor& a, const Tensor& b) {
  if (a.size(1) == b.size(1)) return;
  throw Error(fmt::format("features of width {} in one set and {} in the other", a.size(1), b.size(1)), {},
              "compare features of one network only");
}

/// For each resample: the sum of k(x_i, y_j) over its pairs, without those of an image and itself where `same`.
Tensor sums_of_pairs(const Tensor& x, const Tensor& y, const Tensor& of_x, const Tensor& of_y, bool same) {
  Tensor sums = at::zeros({of_x.size(1)}, at::kDouble);
  for (std::int64_t begin = 0; begin < x.size(0); begin += kBlock) {
    const auto end = std::min(x.size(0), begin + kBlock);
    Tensor k = polynomial_kernel(x.slice(0, begin, end).to(at::kDouble), y.to(at::kDouble));
    if (same) k.diagonal(begin).zero_();
    sums += (of_x.slice(0, begin, end) * at::matmul(k, of_y)).sum(0);
  }
  return sums;
}

Tensor mean_of_pairs(const Tensor& x, const Tensor& counts) {
  const Tensor pairs = counts.sum(0).square() - counts.square().sum(0);
  return sums_of_pairs(x, x, counts, counts, /*same=*/true) / pairs;
}

std::vector<double> listed(const Tensor& values) {
  const Tensor plain = values.to(at::kDouble).contiguous();
  return {plain.data_ptr<double>(), plain.data_ptr<double>() + plain.numel()};
}

}  // namespace

Tensor resampled_counts(std::int64_t n, const BootstrapOptions& options, const char* stream) {
  Tensor counts = at::zeros({options.resamples, n}, at::kDouble);
  for (int resample = 0; resample < options.resamples; ++resample) {
    Random random(stream_seed(options.seed, stream, static_cast<std::uint64_t>(resample)));
    auto* row = counts[resample].data_ptr<double>();
    for (std::int64_t i = 0; i < n; ++i) row[random.below(static_cast<std::uint64_t>(n))] += 1;
  }
  return counts.t().contiguous();
}

std::vector<double> bootstrapped_frechet(const Tensor& real, const Tensor& fake, const BootstrapOptions& options) {
  expect_same_width(real, fake);
  const Rows a(real), b(fake);
  const Tensor of_a = resampled_counts(real.size(0), options, "bootstrap real"),
               of_b = resampled_counts(fake.size(0), options, "bootstrap fake");
  std::vector<double> out;
  for (int resample = 0; resample < options.resamples; ++resample) {
    out.push_back(frechet_distance(a.moments(of_a.select(1, resample).contiguous()),
                                   b.moments(of_b.select(1, resample).contiguous())));
    if (options.report) options.report(resample + 1);
  }
  return out;
}

Interval frechet_interval(double distance, const std::vector<double>& resamples) {
  const auto [low, high] = quantile_interval(resamples);
  return {std::max(0.0, 2 * distance - high), std::max(0.0, 2 * distance - low)};
}

std::vector<double> bootstrapped_kernel(const Tensor& real, const Tensor& fake, const BootstrapOptions& options) {
  expect_same_width(real, fake);
  const Tensor of_x = resampled_counts(real.size(0), options, "bootstrap real"),
               of_y = resampled_counts(fake.size(0), options, "bootstrap fake");
  const double pairs = static_cast<double>(real.size(0)) * static_cast<double>(fake.size(0));
  const Tensor between = sums_of_pairs(real, fake, of_x, of_y, /*same=*/false) / pairs;
  return listed(mean_of_pairs(real, of_x) + mean_of_pairs(fake, of_y) - 2 * between);
}

Interval quantile_interval(std::vector<double> resamples) {
  if (resamples.empty()) throw Error("an interval of no resamples");
  std::sort(resamples.begin(), resamples.end());
  return {quantile(resamples, (1 - kLevel) / 2), quantile(resamples, (1 + kLevel) / 2)};
}

std::vector<Prdc> bootstrapped_prdc(const Tensor& real, const Tensor& fake, std::int64_t k,
                                    const BootstrapOptions& options) {
  const Tensor real_radii = squared_radii(real, k, "the real images"),
               fake_radii = squared_radii(fake, k, "the generated images");
  const Tensor of_real = resampled_counts(real.size(0), options, "bootstrap real").to(at::kFloat),
               of_fake = resampled_counts(fake.size(0), options, "bootstrap fake").to(at::kFloat);
  Tensor hits = at::zeros_like(of_fake);  // resampled real radii that each generated image lies in
  Tensor recall = at::zeros({options.resamples}, at::kDouble), coverage = at::zeros({options.resamples}, at::kDouble);
  for (std::int64_t begin = 0; begin < real.size(0); begin += kBlock) {
    const auto end = std::min(real.size(0), begin + kBlock);
    const Tensor distances = squared_distances(real.slice(0, begin, end), fake);
    const Tensor inside = (distances < real_radii.slice(0, begin, end).unsqueeze(1)).to(at::kFloat);
    const Tensor found = (distances < fake_radii).to(at::kFloat);
    const Tensor counts = of_real.slice(0, begin, end);
    hits += at::matmul(inside.t(), counts);
    coverage += (counts * at::matmul(inside, of_fake).gt(0)).sum(0).to(at::kDouble);
    recall += (counts * at::matmul(found, of_fake).gt(0)).sum(0).to(at::kDouble);
  }
  const auto reals = static_cast<double>(real.size(0)), fakes = static_cast<double>(fake.size(0));
  const auto precision = listed((of_fake * hits.gt(0)).sum(0) / fakes);
  const auto density = listed((of_fake * hits).sum(0) / (static_cast<double>(k) * fakes));
  const auto recalled = listed(recall / reals), covered = listed(coverage / reals);
  std::vector<Prdc> out;
  for (std::size_t i = 0; i < precision.size(); ++i) {
    out.push_back({.precision = precision[i], .recall = recalled[i], .density = density[i], .coverage = covered[i]});
  }
  return out;
}

Interval normal_interval(double value, const std::vector<double>& resamples) {
  constexpr double kQuantile = 1.959963984540054;
  const double reach = kQuantile * mean_and_deviation(resamples).deviation;
  return {value - reach, value + reach};
}

double frechet_at_infinity(const Tensor& real, const Tensor& fake, std::uint64_t seed) {
  expect_same_width(real, fake);
  constexpr int kSizes = 15;
  const double fewest = static_cast<double>(std::min(real.size(0), fake.size(0)));
  const double most_parts = std::min(5.0, fewest / static_cast<double>(std::max<std::int64_t>(2, real.size(1))));
  if (most_parts < 2) {
    throw Error(fmt::format("{} too few to extrapolate features of width {}",
                            counted(std::min(real.size(0), fake.size(0)), "image is", "images are"), real.size(1)),
                "--fd-infinity",
                fmt::format("use {} or more in each set", 2 * std::max<std::int64_t>(2, real.size(1))));
  }
  const Rows a(real), b(fake);
  const auto part_of = [&](const Rows& rows, double parts, const char* stream, int place) {
    const auto n = rows.values.size(0);
    const auto generator = cpu_generator(stream_seed(seed, stream, static_cast<std::uint64_t>(place)));
    const Tensor order = at::randperm(n, generator, at::dtype(at::kLong));
    const auto count = static_cast<std::int64_t>(std::lround(static_cast<double>(n) / parts));
    return rows.moments(at::zeros({n}, at::kDouble).index_fill_(0, order.slice(0, 0, count), 1));
  };
  double sum_x = 0, sum_y = 0, sum_xx = 0, sum_xy = 0;
  for (int i = 0; i < kSizes; ++i) {
    const double x = 1 + (most_parts - 1) * i / (kSizes - 1);
    const double y = frechet_distance(part_of(a, x, "fd infinity real", i), part_of(b, x, "fd infinity fake", i));
    sum_x += x, sum_y += y, sum_xx += x * x, sum_xy += x * y;
  }
  const double slope = (kSizes * sum_xy - sum_x * sum_y) / (kSizes * sum_xx - sum_x * sum_x);
  return std::max(0.0, (sum_y - slope * sum_x) / kSizes);
}

}  // namespace ganymede::quality
