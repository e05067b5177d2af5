#include "ganymede/train/training_state.h"

#include <cmath>

#include "ganymede/core/error.h"

namespace ganymede::train {

using Unit = config::Interval::Unit;

std::uint64_t images_of_a_step(const config::TrainConfig& train) {
  return static_cast<std::uint64_t>(train.batch_size) * static_cast<std::uint64_t>(train.discriminator_steps);
}

std::uint64_t steps_in_all(const config::TrainConfig& train, std::uint64_t dataset_size) {
  if (train.steps) return static_cast<std::uint64_t>(*train.steps);
  return static_cast<std::uint64_t>(
      std::ceil(*train.epochs * static_cast<double>(dataset_size) / static_cast<double>(images_of_a_step(train))));
}

bool Trigger::fires(const TrainingState& before, const TrainingState& now) {
  if (interval_.count <= 0) return false;
  const auto passed = [&](std::uint64_t from, std::uint64_t to, double length) {
    return std::floor(static_cast<double>(to) / length) > std::floor(static_cast<double>(from) / length);
  };
  switch (interval_.unit) {
    case Unit::kSteps:
      return passed(before.step, now.step, interval_.count);
    case Unit::kImages:
      return passed(before.images, now.images, interval_.count);
    case Unit::kEpochs:
      return passed(before.images, now.images, interval_.count * static_cast<double>(dataset_size_));
    case Unit::kSeconds:
    case Unit::kMinutes: {
      if (last_seconds_ < 0) last_seconds_ = before.seconds;
      const double length = interval_.count * (interval_.unit == Unit::kMinutes ? 60 : 1);
      if (now.seconds - last_seconds_ < length) return false;
      last_seconds_ = now.seconds;
      return true;
    }
  }
  return false;
}

double in_steps(const config::Interval& length, std::uint64_t images_per_step, std::uint64_t dataset_size,
                const char* key) {
  switch (length.unit) {
    case Unit::kSteps:
      return length.count;
    case Unit::kImages:
      return length.count / static_cast<double>(images_per_step);
    case Unit::kEpochs:
      return length.count * static_cast<double>(dataset_size) / static_cast<double>(images_per_step);
    case Unit::kSeconds:
    case Unit::kMinutes:
      break;
  }
  throw UsageError(std::string("'") + key + "' is given in time, which cannot be foreseen",
                   "the recipe's [optimizer.*]", "give it in steps, epochs or images");
}

}  // namespace ganymede::train
