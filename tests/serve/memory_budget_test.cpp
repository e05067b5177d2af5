#include "ganymede/serve/memory_budget.h"

#include <gtest/gtest.h>

namespace ganymede::serve {
namespace {

TEST(MemoryBudget, GivesNoMoreThanItHas) {
  const MemoryBudget budget(100);
  auto first = budget.take(60);
  EXPECT_TRUE(first);
  EXPECT_FALSE(budget.take(41));
  const auto second = budget.take(40);
  EXPECT_TRUE(second);
  EXPECT_EQ(budget.used(), 100u);
  auto copy = first;
  first.reset();
  EXPECT_FALSE(budget.take(1)) << "the copy holds it";
  copy.reset();
  EXPECT_EQ(budget.used(), 40u);
}

TEST(MemoryBudget, WhatIsLargerThanAllOfItComesAlone) {
  const MemoryBudget budget(100);
  const MemoryBudget same = budget;
  {
    const auto all = budget.take(1000);
    EXPECT_TRUE(all);
    EXPECT_FALSE(same.take(1)) << "copies share it";
  }
  EXPECT_TRUE(same.take(1));
}

}  // namespace
}  // namespace ganymede::serve
