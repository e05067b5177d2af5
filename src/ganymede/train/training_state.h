// How far a training has come, and when something is due.
#pragma once

#include <cstdint>

#include "ganymede/recipe/recipe.h"

namespace ganymede::train {

struct TrainingState {
  std::uint64_t step = 0;    ///< generator updates done
  std::uint64_t images = 0;  ///< real images the discriminator has seen
  double seconds = 0;        ///< of training, over all resumes
};

/// Real images that the discriminator sees in a generator step.
std::uint64_t images_of_a_step(const config::TrainConfig& train);
/// The generator steps of a whole training: the recipe's number, or enough to see `epochs` times the data.
std::uint64_t steps_in_all(const config::TrainConfig& train, std::uint64_t dataset_size);

/// Says when an interval has passed. For steps, epochs and images it is a function of the state alone, so a resumed
/// run does things at the same steps; seconds and minutes are counted from the last time.
class Trigger {
 public:
  Trigger(config::Interval interval, std::uint64_t dataset_size) : interval_(interval), dataset_size_(dataset_size) {}
  /// Whether the interval ends between `before` and `now`, consecutive states.
  bool fires(const TrainingState& before, const TrainingState& now);

 private:
  config::Interval interval_;
  std::uint64_t dataset_size_;
  double last_seconds_ = -1;
};

/// A length in generator steps. Throws UsageError naming `key` for seconds and minutes, which no schedule can foresee.
double in_steps(const config::Interval& length, std::uint64_t images_per_step, std::uint64_t dataset_size,
                const char* key);

}  // namespace ganymede::train
