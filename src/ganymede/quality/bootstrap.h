// How far metrics of a few hundred images may be from those of endlessly many: the bootstrap (Efron 1979) over
// images.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "ganymede/quality/prdc.h"

namespace ganymede::quality {

/// The share of intervals that should hold the true value.
inline constexpr double kLevel = 0.95;

struct Interval {
  double low = 0, high = 0;
};

struct BootstrapOptions {
  int resamples = 200;
  std::uint64_t seed = 0;
  std::function<void(int)> report = {};  ///< hears how many resamples are done, where they are done one by one
};

/// How often each of `n` images is in each of so many sets of n sampled with replacement: f64 [n, resamples].
Tensor resampled_counts(std::int64_t n, const BootstrapOptions& options, const char* stream);

/// Frechet distances of resampled sets of both, features [N, D] and [M, D].
std::vector<double> bootstrapped_frechet(const Tensor& real, const Tensor& fake, const BootstrapOptions& options);
/// An interval for the distance of endlessly many images: [2 d - q, 2 d - p] where p and q are the resamples' quantiles
/// (the "basic" interval of Davison and Hinkley 1997). A Frechet distance of N images is too large by about c / N; the
/// resamples are too large by as much again, so the interval lies below the value itself, often wholly. Never below 0.
Interval frechet_interval(double distance, const std::vector<double>& resamples);

/// Squared maximum mean discrepancies (kernel_distance.h) of resamples of all vectors of both sets; an image
/// is never paired with itself, so the resamples are as unbiased as the value.
std::vector<double> bootstrapped_kernel(const Tensor& real, const Tensor& fake, const BootstrapOptions& options);
/// Between the resamples' quantiles.
Interval quantile_interval(std::vector<double> resamples);

/// Resamples of precision, recall, density and coverage in which every image keeps its own radius.
std::vector<Prdc> bootstrapped_prdc(const Tensor& real, const Tensor& fake, std::int64_t k,
                                    const BootstrapOptions& options);
/// value +- 1.96 deviations of the resamples: those of PRDC have fewer different images, and so other means.
Interval normal_interval(double value, const std::vector<double>& resamples);

/// The distance of endlessly many images (Chong and Forsyth, "Effectively unbiased FID and Inception score and where to
/// find them", 2020): distances of parts of both sets, a line over 1 / size, its value at 0; not below 0. Throws Error
/// where the sets are not at least twice as many as the features are wide.
double frechet_at_infinity(const Tensor& real, const Tensor& fake, std::uint64_t seed);

}  // namespace ganymede::quality
