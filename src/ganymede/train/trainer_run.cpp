// The way from the first step to the last, with the observers around each, and what is done where an error ends it.
#include <chrono>

#include "ganymede/core/log.h"
#include "ganymede/core/text.h"
#include "ganymede/train/trainer.h"

namespace ganymede::train {

void Trainer::run(const std::vector<std::unique_ptr<Observer>>& observers) {
  for (const auto& observer : observers) observer->on_start(*this);
  try {
    run_steps(observers);
    for (const auto& observer : observers) observer->on_finish(*this);
  } catch (const std::exception&) {
    tell_of_failure(observers);
    throw;
  }
}

void Trainer::run_steps(const std::vector<std::unique_ptr<Observer>>& observers) {
  using Clock = std::chrono::steady_clock;
  while (training_state_.step < total_steps_ && !stops()) {
    const auto begin = Clock::now();
    const TrainingState before = training_state_;
    TrainingState after = before;
    ++after.step;
    after.images += images_per_step();
    bool measure = false;
    for (const auto& observer : observers) measure = observer->wants_measurements(before, after) || measure;
    const StepResult result = step(measure);
    training_state_ = after;
    training_state_.seconds += std::chrono::duration<double>(Clock::now() - begin).count();
    after_step(observers, before, result);
  }
}

/// What goes wrong here must not hide why the run ends.
void Trainer::tell_of_failure(const std::vector<std::unique_ptr<Observer>>& observers) {
  for (const auto& observer : observers) {
    try {
      observer->on_failure(*this, whole_);
    } catch (const std::exception& error) {
      spdlog::warn("not everything is saved: {}", printable(error.what()));
    }
  }
}

void Trainer::after_step(const std::vector<std::unique_ptr<Observer>>& observers, const TrainingState& before,
                         const StepResult& result) {
  bool gone_back = false;
  for (const auto& observer : observers) {
    observer->after_step(*this, before, result);
    // Before the next observer saves anything of what was given up.
    if (const auto checkpoint = observer->wants_to_go_back_to()) {
      go_back_to(*checkpoint);
      gone_back = true;
    }
  }
  whole_ = true;
  if (shared_) go_on_together(gone_back);
}

}  // namespace ganymede::train
