#include "ganymede/train/device_data.h"

#include "ganymede/data/memory.h"
#include "support/support.h"

namespace ganymede::train {
namespace {

/// `count` images of 3x2 RGB pixels that are all different, with labels index % 5.
std::shared_ptr<const data::Dataset> images(std::size_t count) {
  data::Images images{3, 2, 3, {}, {}, {}, "none"};
  for (std::size_t i = 0; i < count; ++i) {
    images.labels.push_back(static_cast<std::int32_t>(i % 5));
    for (std::size_t k = 0; k < 18; ++k) images.pixels.push_back(static_cast<std::uint8_t>((i * 18 + k) * 37 >> 2));
  }
  data::DatasetInfo info;
  info.name = "images";
  info.classes = {"a", "b", "c", "d", "e"};
  return data::in_memory(info, images);
}

void expect_same_stream(std::size_t count, const data::LoaderOptions& options, std::uint64_t first) {
  const auto set = images(count);
  data::Loader loader(set, options, first);
  const auto resident = resident_batches(*set, options, first, torch::kCPU);
  const auto loaded = loaded_batches(set, options, first, torch::kCPU);
  for (int k = 0; k < 12; ++k) {
    const auto wanted = loader.next();
    for (const auto& batch : {resident->next(), loaded->next()}) {
      const auto n = static_cast<std::int64_t>(wanted.count);
      ASSERT_EQ(batch.bytes.sizes(), (std::vector<std::int64_t>{n, 3, 2, 3}));
      const auto bytes = batch.bytes.contiguous();
      const auto* pixels = bytes.data_ptr<std::uint8_t>();
      EXPECT_TRUE(std::equal(wanted.pixels.begin(), wanted.pixels.end(), pixels)) << count << ", batch " << k;
      EXPECT_TRUE(batch.labels.equal(torch::tensor(wanted.labels, at::kLong))) << count << ", batch " << k;
    }
  }
}

TEST(ResidentBatches, AreTheLoadersBytes) {
  for (const bool flip : {false, true}) {
    const data::LoaderOptions options{.batch_size = 8, .seed = 11, .flip = flip};
    expect_same_stream(50, options, 0);
    expect_same_stream(50, options, 17);  // within the third epoch
    expect_same_stream(3, options, 0);    // several epochs in a batch
    expect_same_stream(16, options, 2);   // begins with an epoch
  }
}

/// Images that cannot be read.
class Unreadable : public data::Dataset {
 public:
  Unreadable(int side, std::size_t count) : count_(count) { info_.height = info_.width = side, info_.channels = 3; }
  const data::DatasetInfo& info() const override { return info_; }
  std::size_t size() const override { return count_; }
  int label(std::size_t) const override { return -1; }
  void read(std::size_t, std::span<std::uint8_t>) const override { throw Error("the image is damaged"); }

 private:
  data::DatasetInfo info_;
  std::size_t count_;
};

TEST(ResidentBatches, ArePossibleWhereTheyFit) {
  EXPECT_TRUE(fits(*images(50), torch::kCPU));
  EXPECT_TRUE(fits(Unreadable(16, 2796202), torch::kCPU)) << "2 GiB less 512 bytes";
  EXPECT_FALSE(fits(Unreadable(16, 2796203), torch::kCPU));
}

TEST(ResidentBatches, SayWhatCannotBeRead) {
  EXPECT_THAT(test::error_of([] { resident_batches(Unreadable(4, 8), {}, 0, torch::kCPU); }),
              ::testing::HasSubstr("the image is damaged"));
}

TEST(PixelsOf, MakesBatchesWhatNetworksTake) {
  const auto set = images(4);
  const auto batch = resident_batches(*set, {.batch_size = 4}, 0, torch::kCPU)->next();
  const Tensor x = pixels_of(batch, at::kFloat);
  EXPECT_EQ(x.sizes(), (std::vector<std::int64_t>{4, 3, 3, 2}));
  EXPECT_EQ(x[1][2][0][1].item<float>(), (batch.bytes[1][0][1][2].item<float>() - 127.5f) / 127.5f);
}

}  // namespace
}  // namespace ganymede::train
