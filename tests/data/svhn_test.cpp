#include <matio.h>

#include "data/fixtures.h"
#include "ganymede/data/dataset.h"

namespace ganymede::data {
namespace {

using namespace ganymede::test;
using testing::AllOf;
using testing::HasSubstr;

/// Writes a MATLAB 5 file with variables given as (name, class, dims, data).
struct Variable {
  const char* name;
  matio_classes kind;
  matio_types type;
  std::vector<std::size_t> dims;
  Bytes data;
};

void write_mat(const std::filesystem::path& path, std::vector<Variable> variables) {
  mat_t* file = Mat_CreateVer(path.c_str(), nullptr, MAT_FT_MAT5);
  ASSERT_NE(file, nullptr);
  for (auto& v : variables) {
    matvar_t* variable =
        Mat_VarCreate(v.name, v.kind, v.type, static_cast<int>(v.dims.size()), v.dims.data(), v.data.data(), 0);
    Mat_VarWrite(file, variable, MAT_COMPRESSION_ZLIB);
    Mat_VarFree(variable);
  }
  Mat_Close(file);
}

Variable x(std::size_t count) {
  Bytes data(count * 3072);
  for (std::size_t i = 0; i < data.size(); ++i) data[i] = static_cast<std::uint8_t>(i * 31 >> 3);
  return {"X", MAT_C_UINT8, MAT_T_UINT8, {32, 32, 3, count}, data};
}
Variable y(const Bytes& labels) {
  return {"y", MAT_C_UINT8, MAT_T_UINT8, {labels.size(), 1}, labels};
}

class Svhn : public testing::Test {
 protected:
  std::shared_ptr<const Dataset> open(const std::filesystem::path& path, const std::vector<std::string>& splits = {}) {
    DatasetOptions options;
    options.name = "svhn";
    options.path = path;
    options.splits = splits;
    return open_dataset(options);
  }
  std::string failure(const std::vector<Variable>& variables) {
    write_mat(train_, variables);
    return error_of([&] { open(train_); });
  }
  TemporaryFolder folder_;
  std::filesystem::path train_ = folder_ / "train_32x32.mat";
};

TEST_F(Svhn, ColumnsBecomeRowsAndTenBecomesZero) {
  write_mat(train_, {x(3), y({10, 1, 9})});
  const auto set = open(folder_.path());
  EXPECT_EQ(set->size(), 3u);
  EXPECT_EQ(set->label(0), 0);
  EXPECT_EQ(set->label(2), 9);
  EXPECT_EQ(set->info().classes[0], "0");
  const Bytes from = x(3).data;
  const auto pixels = pixels_of(*set, 2);
  const int row = 5, column = 20, channel = 1;
  EXPECT_EQ(pixels[(row * 32 + column) * 3 + channel], from[2 * 3072 + channel * 1024 + column * 32 + row]);
  EXPECT_THAT(set->info().notes,
              testing::ElementsAre("train_32x32.mat: 3 of 73,257 images", HasSubstr("checksum differs")));
}

TEST_F(Svhn, SplitsAreFilesOfTheFolder) {
  write_mat(train_, {x(2), y({1, 2})});
  write_mat(folder_ / "test_32x32.mat", {x(1), y({3})});
  EXPECT_EQ(open(folder_.path(), {"test", "train"})->label(0), 3);
  EXPECT_EQ(open(folder_.path(), {"test", "train"})->size(), 3u);
  EXPECT_THROW(open(train_, {"test", "train"}), UsageError);
  EXPECT_THAT(error_of([&] { open(folder_.path(), {"extra"}); }),
              AllOf(HasSubstr("extra_32x32.mat is missing"), HasSubstr("`ganymede data fetch svhn --split extra`")));
  EXPECT_THAT(error_of([&] { open(folder_ / "none"); }), HasSubstr("`ganymede data fetch svhn`"));
}

TEST_F(Svhn, FilesOfHdf5AreRefused) {
  mat_t* file = Mat_CreateVer((folder_ / "train_32x32.mat").c_str(), nullptr, MAT_FT_MAT73);
  ASSERT_NE(file, nullptr);
  Mat_Close(file);
  EXPECT_THAT(error_of([&] { open(folder_.path()); }), HasSubstr("not a file of MATLAB 5"));
}

TEST_F(Svhn, HeadersThatMatioWouldBelieveAreRefused) {
  for (const auto& [file, problem] : {std::pair{"sides-of-a-gigabyte", "a variable whose sides take 268,967,992 bytes"},
                                      std::pair{"half-a-packed-tag", "the file packs what is no variable"}}) {
    write_file(train_, read_file(std::filesystem::path("tests/fuzz/found/mat") / file));
    EXPECT_THAT(error_of([&] { open(folder_.path()); }), AllOf(HasSubstr(problem), HasSubstr("data fetch svhn")));
  }
}

TEST_F(Svhn, MissingVariablesAreNamed) {
  EXPECT_THAT(failure({y({1})}), HasSubstr("no variable 'X'"));
  EXPECT_THAT(failure({x(1)}), HasSubstr("no variable 'y'"));
}

TEST_F(Svhn, OtherTypesAndShapesAreNamed) {
  EXPECT_THAT(failure({{"X", MAT_C_DOUBLE, MAT_T_DOUBLE, {32, 32, 3, 1}, Bytes(3072 * 8)}, y({1})}),
              HasSubstr("X is of another type of 32 x 32 x 3 x 1"));
  EXPECT_THAT(failure({{"X", MAT_C_UINT8, MAT_T_UINT8, {16, 16, 3, 4}, Bytes(3072)}, y({1})}),
              HasSubstr("X is 8-bit integers of 16 x 16 x 3 x 4"));
  EXPECT_THAT(failure({{"X", MAT_C_UINT8, MAT_T_UINT8, {32, 32}, Bytes(1024)}, y({1})}), HasSubstr("32 x 32 where"));
  EXPECT_THAT(failure({x(2), y({1})}), HasSubstr("2 images but 1 label"));
  EXPECT_THAT(failure({x(2), y({1, 11})}), AllOf(HasSubstr("label 11 is out of range"), HasSubstr("record 1")));
}

TEST_F(Svhn, LabelsMayBeDoubles) {
  const double labels[2] = {10, 4};
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(labels);
  write_mat(train_, {x(2), {"y", MAT_C_DOUBLE, MAT_T_DOUBLE, {2, 1}, Bytes(bytes, bytes + sizeof labels)}});
  EXPECT_EQ(open(train_)->label(0), 0);
  EXPECT_EQ(open(train_)->label(1), 4);
}

TEST_F(Svhn, DamagedFilesAreErrorsAndNothingWorse) {
  write_mat(train_, {x(4), y({1, 2, 3, 4})});
  const Bytes whole = read_file(train_);
  for (std::size_t keep = 0; keep < whole.size(); keep += whole.size() / 37 + 1) {
    write_file(train_, std::span(whole).first(keep));
    EXPECT_THAT(error_of([&] { open(train_); }), HasSubstr("train_32x32.mat")) << keep;
  }
  write_file(train_,
             std::string_view("not a MATLAB file, but quite some text that could be taken for one's first line"));
  EXPECT_THAT(error_of([&] { open(train_); }), HasSubstr("train_32x32.mat"));
}

}  // namespace
}  // namespace ganymede::data
