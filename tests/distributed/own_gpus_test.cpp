#include <gtest/gtest.h>

#include "ganymede/distributed/gpu_exchange.h"

namespace ganymede::distributed {
namespace {

TEST(OwnGpus, NcclServesProcessesThatShareNone) {
  EXPECT_TRUE(each_has_its_own({"a", "b"}));
  EXPECT_TRUE(each_has_its_own({"b", "c", "a", "d"}));
  EXPECT_FALSE(each_has_its_own({"a", "a"})) << "two on one";
  EXPECT_FALSE(each_has_its_own({"a", "b", "a"})) << "two on one, not neighbours";
  EXPECT_FALSE(each_has_its_own({"a", ""})) << "one on the CPU";
  EXPECT_FALSE(each_has_its_own({"", ""}));
  EXPECT_FALSE(each_has_its_own({}));
}

TEST(OwnGpus, TheCpuIsNone) {
  EXPECT_EQ(gpu_name(torch::kCPU), "");
}

}  // namespace
}  // namespace ganymede::distributed
