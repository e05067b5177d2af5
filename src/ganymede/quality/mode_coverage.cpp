#include "ganymede/quality/mode_coverage.h"

#include <algorithm>
#include <atomic>
#include <cmath>

#include "ganymede/core/error.h"
#include "ganymede/core/task.h"
#include "ganymede/data/parallel.h"
#include "ganymede/data/shape_attribution.h"

namespace ganymede::quality {
namespace {

using Counts = std::array<std::atomic<std::size_t>, data::kShapeClasses>;

/// Clear shapes of each class.
void count(const data::Dataset& dataset, Counts& counts) {
  const CancelQuestion cancelled;  // of this thread's work, for those that help it
  data::parallel(dataset.size(), [&](std::size_t i) {
    if (cancelled()) throw Cancelled("stopped before the modes were counted", dataset.info().where());
    const auto shown = data::attribute_shape(data::image_at(dataset, i));
    if (shown.distance < data::kClearShape) ++counts[static_cast<std::size_t>(shown.label)];
  });
}

double sum_of(const Counts& counts) {
  double sum = 0;
  for (const auto& n : counts) sum += static_cast<double>(n);
  return sum;
}

/// The divergence of a generator of nothing but the class that is the rarest in the data.
double largest_divergence(const Counts& of_real) {
  double rarest = sum_of(of_real);
  const double all = rarest;
  for (const auto& n : of_real) {
    if (n > 0) rarest = std::min(rarest, static_cast<double>(n));
  }
  return std::log(all / rarest);
}

}  // namespace

ModeCoverage mode_coverage(const data::Dataset& real, const data::Dataset& fake) {
  Counts of_real{}, of_fake{};
  count(real, of_real);
  count(fake, of_fake);
  const double reals = sum_of(of_real), fakes = sum_of(of_fake);
  ModeCoverage out;
  if (fake.size() > 0) out.clear = fakes / static_cast<double>(fake.size());
  if (reals == 0)
    throw Error("no image shows a clear shape", real.info().where(), "modes are counted on the data set 'shapes' only");
  if (fakes == 0) {
    out.divergence = largest_divergence(of_real);
    return out;
  }
  for (std::size_t i = 0; i < of_fake.size(); ++i) {
    if (of_fake[i] == 0) continue;
    ++out.found;
    if (of_real[i] == 0) {
      throw Error(fmt::format("the data shows no {} but the generated images do", data::shape_names()[i]),
                  real.info().where(), "modes are counted on the data set 'shapes' with all of its classes");
    }
    const double p = static_cast<double>(of_fake[i]) / fakes, q = static_cast<double>(of_real[i]) / reals;
    out.frequencies[i] = p;
    out.divergence += p * std::log(p / q);
  }
  return out;
}

}  // namespace ganymede::quality
