#include "ganymede/data/decorators.h"

#include <atomic>

#include "data/fixtures.h"
#include "ganymede/data/parallel.h"
#include "ganymede/data/statistics.h"

namespace ganymede::data {
namespace {

using namespace ganymede::test;
using testing::AllOf;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;

const std::vector<std::string> kClasses = {"cat", "dog", "horse"};
const std::vector<std::int32_t> kLabels = {0, 1, 2, 0, 1, 2, 0, 1};

TEST(Select, ClassesAreRelabelledInTheAskedOrder) {
  const Selection selection = select(kLabels, kClasses, {"horse", "cat"}, 0, "here");
  EXPECT_THAT(selection.indices, ElementsAre(0, 2, 3, 5, 6));
  EXPECT_THAT(selection.labels, ElementsAre(1, 0, 1, 0, 1));
  EXPECT_THAT(selection.classes, ElementsAre("horse", "cat"));
}

TEST(Select, AllAreKeptWhenNothingIsAsked) {
  const Selection selection = select({0, -1, 2}, kClasses, {}, 0, "here");
  EXPECT_THAT(selection.labels, ElementsAre(0, -1, 2));
  EXPECT_EQ(selection.classes, kClasses);
}

TEST(Select, CountIsSpreadEvenly) {
  EXPECT_THAT(select(kLabels, kClasses, {}, 4, "").indices, ElementsAre(0, 2, 4, 6));
  EXPECT_EQ(select(kLabels, kClasses, {}, 100, "").indices.size(), kLabels.size());
}

TEST(Select, UnknownEmptyAndDoubleClassesAreNamed) {
  EXPECT_THAT(error_of([] { select(kLabels, kClasses, {"hrose"}, 0, "here"); }),
              AllOf(HasSubstr("here: unknown class 'hrose'"), HasSubstr("did you mean 'horse'?")));
  EXPECT_THROW(select(kLabels, kClasses, {"cat", "cat"}, 0, ""), UsageError);
  EXPECT_THAT(error_of([] { select({0, 0}, kClasses, {"dog"}, 0, "here"); }), HasSubstr("no image is left"));
}

TEST(Subset, ReadsThroughToTheWhole) {
  const auto whole = numbered(7);
  const auto part = subset(whole, select({0, 1, 2, 0, 1, 2, 0}, {"a", "b", "c"}, {"c", "b"}, 0, ""));
  EXPECT_EQ(part->size(), 4u);
  EXPECT_EQ(pixels_of(*part, 3)[0], 5);
  EXPECT_EQ(part->label(3), 0);
  EXPECT_THAT(part->info().classes, ElementsAre("c", "b"));
  EXPECT_NE(part->info().checksum, whole->info().checksum);
}

/// Five images that count how often each is read.
class Counting : public Dataset {
 public:
  explicit Counting(bool in_memory) : in_memory_(in_memory) {}
  const DatasetInfo& info() const override { return whole_->info(); }
  std::size_t size() const override { return whole_->size(); }
  int label(std::size_t index) const override { return whole_->label(index); }
  void read(std::size_t index, std::span<std::uint8_t> pixels) const override {
    ++reads;
    whole_->read(index, pixels);
  }
  bool is_in_memory() const override { return in_memory_; }

  mutable std::atomic<int> reads = 0;

 private:
  std::shared_ptr<const Dataset> whole_ = numbered(5);
  bool in_memory_;
};

TEST(Resized, ImagesInMemoryAreMadeWhenTheyAreReadAndKept) {
  const auto source = std::make_shared<Counting>(true);
  const auto set = resized(source, 4, 3);
  EXPECT_EQ(source->reads, 0);
  const auto first = pixels_of(*set, 3);
  EXPECT_EQ(source->reads, 1);
  EXPECT_EQ(pixels_of(*set, 3), first);
  EXPECT_EQ(source->reads, 1);
  EXPECT_NE(pixels_of(*set, 4), first);
  EXPECT_EQ(set->label(3), source->label(3));
  EXPECT_EQ(set->key(3), source->key(3));
}

TEST(Resized, WhatMayFailIsReadAtOnce) {
  const auto source = std::make_shared<Counting>(false);
  const auto set = resized(source, 4, 3);
  EXPECT_EQ(source->reads, 5);
  const auto of_memory = resized(std::make_shared<Counting>(true), 4, 3);
  for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ(pixels_of(*set, i), pixels_of(*of_memory, i));
  EXPECT_EQ(source->reads, 5);
}

TEST(Resized, ManyThreadsMayReadTheSameImages) {
  const auto set = resized(subset(numbered(7), select({0, 0, 0, 0, 0, 0, 0}, {"a"}, {"a"}, 0, "")), 32, 3);
  const auto expected = resized(numbered(7), 32, 3);
  std::atomic<int> wrong = 0;
  parallel(4000, [&](std::size_t i) {
    if (pixels_of(*set, i % 7) != pixels_of(*expected, i % 7)) ++wrong;
  });
  EXPECT_EQ(wrong, 0);
}

TEST(Resized, CropsScalesAndColours) {
  const auto set = resized(numbered(5), 4, 3);
  EXPECT_EQ(set->info().height, 4);
  EXPECT_EQ(set->info().width, 4);
  EXPECT_EQ(set->info().channels, 3);
  EXPECT_EQ(set->size(), 5u);
  EXPECT_EQ(set->label(4), 1);
  const auto pixels = pixels_of(*set, 3);
  EXPECT_EQ(pixels.size(), 48u);
  EXPECT_EQ(pixels[0], pixels[1]);
  EXPECT_EQ(pixels[0], 3);  // the top left corner of the square around the middle
}

TEST(Statistics, CountsAndMoments) {
  const Statistics found = statistics(*numbered(301));  // more than one chunk
  EXPECT_THAT(found.per_class, ElementsAre(101, 100, 100));
  EXPECT_EQ(found.unlabelled, 0u);
  double sum = 0, squares = 0;
  for (std::size_t i = 0; i < 301; ++i) {
    for (const std::uint8_t p : pixels_of(*numbered(301), i)) {
      sum += p / 255.0;
      squares += p / 255.0 * p / 255.0;
    }
  }
  const double n = 301 * 6, mean = sum / n;
  EXPECT_NEAR(found.mean.at(0), mean, 1e-12);
  EXPECT_NEAR(found.deviation.at(0), std::sqrt(squares / n - mean * mean), 1e-9);
}

TEST(Parallel, DoesEachOnceAndRethrows) {
  std::vector<std::atomic<int>> done(1001);
  parallel(done.size(), [&](std::size_t i) { ++done[i]; });
  for (const auto& times : done) EXPECT_EQ(times, 1);
  parallel(0, [](std::size_t) { FAIL(); });
  EXPECT_THAT(error_of([] {
                parallel(100, [](std::size_t i) {
                  if (i >= 50) throw Error("index " + std::to_string(i));
                });
              }),
              HasSubstr("index 5"));
}

}  // namespace
}  // namespace ganymede::data
