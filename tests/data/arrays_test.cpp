#include <limits>

#include "data/fixtures.h"
#include "ganymede/data/npy.h"
#include "ganymede/data/sources.h"

namespace ganymede::data {
namespace {

using namespace ganymede::test;
using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// A .npy as NumPy writes it.
template <class T>
Bytes npy(const std::string& type, const std::vector<std::size_t>& shape, const std::vector<T>& numbers,
          const std::string& fortran = "False") {
  std::string header = "{'descr': '" + type + "', 'fortran_order': " + fortran + ", 'shape': (";
  for (const auto length : shape) header += std::to_string(length) + ", ";
  header += "), }";
  header.resize((header.size() + 10) / 64 * 64 + 64 - 10 - 1, ' ');
  header += '\n';
  Bytes bytes = bytes_of("\x93NUMPY");
  bytes.insert(bytes.end(),
               {1, 0, static_cast<std::uint8_t>(header.size()), static_cast<std::uint8_t>(header.size() >> 8)});
  bytes.insert(bytes.end(), header.begin(), header.end());
  const auto* raw = reinterpret_cast<const std::uint8_t*>(numbers.data());
  bytes.insert(bytes.end(), raw, raw + numbers.size() * sizeof(T));
  return bytes;
}

class Arrays : public testing::Test {
 protected:
  std::shared_ptr<const Dataset> open(const std::string& name, int size = 0) {
    DatasetOptions options;
    options.name = guess_source(folder_ / name);
    options.path = folder_ / name;
    options.size = size;
    return open_dataset(options);
  }
  std::shared_ptr<const Dataset> deep(const std::string& name, int channels, ImageSize size = {}, int bits = 16) {
    DatasetOptions options;
    options.name = "arrays";
    options.path = folder_ / name;
    options.channels = channels;
    options.bits = bits;
    options.size = size;
    return open_dataset(options);
  }
  std::string refusal(const Bytes& bytes) {
    write_file(folder_ / "bad.npy", bytes);
    return error_of([&] { open("bad.npy"); });
  }
  TemporaryFolder folder_;
  Environment cache_{"XDG_CACHE_HOME", folder_ / "cache"};
};

std::vector<int> samples16(const Dataset& set, std::size_t index) {
  const auto image = image_at(set, index);
  EXPECT_EQ(image.bits, 16);
  std::vector<int> out;
  for (std::size_t i = 0; i < image.pixels.size(); i += 2) out.push_back(image::sample16(image.pixels.data() + i));
  return out;
}

TEST_F(Arrays, SixteenBitsAndManyChannelsStayWhereAskedFor) {
  std::vector<std::uint16_t> last(2 * 2 * 2 * 4), first(last.size());
  for (std::size_t i = 0; i < last.size(); ++i) {
    last[i] = static_cast<std::uint16_t>(1001 * i);
    first[i / 16 * 16 + i % 4 * 4 + i % 16 / 4] = last[i];
  }
  write_file(folder_ / "last.npy", npy("<u2", {2, 2, 2, 4}, last));
  write_file(folder_ / "first.npy", npy("<u2", {2, 4, 2, 2}, first));
  const std::vector<int> second(last.begin() + 16, last.end());
  const auto set = deep("last.npy", 4);
  EXPECT_EQ(set->info().channels, 4);
  EXPECT_EQ(set->info().bits, 16);
  EXPECT_EQ(set->image_bytes(), 32u);
  EXPECT_EQ(samples16(*set, 1), second);
  EXPECT_THAT(error_of([&] { deep("first.npy", 3); }), HasSubstr("as many as channels = N asks for"));
  write_file(folder_ / "tall.npy", npy("<u2", {2, 5, 2, 2}, std::vector<std::uint16_t>(40, 7)));
  EXPECT_EQ(samples16(*deep("tall.npy", 5), 1), std::vector<int>(20, 7)) << "channels first";
  EXPECT_EQ(deep("last.npy", 4, {1, 2})->info().height, 1);
  const auto squeezed = deep("last.npy", 4, {}, 8);
  EXPECT_EQ(pixels_of(*squeezed, 0)[1], 4) << "1001 of 65535";
  EXPECT_THAT(squeezed->info().notes, Contains(HasSubstr("bits = 16 in [data] keeps them")));
}

TEST_F(Arrays, FractionsBecomeSixteenBits) {
  write_file(folder_ / "unit.npy", npy<float>("<f4", {1, 1, 3}, {0, 0.123456f, 1}));
  EXPECT_EQ(samples16(*deep("unit.npy", 0), 0), (std::vector<int>{0, 8091, 65535}));
  write_file(folder_ / "signed.npy", npy<float>("<f4", {1, 1, 3}, {-1, 0.5f, 1}));
  EXPECT_EQ(samples16(*deep("signed.npy", 1), 0), (std::vector<int>{0, 49151, 65535}));
  write_file(folder_ / "levels.npy", npy<std::int32_t>("<i4", {1, 1, 3}, {0, 300, 65535}));
  EXPECT_EQ(samples16(*deep("levels.npy", 0), 0), (std::vector<int>{0, 300, 65535}));
}

TEST_F(Arrays, BuiltInImagesHaveNoOtherChannelsOrDepth) {
  DatasetOptions shapes;
  shapes.name = "shapes";
  shapes.channels = 4;
  EXPECT_THAT(error_of([&] { open_dataset(shapes); }), HasSubstr("shapes has no images of 4 channels"));
  shapes.channels = 0, shapes.bits = 16;
  EXPECT_THAT(error_of([&] { open_dataset(shapes); }), HasSubstr("shapes has samples of 8 bits"));
  shapes.bits = 12;
  EXPECT_THAT(error_of([&] { open_dataset(shapes); }), HasSubstr("[data]: 'bits' is 12, which is neither 8 nor 16"));
}

TEST_F(Arrays, ImagesOfEveryLayoutAndTypeAreTheSame) {
  std::vector<std::uint8_t> last(2 * 2 * 2 * 3), first(last.size());
  for (std::size_t n = 0; n < 2; ++n) {
    for (std::size_t p = 0; p < 4; ++p) {
      for (std::size_t c = 0; c < 3; ++c) {
        const auto level = static_cast<std::uint8_t>(100 * n + 20 * p + 5 * c);
        last[(n * 4 + p) * 3 + c] = level;
        first[(n * 3 + c) * 4 + p] = level;
      }
    }
  }
  std::vector<float> unit, symmetric;
  std::vector<double> levels;
  std::vector<std::uint16_t> deep;
  for (const auto level : last) {
    unit.push_back(static_cast<float>(level) / 255);
    symmetric.push_back(static_cast<float>(level) / 127.5f - 1);
    levels.push_back(level);
    deep.push_back(static_cast<std::uint16_t>(level * 257));
  }
  levels[0] = 255;  // whole levels, not fractions of 1
  write_folder(folder_.path(), {{"last.npy", npy("|u1", {2, 2, 2, 3}, last)},
                                {"first.npy", npy("|u1", {2, 3, 2, 2}, first)},
                                {"unit.npy", npy("<f4", {2, 2, 2, 3}, unit)},
                                {"symmetric.npy", npy("<f4", {2, 2, 2, 3}, symmetric)},
                                {"levels.npy", npy("<f8", {2, 2, 2, 3}, levels)},
                                {"deep.npy", npy("<u2", {2, 2, 2, 3}, deep)}});
  for (const char* name : {"last.npy", "first.npy", "unit.npy", "symmetric.npy", "levels.npy", "deep.npy"}) {
    const auto set = open(name);
    ASSERT_EQ(set->size(), 2u) << name;
    EXPECT_EQ(pixels_of(*set, 1), std::vector<std::uint8_t>(last.begin() + 12, last.end())) << name;
    EXPECT_EQ(pixels_of(*set, 0)[11], last[11]) << name;
    EXPECT_THAT(set->info().classes, IsEmpty());
  }
}

TEST_F(Arrays, AnArchiveBringsLabelsAndSaysWhatElseItHolds) {
  const std::vector<std::uint8_t> grey(3 * 4 * 4, 9);
  write_archive(folder_ / "x.zip", {{"x_train.npy", npy("|u1", {3, 4, 4}, grey)},
                                    {"y_train.npy", npy<std::int64_t>("<i8", {3}, {2, 0, 2})},
                                    {"x_test.npy", npy("|u1", {3, 4, 4}, grey)}});
  std::filesystem::rename(folder_ / "x.zip", folder_ / "x.npz");
  const auto set = open("x.npz", 2);
  EXPECT_EQ(set->info().width, 2) << "size is applied as to any set";
  EXPECT_THAT(set->info().classes, ElementsAre("0", "1", "2"));
  EXPECT_EQ(set->label(0), 2);
  EXPECT_EQ(set->label(1), 0);
  EXPECT_THAT(pixels_of(*set, 1), Each(9));
  EXPECT_THAT(set->info().notes, Contains("taken: 'x_train', uint8 [3, 4, 4], labels of 'y_train'"));
  EXPECT_THAT(set->info().notes, Contains("left out: array 'x_test', uint8 [3, 4, 4]"));
}

TEST_F(Arrays, LabelsLieBesideASingleArray) {
  write_folder(folder_.path(), {{"images.npy", npy("|u1", {2, 1, 1}, std::vector<std::uint8_t>{1, 2})},
                                {"labels.npy", npy("|u1", {2}, std::vector<std::uint8_t>{1, 0})}});
  EXPECT_EQ(open("images.npy")->label(0), 1);
}

TEST_F(Arrays, WhatCannotBeMeantIsRefused) {
  const std::vector<std::uint8_t> four(4);
  EXPECT_THAT(refusal(npy("|u1", {4}, four)), HasSubstr("uint8 [4]"));
  EXPECT_THAT(refusal(npy("|u1", {1, 2, 1, 2}, four)), HasSubstr("no array of images"));
  EXPECT_THAT(refusal(npy("|u1", {1, 2, 2}, four, "True")), HasSubstr("Fortran"));
  EXPECT_THAT(refusal(npy(">u2", {1, 2, 1}, four)), HasSubstr("big-endian"));
  EXPECT_THAT(refusal(npy("|O", {1, 2, 2}, four)), HasSubstr("type '|O'"));
  EXPECT_THAT(refusal(npy("|u1", {1, 2, 3}, four)), HasSubstr("cut short"));
  EXPECT_THAT(refusal(npy("|u1", {1u << 30, 1u << 30, 1u << 30}, four)), HasSubstr("impossible shape"));
  EXPECT_THAT(refusal(npy<float>("<f4", {1, 2, 1}, {0, 300})), HasSubstr("numbers from 0 to 300"));
  EXPECT_THAT(refusal(npy<float>("<f4", {1, 1, 1}, {std::numeric_limits<float>::quiet_NaN()})),
              HasSubstr("not finite"));
  EXPECT_THAT(refusal(npy("|u1", {0, 2, 2}, std::vector<std::uint8_t>{})), HasSubstr("holds no image"));
  EXPECT_THAT(refusal(bytes_of("no array")), HasSubstr("no array of NumPy"));
  const Bytes whole = npy("|u1", {1, 2, 2}, four);
  for (std::size_t length = 0; length < whole.size(); ++length) {
    EXPECT_NE(refusal(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length))), "") << length;
  }
}

}  // namespace
}  // namespace ganymede::data
