#include <matio.h>

#include "data/fixtures.h"
#include "ganymede/data/dataset.h"

namespace ganymede::data {
namespace {

using namespace ganymede::test;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;

/// A MATLAB file with rows of numbers, as wide as the published ones.
template <class T>
void write_mat(const std::filesystem::path& path, matio_classes kind, matio_types type,
               const std::vector<std::pair<const char*, std::vector<T>>>& rows) {
  mat_t* file = Mat_CreateVer(path.c_str(), nullptr, MAT_FT_MAT5);
  ASSERT_NE(file, nullptr);
  for (auto [name, numbers] : rows) {
    std::size_t sides[2] = {1, numbers.size()};
    matvar_t* variable = Mat_VarCreate(name, kind, type, 2, sides, numbers.data(), 0);
    Mat_VarWrite(file, variable, MAT_COMPRESSION_ZLIB);
    Mat_VarFree(variable);
  }
  Mat_Close(file);
}

class Flowers102 : public testing::Test {
 protected:
  void SetUp() override {
    write_labels({1, 102, 7, 7});
    write_sets({2, 4}, {1}, {3});
    Members members;
    for (int i = 1; i <= 4; ++i) {
      members["jpg/image_0000" + std::to_string(i) + ".jpg"] = png(4 + i, 4, {static_cast<std::uint8_t>(i)});
    }
    write_archive(folder_ / "102flowers.tgz", members);
  }
  void write_labels(const std::vector<std::uint8_t>& labels) {
    write_mat<std::uint8_t>(folder_ / "imagelabels.mat", MAT_C_UINT8, MAT_T_UINT8, {{"labels", labels}});
  }
  void write_sets(const std::vector<std::uint16_t>& train, const std::vector<std::uint16_t>& val,
                  const std::vector<std::uint16_t>& test) {
    write_mat<std::uint16_t>(folder_ / "setid.mat", MAT_C_UINT16, MAT_T_UINT16,
                             {{"trnid", train}, {"valid", val}, {"tstid", test}});
  }
  std::shared_ptr<const Dataset> open(const std::vector<std::string>& splits = {}) {
    DatasetOptions options;
    options.name = "flowers102";
    options.path = folder_.path();
    options.splits = splits;
    options.size = 4;
    return open_dataset(options);
  }
  TemporaryFolder folder_;
  Environment cache_{"XDG_CACHE_HOME", folder_ / "cache"};
};

TEST_F(Flowers102, SplitsAndClassesAreThoseOfTheLists) {
  const auto set = open();
  ASSERT_EQ(set->size(), 2u);
  EXPECT_EQ(set->info().classes.size(), 102u);
  EXPECT_EQ(set->label(0), 101);
  EXPECT_EQ(set->label(1), 6);
  EXPECT_EQ(pixels_of(*set, 1)[0], 4);
  EXPECT_EQ(set->key(0), "jpg/image_00002.jpg");
  EXPECT_EQ(open({"train", "val", "test"})->size(), 4u);
  EXPECT_EQ(open({"val"})->label(0), 0);
}

TEST_F(Flowers102, ImagesInAFolderAndSomeMissing) {
  std::filesystem::remove(folder_ / "102flowers.tgz");
  EXPECT_THAT(error_of([&] { open(); }), HasSubstr("no image of these splits"));
  write_folder(folder_.path(), {{"jpg/image_00004.jpg", png(4, 4, {1})}, {"jpg/image_00009.jpg", png(4, 4, {1})}});
  const auto set = open();
  EXPECT_EQ(set->size(), 1u);
  EXPECT_THAT(set->info().notes, Contains("1 of 2 images is there"));
  EXPECT_THAT(set->info().notes, Contains("left out: 1 image without a label"));
}

TEST_F(Flowers102, DamagedListsAreNamed) {
  write_labels({1, 103, 7, 7});
  EXPECT_THAT(error_of([&] { open(); }), AllOf(HasSubstr("label 103 is out of range 1..102"), HasSubstr("image 2")));
  write_labels({1, 2, 3});
  EXPECT_THAT(error_of([&] { open(); }),
              AllOf(HasSubstr("image 4 of split 'train' has no label"), HasSubstr("setid.mat")));
  write_labels({1, 2, 3, 4});
  const Bytes whole = read_file(folder_ / "imagelabels.mat");
  // The last bytes are zlib's checksum, which matio does not ask for.
  for (std::size_t keep = 0; keep + 16 < whole.size(); keep += 13) {
    write_file(folder_ / "imagelabels.mat", std::span(whole).first(keep));
    EXPECT_THAT(error_of([&] { open(); }), HasSubstr("imagelabels.mat")) << keep;
  }
  std::filesystem::remove(folder_ / "imagelabels.mat");
  EXPECT_THAT(error_of([&] { open(); }),
              AllOf(HasSubstr("imagelabels.mat is missing"), HasSubstr("data fetch flowers102")));
}

}  // namespace
}  // namespace ganymede::data
