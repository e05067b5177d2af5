#include "ganymede/serve/process_use.h"

#include <unistd.h>

#include "ganymede/core/files.h"
#include "support/support.h"

namespace ganymede::serve {
namespace {

TEST(ProcessUse, OfThisOne) {
  ProcessMeter meter(::getpid());
  const auto use = meter.look();
  ASSERT_TRUE(use);
  EXPECT_GT(use->memory_bytes.value.value_or(0), 100'000u);
  EXPECT_FALSE(use->processors.value) << "a share is one of some time";
  EXPECT_FALSE(ProcessMeter(1 << 30).look());
}

TEST(ProcessUse, WhoHoldsAFolder) {
  const test::TemporaryFolder folder;
  EXPECT_FALSE(holder_of(folder.path()));
  {
    const FolderLock lock(folder.path());
    EXPECT_EQ(holder_of(folder.path()), ::getpid());
    write_file(folder.path() / "other", "1");
    EXPECT_TRUE(is_locked(folder.path()));
  }
  EXPECT_FALSE(holder_of(folder.path())) << "its number is there still";
}

TEST(ProcessUse, WhatNvidiaSmiSays) {
  const auto gpus = parse_gpus("NVIDIA H100 80GB HBM3, 37, 1024, 81559\nTesla T4, [N/A], 3, 15360\nno devices\n");
  ASSERT_EQ(gpus.size(), 2u);
  EXPECT_EQ(gpus[0].name, "NVIDIA H100 80GB HBM3");
  EXPECT_DOUBLE_EQ(*gpus[0].busy.value, 0.37);
  EXPECT_EQ(*gpus[0].memory_bytes.value, std::uint64_t{1} << 30);
  EXPECT_FALSE(gpus[1].busy.value);
  EXPECT_EQ(*gpus[1].memory_in_all.value, std::uint64_t{15360} << 20);
}

}  // namespace
}  // namespace ganymede::serve
