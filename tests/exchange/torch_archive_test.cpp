#include "ganymede/exchange/torch_archive.h"

#include "data/fixtures.h"

namespace ganymede::exchange {
namespace {

using namespace ganymede::test;
using namespace std::string_literals;
using testing::HasSubstr;

/// Pickle code of a storage "0" of floats.
const std::string kStorage =
    "(X\x07\0\0\0storagectorch\nFloatStorage\nX\x01\0\0\0"
    "0X\x03\0\0\0cpuK\x04tQ"s;

/// Pickle code of a tensor: `sizes` and `strides` are code of numbers.
std::string tensor(const std::string& sizes, const std::string& strides) {
  return "ctorch._utils\n_rebuild_tensor_v2\n(" + kStorage + "K\0("s + sizes + "t(" + strides +
         "t\x89"
         "ccollections\nOrderedDict\n(tRtR"s;
}
const std::string kBigNumber = "\x8a\x05\0\0\0\0\x04"s, kMinusOne = "J\xff\xff\xff\xff"s, kZero = "K\0"s;

class TorchFile : public testing::Test {
 protected:
  TorchArchive read(const std::string& pickle) {
    write_archive(folder_ / "model.zip", {{"model/data.pkl", bytes_of(pickle)}, {"model/data/0", Bytes(16)}});
    return read_torch_archive(folder_ / "model.zip");
  }
  std::string refusal(const std::string& tensor_code) {
    return test::error_of([&] { read("\x80\x02}X\x01\0\0\0w"s + tensor_code + "s."); });
  }
  TemporaryFolder folder_;
};

TEST_F(TorchFile, NamesItsTensorsByTheirPaths) {
  const auto archive = read("\x80\x02}X\x01\0\0\0g}X\x01\0\0\0w"s + tensor("K\x02K\x02", "K\x02K\x01") + "ss.");
  ASSERT_EQ(archive.tensors.size(), 1u);
  EXPECT_EQ(archive.tensors[0].name, "g.w");
  EXPECT_EQ(archive.tensors[0].tensor.sizes, (std::vector<std::int64_t>{2, 2}));
  EXPECT_EQ(archive.storages.at("0").size(), 16u);
}

TEST_F(TorchFile, RefusesShapesBeyondTheNumbers) {
  const char* beyond = "reaches beyond its numbers";
  EXPECT_THAT(refusal(tensor("K\x05", "K\x01")), HasSubstr(beyond));
  EXPECT_THAT(refusal(tensor(kMinusOne, "K\x01")), HasSubstr(beyond));
  EXPECT_THAT(refusal(tensor("K\x04", kMinusOne)), HasSubstr(beyond));
  EXPECT_THAT(refusal(tensor(kBigNumber, kZero)), HasSubstr(beyond));
  // A side of 0 excuses no other side.
  EXPECT_THAT(refusal(tensor(kZero + kMinusOne, "K\x01K\x01")), HasSubstr(beyond));
}

TEST_F(TorchFile, OneDictionaryInManyIsWalkedToALimit) {
  // Twelve dictionaries, each the value of eight keys of the next: 8^12 ways to the innermost.
  std::string code = "\x80\x02}q\0"s;
  for (char level = 1; level <= 12; ++level) {
    code += "}q"s + level + "(";
    for (char key = 0; key < 8; ++key) code += "K"s + key + "h" + static_cast<char>(level - 1);
    code += "u";
  }
  EXPECT_THAT(test::error_of([&] { read(code + "."); }), HasSubstr("too many entries"));
}

}  // namespace
}  // namespace ganymede::exchange
