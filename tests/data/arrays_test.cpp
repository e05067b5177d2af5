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
  std::string refusal(const Bytes& bytes) {
    write_file(folder_ / "bad.npy", bytes);
    return error_of([&] { open("bad.npy"); });
  }
  TemporaryFolder folder_;
  Environment cache_{"XDG_CACHE_HOME", folder_ / "cache"};
};

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
