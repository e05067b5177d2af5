#include "ganymede/train/training_state.h"

#include "support/support.h"

namespace ganymede::train {
namespace {

using config::Interval;
using Unit = Interval::Unit;

/// The steps of 1..`steps` at which the interval fires, for steps of 8 images and 0.5 seconds over 100 images.
std::vector<std::uint64_t> fired(Interval interval, std::uint64_t steps, std::uint64_t from = 0) {
  Trigger trigger(interval, 100);
  std::vector<std::uint64_t> out;
  for (std::uint64_t step = from + 1; step <= steps; ++step) {
    const auto at = [](std::uint64_t s) { return TrainingState{s, 8 * s, 0.5 * static_cast<double>(s)}; };
    if (trigger.fires(at(step - 1), at(step))) out.push_back(step);
  }
  return out;
}

using Steps = std::vector<std::uint64_t>;

TEST(Trigger, FiresWhereAnIntervalEnds) {
  EXPECT_EQ(fired({5, Unit::kSteps}, 17), (Steps{5, 10, 15}));
  EXPECT_EQ(fired({1, Unit::kSteps}, 3), (Steps{1, 2, 3}));
  EXPECT_EQ(fired({20, Unit::kImages}, 10), (Steps{3, 5, 8, 10}));
  EXPECT_EQ(fired({1, Unit::kEpochs}, 40), (Steps{13, 25, 38}));
  EXPECT_EQ(fired({0.5, Unit::kEpochs}, 25), (Steps{7, 13, 19, 25}));
  EXPECT_EQ(fired({4, Unit::kImages}, 3), (Steps{1, 2, 3})) << "at most once a step";
  EXPECT_EQ(fired({2, Unit::kSeconds}, 13), (Steps{4, 8, 12}));
  EXPECT_EQ(fired({0.05, Unit::kMinutes}, 13), (Steps{6, 12}));
}

TEST(TrainingState, EpochsAreAsManyStepsAsSeeTheDataSoOften) {
  config::TrainConfig train;
  train.batch_size = 8;
  train.discriminator_steps = 2;
  train.epochs = 1.5;
  EXPECT_EQ(steps_in_all(train, 100), 10u) << "150 images, 16 a step";
  train.epochs.reset();
  train.steps = 7;
  EXPECT_EQ(steps_in_all(train, 100), 7u);
}

TEST(Trigger, ZeroIsNever) {
  for (const Unit unit : {Unit::kSteps, Unit::kEpochs, Unit::kImages, Unit::kSeconds, Unit::kMinutes})
    EXPECT_TRUE(fired({0, unit}, 50).empty());
}

TEST(Trigger, AResumedRunFiresAtTheSameSteps) {
  for (const Interval interval : {Interval{5, Unit::kSteps}, Interval{20, Unit::kImages}, Interval{1, Unit::kEpochs}}) {
    const Steps whole = fired(interval, 60);
    for (const std::uint64_t from : {1, 5, 13, 38}) {
      Steps rest;
      for (const auto step : whole) {
        if (step > from) rest.push_back(step);
      }
      EXPECT_EQ(fired(interval, 60, from), rest);
    }
  }
}

TEST(InSteps, CountsWhatCanBeForeseen) {
  EXPECT_EQ(in_steps({7, Unit::kSteps}, 8, 100, "warmup"), 7);
  EXPECT_EQ(in_steps({80, Unit::kImages}, 8, 100, "warmup"), 10);
  EXPECT_EQ(in_steps({2, Unit::kEpochs}, 8, 100, "warmup"), 25);
  for (const Unit unit : {Unit::kSeconds, Unit::kMinutes}) {
    EXPECT_THAT(test::error_of([&] { in_steps({2, unit}, 8, 100, "warmup"); }), ::testing::HasSubstr("'warmup'"));
  }
}

}  // namespace
}  // namespace ganymede::train
