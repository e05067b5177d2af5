#include "ganymede/train/deduplicate.h"

#include "ganymede/core/random.h"
#include "ganymede/data/memory.h"
#include "ganymede/data/shapes.h"
#include "support/support.h"

namespace ganymede::train {
namespace {

using testing::ElementsAre;

constexpr std::size_t kImages = 400, kCopies = 20, kNear = 20;

/// 400 shapes, then copies of the first 20, then of the next 20 with every pixel a level up, down or as it was.
std::shared_ptr<const data::Dataset> planted() {
  data::Images images;
  images.height = images.width = 32;
  images.channels = 3;
  for (std::size_t i = 0; i < kImages; ++i) {
    const auto image = data::render_shape(5, "train", i);
    images.pixels.insert(images.pixels.end(), image.pixels.begin(), image.pixels.end());
  }
  const std::vector<std::uint8_t> pixels = images.pixels;
  images.pixels.insert(images.pixels.end(), pixels.begin(), pixels.begin() + kCopies * 3072);
  for (std::size_t at = kCopies * 3072; at < (kCopies + kNear) * 3072; ++at) {
    const int shift = static_cast<int>(mix64(at) % 3) - 1;
    images.pixels.push_back(static_cast<std::uint8_t>(std::clamp(pixels[at] + shift, 0, 255)));
  }
  images.labels.assign(kImages + kCopies + kNear, -1);
  data::DatasetInfo info;
  info.name = "planted";
  return data::in_memory(info, std::move(images));
}

struct Outcome {
  std::size_t copies = 0, near = 0, wrong = 0;
};

/// Counts planted pairs that share a group, and images in a group with one that they were not made from.
Outcome outcome(const std::vector<std::vector<std::size_t>>& groups) {
  Outcome found;
  for (const auto& group : groups) {
    for (const std::size_t member : group) {
      if (member >= kImages) {
        const bool pair = group[0] == member - kImages;
        found.copies += pair && member < kImages + kCopies ? 1 : 0;
        found.near += pair && member >= kImages + kCopies ? 1 : 0;
        found.wrong += pair ? 0 : 1;
      } else if (member != group[0]) {
        ++found.wrong;
      }
    }
  }
  return found;
}

TEST(Deduplicate, FindsWhatWasPlantedAndLittleElse) {
  DeduplicateOptions options;
  options.steps = 400;
  double last = 0, first = 0;
  const auto hashes = semantic_hashes(*planted(), options, [&](int step, double loss) {
    if (step == 50) first = loss;
    if (loss > 0) last = loss;
  });
  EXPECT_LT(last, first) << "the autoencoder learns";
  const Outcome equal = outcome(duplicate_groups(hashes, 0));
  EXPECT_EQ(equal.copies, kCopies) << "an exact copy always has the same hash";
  EXPECT_GE(equal.near, kNear / 2);
  EXPECT_LE(equal.wrong, 2u);
  const Outcome tolerant = outcome(duplicate_groups(hashes, 2));
  EXPECT_EQ(tolerant.copies, kCopies);
  EXPECT_GE(tolerant.near, kNear - 1);
  EXPECT_LE(tolerant.wrong, 4u);
}

TEST(Deduplicate, FollowsFromTheSeed) {
  DeduplicateOptions options;
  options.steps = 5;
  const auto set = planted();
  const auto once = semantic_hashes(*set, options, nullptr);
  EXPECT_EQ(semantic_hashes(*set, options, nullptr), once);
  options.seed = 1;
  EXPECT_NE(semantic_hashes(*set, options, nullptr), once);
}

TEST(Deduplicate, OtherShapesAreRefused) {
  data::Images images;
  images.height = images.width = 8;
  images.channels = 3;
  images.pixels.resize(192);
  images.labels = {-1};
  const auto set = data::in_memory({}, std::move(images));
  EXPECT_THAT(test::error_of([&] { semantic_hashes(*set, {}, nullptr); }), testing::HasSubstr("32x32 RGB"));
}

TEST(DuplicateGroups, EqualHashesAndNearOnes) {
  std::vector<ImageHash> hashes(6);
  for (std::size_t i = 0; i < hashes.size(); ++i) hashes[i] = {mix64(i), mix64(100 + i)};
  hashes[4] = hashes[1];
  hashes[5] = hashes[1];
  hashes[5][0] ^= 1;  // one bit off the second and fifth
  hashes[3] = hashes[5];
  hashes[3][1] ^= std::uint64_t{3} << 62;  // two bits off that, three off the others
  EXPECT_THAT(duplicate_groups(hashes, 0), ElementsAre(ElementsAre(1, 4)));
  EXPECT_THAT(duplicate_groups(hashes, 1), ElementsAre(ElementsAre(1, 4, 5)));
  EXPECT_THAT(duplicate_groups(hashes, 2), ElementsAre(ElementsAre(1, 3, 4, 5)));
  EXPECT_TRUE(duplicate_groups({}, 3).empty());
}

TEST(DuplicateGroups, EveryToleranceAgreesWithComparingAllPairs) {
  Random random(3);
  std::vector<ImageHash> hashes;
  for (int i = 0; i < 120; ++i) {
    hashes.push_back(i < 40 ? ImageHash{random.next(), random.next()} : hashes[static_cast<std::size_t>(i) % 40]);
    for (std::uint64_t flips = random.below(12); i >= 40 && flips > 0; --flips) {
      const auto bit = random.below(128);
      hashes.back()[bit / 64] ^= std::uint64_t{1} << bit % 64;
    }
  }
  for (const int tolerance : {0, 1, 3, 7, 15}) {
    std::size_t pairs = 0, together = 0;
    const auto groups = duplicate_groups(hashes, tolerance);
    for (std::size_t a = 0; a < hashes.size(); ++a) {
      for (std::size_t b = a + 1; b < hashes.size(); ++b) {
        const int apart = std::popcount(hashes[a][0] ^ hashes[b][0]) + std::popcount(hashes[a][1] ^ hashes[b][1]);
        if (apart > tolerance) continue;
        ++pairs;
        for (const auto& group : groups) {
          const auto has = [&](std::size_t i) { return std::find(group.begin(), group.end(), i) != group.end(); };
          together += has(a) && has(b) ? 1 : 0;
        }
      }
    }
    EXPECT_EQ(together, pairs) << tolerance;
  }
}

}  // namespace
}  // namespace ganymede::train
