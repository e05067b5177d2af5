#include "ganymede/data/packed.h"

#include "data/fixtures.h"
#include "ganymede/data/conditions.h"
#include "ganymede/data/memory.h"
#include "ganymede/data/sources.h"

namespace ganymede::data {
namespace {

using namespace ganymede::test;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

/// 700 images of 32x32 RGB: more than two blocks. Image i is filled with i's low byte but for its first pixel.
std::shared_ptr<const Dataset> large() {
  Images images;
  images.height = images.width = 32;
  images.channels = 3;
  for (std::size_t i = 0; i < 700; ++i) {
    images.pixels.insert(images.pixels.end(), 3072, static_cast<std::uint8_t>(i));
    images.pixels[i * 3072] = static_cast<std::uint8_t>(i >> 8);
    images.labels.push_back(static_cast<std::int32_t>(i % 4) - 1);
  }
  DatasetInfo info;
  info.name = "made up";
  info.path = "some/where";
  info.classes = {"a", "b", "c"};
  info.splits = {"train"};
  info.notes = {"a note"};
  return in_memory(std::move(info), std::move(images));
}

class PackedFile : public testing::Test {
 protected:
  Bytes packed(const Dataset& set) {
    write_packed(path_, set, {"print", true});
    return read_file(path_);
  }
  TemporaryFolder folder_;
  const std::filesystem::path path_ = folder_ / "deep/x.packed";
};

TEST_F(PackedFile, KeepsSixteenBitsAndEveryChannel) {
  Images images{2, 3, 5, std::vector<std::uint8_t>(2 * 60), {0, -1}, {}, {}, 16};
  for (std::size_t i = 0; i < images.pixels.size(); ++i) images.pixels[i] = static_cast<std::uint8_t>(7 * i);
  DatasetInfo info;
  info.classes = {"a"};
  const auto set = in_memory(info, std::move(images));
  packed(*set);
  const Packed found(path_);
  EXPECT_EQ(found.info().bits, 16);
  EXPECT_EQ(found.info().channels, 5);
  EXPECT_EQ(pixels_of(found, 1), pixels_of(*set, 1));
}

/// Four grey images, conditioned on their number and on whether it is odd.
std::shared_ptr<const Dataset> counted_images() {
  Images images;
  images.height = images.width = 2;
  images.channels = 1;
  images.pixels.assign(16, 7);
  images.labels.assign(4, -1);
  const auto whole = in_memory(DatasetInfo(), std::move(images));
  Conditions conditions{{{"number", 0, 3}, {"odd", 0, 1}}, {}};
  for (int i = 0; i < 4; ++i) conditions.of_image[std::to_string(i)] = {i / 3.0f, i % 2 * 1.0f};
  return conditioned(whole, conditions);
}

TEST_F(PackedFile, KeepsWhatImagesAreConditionedOn) {
  const auto set = counted_images();
  packed(*set);
  const Packed found(path_);
  EXPECT_EQ(found.info().conditions, set->info().conditions);
  EXPECT_EQ(found.info().checksum, set->info().checksum);
  DatasetOptions wanted;
  wanted.name = "packed";
  wanted.path = path_;
  EXPECT_EQ(open_dataset(wanted)->info().checksum, set->info().checksum);
  wanted.conditions = {"odd", "number"};
  wanted.count = 2;
  wanted.size = 4;
  const auto some = open_dataset(wanted);
  ASSERT_EQ(some->size(), 2u);
  EXPECT_EQ(some->info().conditions, (std::vector<Condition>{{"odd", 0, 1}, {"number", 0, 3}}));
  EXPECT_THAT(some->conditions(1), ElementsAre(0, 2 / 3.0f)) << "image 2 of four";
  wanted.conditions = {"od"};
  EXPECT_THAT(error_of([&] { open_dataset(wanted); }), HasSubstr("no condition 'od'"));
}

TEST_F(PackedFile, GivesBackWhatWasPacked) {
  const auto set = large();
  packed(*set);
  const Packed found(path_);
  ASSERT_EQ(found.size(), set->size());
  EXPECT_EQ(found.info().name, "made up");
  EXPECT_EQ(found.info().path, "some/where");
  EXPECT_EQ(found.info().checksum, set->info().checksum);
  EXPECT_EQ(found.info().classes, set->info().classes);
  EXPECT_THAT(found.info().splits, ElementsAre("train"));
  EXPECT_THAT(found.info().notes, ElementsAre("a note"));
  EXPECT_EQ(found.origin().fingerprint, "print");
  EXPECT_TRUE(found.origin().own_channels);
  for (const std::size_t i : {699u, 0u, 84u, 85u, 86u, 300u}) {
    EXPECT_EQ(pixels_of(found, i), pixels_of(*set, i)) << i;
    EXPECT_EQ(found.label(i), set->label(i)) << i;
  }
  found.verify();
  EXPECT_THAT(error_of([&] { pixels_of(found, 700); }), HasSubstr("no image 700"));
}

TEST_F(PackedFile, AnyCutFileIsRefused) {
  const Bytes whole = packed(*numbered(7));
  for (std::size_t keep = 0; keep < whole.size(); keep += keep < 4090 ? 127 : 1) {
    write_file(path_, std::span(whole).first(keep));
    EXPECT_THAT(error_of([&] { Packed{path_}; }), HasSubstr("x.packed")) << keep;
  }
  Bytes longer = whole;
  longer.push_back(0);
  write_file(path_, longer);
  EXPECT_THAT(error_of([&] { Packed{path_}; }), HasSubstr("cut short or damaged"));
}

TEST_F(PackedFile, OneThatIsCutWhileItIsInUseIsAnErrorAtTheNextImage) {
  write_file(path_, packed(*numbered(7)));
  const Packed found(path_);
  std::vector<std::uint8_t> pixels(found.image_bytes());
  found.read(6, pixels);
  std::filesystem::resize_file(path_, 100);
  EXPECT_THAT(error_of([&] { found.read(0, pixels); }), HasSubstr("shorter than it was"));
}

TEST_F(PackedFile, AnyDamagedByteIsNoticed) {
  const Bytes whole = packed(*numbered(7));
  for (std::size_t at = 0; at < whole.size(); ++at) {
    if (at == 40) at = 4096;  // nothing is kept between the header and the pixels
    Bytes damaged = whole;
    damaged[at] ^= 0x10;
    write_file(path_, damaged);
    EXPECT_THAT(error_of([&] { Packed(path_).verify(); }), HasSubstr("`ganymede data prepare`")) << at;
  }
}

TEST_F(PackedFile, NumbersThatWrapAroundAreRefused) {
  const Bytes whole = packed(*numbered(7));
  const auto with = [&](std::size_t at, std::uint64_t number) {
    Bytes changed = whole;
    for (std::size_t i = 0; i < 8; ++i) changed[at + i] = static_cast<std::uint8_t>(number >> 8 * i);
    write_file(path_, changed);
  };
  for (const std::size_t at : {8u, 16u, 24u, 32u}) {
    for (const std::uint64_t number :
         {~std::uint64_t{0}, std::uint64_t{1} << 63, std::uint64_t{1} << 32, std::uint64_t{0}}) {
      with(at, number);
      EXPECT_THAT(error_of([&] { Packed{path_}; }), HasSubstr("x.packed")) << at << " " << number;
    }
  }
}

TEST_F(PackedFile, ADamagedBlockLeavesTheOthersReadable) {
  const auto set = large();
  Bytes bytes = packed(*set);
  bytes[4096 + 400 * 3072 + 5] ^= 1;
  write_file(path_, bytes);
  const Packed found(path_);
  EXPECT_EQ(pixels_of(found, 0), pixels_of(*set, 0));
  EXPECT_EQ(pixels_of(found, 699), pixels_of(*set, 699));
  for (int again = 0; again < 2; ++again) {
    EXPECT_THAT(error_of([&] { pixels_of(found, 400); }), AllOf(HasSubstr("images 340 to 424"), HasSubstr("x.packed")));
  }
  EXPECT_THAT(error_of([&] { found.verify(); }), HasSubstr("images 340 to 424"));
}

TEST_F(PackedFile, IsASourceThatTakesEveryOption) {
  packed(*large());
  DatasetOptions options;
  options.name = "packed";
  EXPECT_THROW(open_dataset(options), UsageError);
  options.path = folder_ / "nowhere.packed";
  EXPECT_THAT(error_of([&] { open_dataset(options); }), HasSubstr("`ganymede data prepare`"));
  options.path = path_;
  EXPECT_EQ(guess_source(path_), "packed");
  EXPECT_THAT(open_dataset(options)->info().notes, Contains("packed from made up some/where"));
  options.classes = {"c", "a"};
  options.count = 10;
  options.size = 8;
  options.channels = 1;
  const auto set = open_dataset(options);
  EXPECT_EQ(set->info().name, "packed");
  EXPECT_EQ(set->size(), 10u);
  EXPECT_EQ(set->info().width, 8);
  EXPECT_EQ(set->label(0), 1);
  EXPECT_EQ(pixels_of(*set, 0).at(20), 1) << "image 1 is the first of class a";
}

TEST_F(PackedFile, WhatCannotBeDecodedLeavesNoFile) {
  write_folder(folder_ / "set", {{"1.png", png(4, 4, {1})}, {"2.png", bytes_of("no image")}});
  class Broken : public Dataset {
   public:
    Broken() { info_.height = info_.width = info_.channels = 1; }
    const DatasetInfo& info() const override { return info_; }
    std::size_t size() const override { return 10; }
    int label(std::size_t) const override { return -1; }
    void read(std::size_t index, std::span<std::uint8_t>) const override {
      if (index == 7) throw Error("this one is broken");
    }

   private:
    DatasetInfo info_;
  };
  EXPECT_THAT(error_of([&] { packed(Broken()); }), HasSubstr("this one is broken"));
  EXPECT_TRUE(std::filesystem::is_empty(path_.parent_path()));
}

}  // namespace
}  // namespace ganymede::data
