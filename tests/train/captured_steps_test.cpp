// When a step is recorded and when it is replayed; that a GPU then computes the same, device_step_test.cpp asks.
#include "ganymede/train/captured_steps.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace ganymede::train {
namespace {

/// Steps that a recorder as of a GPU captures: what `work` makes is one tensor, which a replay fills anew.
struct Steps {
  int launched = 0, recorded = 0, replayed = 0, undone = 0;
  bool fails = false;
  Tensor loss = at::zeros({});
  CapturedSteps steps{[this](const std::function<void()>& work) -> std::function<void()> {
    if (fails) throw std::runtime_error("operation not permitted when stream is capturing\nand a stack trace");
    work();
    --launched, ++recorded;
    return [this] { ++replayed, loss.add_(1); };
  }};

  /// One step with these numbers of the host; its loss.
  StepResult take(const std::vector<double>& numbers) {
    const auto make = [this] {
      ++launched;
      StepResult result;
      result.loss_d = loss;
      return result;
    };
    return steps.has(numbers, make, [this] { ++undone; }) ? steps.replay(numbers) : make();
  }
};

TEST(CapturedSteps, AreLaunchedThreeTimesThenRecordedOnceThenReplayed) {
  Steps steps;
  for (int i = 0; i < 10; ++i) steps.take({1, 0.5});
  EXPECT_EQ(steps.launched, 3);
  EXPECT_EQ(steps.recorded, 1);
  EXPECT_EQ(steps.replayed, 7);
  EXPECT_EQ(steps.undone, 1) << "recording changes the host, but makes no step";
}

TEST(CapturedSteps, AResultIsNoViewOfTheNextOne) {
  Steps steps;
  for (int i = 0; i < 4; ++i) steps.take({1});
  const StepResult before = steps.take({1});
  const double loss = before.loss_d.item<double>();
  EXPECT_EQ(steps.take({1}).loss_d.item<double>(), loss + 1);
  EXPECT_EQ(before.loss_d.item<double>(), loss);
}

TEST(CapturedSteps, EachSetOfNumbersIsItsOwn) {
  Steps steps;
  // A penalty that is due every other step.
  for (int i = 0; i < 12; ++i) steps.take({i % 2 == 0 ? 10.0 : -1.0});
  EXPECT_EQ(steps.launched, 6);
  EXPECT_EQ(steps.recorded, 2);
  EXPECT_EQ(steps.replayed, 6);
}

TEST(CapturedSteps, AfterAWarmUpTheyAreRecordedYet) {
  Steps steps;
  for (int i = 0; i < 100; ++i) steps.take({0.001 * i});
  EXPECT_EQ(steps.recorded, 0);
  for (int i = 0; i < 5; ++i) steps.take({1});
  EXPECT_EQ(steps.recorded, 1);
  for (int i = 0; i < 100; ++i) steps.take({0.001 * i});
  const int before = steps.replayed;
  steps.take({1});
  EXPECT_EQ(steps.replayed, before + 1) << "what was recorded is kept before what never was";
}

TEST(CapturedSteps, WhatCannotBeRecordedIsLaunchedAndNotTriedAgain) {
  Steps steps;
  steps.fails = true;
  for (int i = 0; i < 4; ++i) steps.take({1});
  steps.fails = false;
  for (int i = 0; i < 10; ++i) steps.take({1}), steps.take({2});
  EXPECT_EQ(steps.launched, 24);
  EXPECT_EQ(steps.recorded, 0);
  EXPECT_EQ(steps.undone, 1);
}

}  // namespace
}  // namespace ganymede::train
