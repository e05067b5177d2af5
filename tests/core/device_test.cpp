#include "ganymede/core/device.h"

#include "support/support.h"

namespace ganymede {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(ChooseDevice, TakesAGpuWhereThereIsOne) {
  EXPECT_EQ(choose_device("auto", 0).str(), "cpu");
  EXPECT_EQ(choose_device("auto", 2).str(), "cuda:0");
  EXPECT_EQ(choose_device("cpu", 2).str(), "cpu");
  EXPECT_EQ(choose_device("cuda", 2).str(), "cuda:0");
  EXPECT_EQ(choose_device("cuda:1", 2).str(), "cuda:1");
}

TEST(ChooseDevice, SaysWhatIsThere) {
  const auto error = [](const std::string& text, int present) {
    return test::error_of([&] { choose_device(text, present); });
  };
  EXPECT_THAT(error("cuda", 0), AllOf(HasSubstr("no CUDA device"), HasSubstr("--device cpu")));
  EXPECT_THAT(error("cuda:0", 0), HasSubstr("no CUDA device"));
  EXPECT_THAT(error("cuda:3", 1), AllOf(HasSubstr("--device cuda:3"), HasSubstr("this machine has 1 CUDA device;")));
  EXPECT_THAT(error("cuda:4", 4), AllOf(HasSubstr("has 4 CUDA devices"), HasSubstr("cuda:0 to cuda:3")));
}

TEST(ChooseDevice, RefusesOtherTexts) {
  for (const char* text : {"", "gpu", "CUDA", "cuda:", "cuda:x", "cuda:-1", "cuda:1x", "cuda:99999999999", "cpu:0"}) {
    EXPECT_THROW(choose_device(text, 8), UsageError) << text;
  }
}

TEST(FreeMemory, IsOfCudaDevicesAlone) {
  EXPECT_FALSE(free_memory(torch::kCPU).has_value());
  if (cuda_devices() == 0) GTEST_SKIP() << "no CUDA device: its memory cannot be asked for";
  EXPECT_GT(free_memory(choose_device("cuda")).value_or(0), 0u);
}

}  // namespace
}  // namespace ganymede
