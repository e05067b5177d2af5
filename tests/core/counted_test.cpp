#include "ganymede/core/counted.h"

#include <gtest/gtest.h>

#include <cstdint>

namespace ganymede {
namespace {

TEST(Grouped, ThousandsAreApart) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(1000), "1,000");
  EXPECT_EQ(grouped(531131), "531,131");
  EXPECT_EQ(grouped(std::int64_t{-999}), "-999");
  EXPECT_EQ(grouped(std::int64_t{-1234567}), "-1,234,567");
  EXPECT_EQ(grouped(~std::uint64_t{0}), "18,446,744,073,709,551,615");
}

TEST(Counted, OneIsNotMany) {
  EXPECT_EQ(counted(0, "image"), "0 images");
  EXPECT_EQ(counted(1, "image"), "1 image");
  EXPECT_EQ(counted(std::size_t{2000}, "image"), "2,000 images");
  EXPECT_EQ(counted(1, "class", "classes"), "1 class");
  EXPECT_EQ(counted(10, "class", "classes"), "10 classes");
}

}  // namespace
}  // namespace ganymede
