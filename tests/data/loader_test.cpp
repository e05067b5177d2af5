#include "ganymede/data/loader.h"

#include <set>

#include "data/fixtures.h"

namespace ganymede::data {
namespace {

using namespace ganymede::test;
using testing::HasSubstr;

LoaderOptions options(std::size_t batch, bool flip = false, std::size_t read_ahead = 4) {
  LoaderOptions wanted;
  wanted.batch_size = batch;
  wanted.seed = 11;
  wanted.flip = flip;
  wanted.read_ahead = read_ahead;
  return wanted;
}

bool same(const Batch& a, const Batch& b) {
  return a.count == b.count && a.pixels == b.pixels && a.labels == b.labels;
}

/// The image's number, of a set made by numbered(), whether mirrored or not.
std::size_t number_of(const Batch& batch, std::size_t i) {
  const std::uint8_t* row = batch.pixels.data() + i * 6;
  return row[2] == 255 ? row[0] + row[1] * 256u : row[2] + row[1] * 256u;
}

TEST(EpochOrder, IsAPermutationOfItsOwnForEachEpochAndSeed) {
  const auto first = epoch_order(1000, 5, 0);
  EXPECT_EQ(std::set(first.begin(), first.end()).size(), 1000u);
  EXPECT_EQ(*std::max_element(first.begin(), first.end()), 999u);
  EXPECT_EQ(epoch_order(1000, 5, 0), first);
  EXPECT_NE(epoch_order(1000, 5, 1), first);
  EXPECT_NE(epoch_order(1000, 6, 0), first);
  EXPECT_EQ(epoch_order(1, 5, 0).size(), 1u);
}

TEST(EpochOrder, PutsEveryImageInEveryPlaceAlike) {
  // 4 images in 4 places over 8000 epochs: 2000 each, standard deviation 39.
  int counts[4][4] = {};
  for (std::uint64_t epoch = 0; epoch < 8000; ++epoch) {
    const auto order = epoch_order(4, 1, epoch);
    for (std::size_t place = 0; place < 4; ++place) ++counts[place][order[place]];
  }
  for (const auto& row : counts) {
    for (const int count : row) EXPECT_NEAR(count, 2000, 200);
  }
}

TEST(Loader, EveryEpochShowsEachImageOnce) {
  Loader loader(numbered(300), options(70));
  std::vector<std::size_t> seen;
  for (int i = 0; i < 30; ++i) {
    const Batch batch = loader.next();
    ASSERT_EQ(batch.count, 70u);
    for (std::size_t j = 0; j < batch.count; ++j) {
      seen.push_back(number_of(batch, j));
      EXPECT_EQ(batch.labels[j], static_cast<std::int64_t>(seen.back() % 3));
    }
  }
  for (std::uint64_t epoch = 0; epoch < 7; ++epoch) {
    const auto order = epoch_order(300, 11, epoch);
    for (std::size_t place = 0; place < 300; ++place) EXPECT_EQ(seen[epoch * 300 + place], order[place]);
  }
}

TEST(Loader, StartingAtABatchEqualsSkippingToIt) {
  const auto set = numbered(50);
  Loader whole(set, options(16, true));
  std::vector<Batch> batches;
  for (int i = 0; i < 20; ++i) batches.push_back(whole.next());
  for (const std::uint64_t first : {1, 3, 7, 15}) {
    Loader resumed(set, options(16, true), first);
    for (std::size_t i = first; i < batches.size(); ++i)
      EXPECT_TRUE(same(resumed.next(), batches[i])) << first << " " << i;
  }
}

TEST(Loader, TheDepthOfReadingAheadChangesNothing) {
  const auto set = numbered(40);
  Loader one(set, options(9, true, 1)), many(set, options(9, true, 32)), none(set, options(9, true, 0));
  for (int i = 0; i < 40; ++i) {
    const Batch batch = one.next();
    EXPECT_TRUE(same(batch, many.next()));
    EXPECT_TRUE(same(batch, none.next()));
  }
}

TEST(Loader, ASetSmallerThanTheBatchIsRepeated) {
  Loader loader(numbered(3), options(8));
  const Batch batch = loader.next();
  std::multiset<std::size_t> seen;
  for (std::size_t i = 0; i < 6; ++i) seen.insert(number_of(batch, i));
  for (std::size_t number = 0; number < 3; ++number) EXPECT_EQ(seen.count(number), 2u);
}

TEST(Loader, HalfAreFlippedWholeAndWithoutChangingTheOrder) {
  const auto set = numbered(500);
  Loader plain(set, options(100)), flipped(set, options(100, true));
  int mirrored = 0;
  for (int i = 0; i < 10; ++i) {
    const Batch a = plain.next(), b = flipped.next();
    EXPECT_EQ(a.labels, b.labels);
    for (std::size_t j = 0; j < 100; ++j) {
      EXPECT_EQ(number_of(a, j), number_of(b, j));
      const auto* row = b.pixels.data() + j * 6;
      const bool is_mirrored = row[3] == 3;
      EXPECT_EQ(row[3], is_mirrored ? 3 : 1);
      EXPECT_EQ(row[4], 2);
      EXPECT_EQ(row[5], is_mirrored ? 1 : 3);
      mirrored += is_mirrored;
    }
  }
  EXPECT_NEAR(mirrored, 500, 80);  // five standard deviations
}

/// Fails at image 7, as a damaged file would.
class Failing : public Dataset {
 public:
  Failing() { info_.height = info_.width = info_.channels = 1; }
  const DatasetInfo& info() const override { return info_; }
  std::size_t size() const override { return 8; }
  int label(std::size_t) const override { return -1; }
  void read(std::size_t index, std::span<std::uint8_t>) const override {
    if (index == 7) throw Error("image 7 is damaged", "7.png");
  }

 private:
  DatasetInfo info_;
};

TEST(Loader, RethrowsWhatReadingMetOnceItIsReached) {
  Loader loader(std::make_shared<Failing>(), options(1));
  const auto order = epoch_order(8, 11, 0);
  const auto place = std::find(order.begin(), order.end(), 7u) - order.begin();
  for (std::ptrdiff_t i = 0; i < place; ++i) EXPECT_EQ(loader.next().labels.at(0), -1);
  for (int again = 0; again < 2; ++again) {
    EXPECT_THAT(error_of([&] { loader.next(); }), HasSubstr("7.png: image 7 is damaged"));
  }
}

TEST(Loader, EndsCleanlyAtAnyMoment) {
  const auto set = numbered(10);
  for (int used = 0; used < 50; ++used) {
    Loader loader(set, options(3, true, 2));
    for (int i = 0; i < used % 7; ++i) loader.next();
  }
}

TEST(Loader, RefusesWhatCannotBeMeant) {
  EXPECT_THROW(Loader(numbered(0), options(1)), Error);
  EXPECT_THROW(Loader(numbered(3), options(0)), UsageError);
}

}  // namespace
}  // namespace ganymede::data
