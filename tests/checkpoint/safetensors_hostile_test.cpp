// Files that nobody should send: each is refused with an error that names the file, and none crashes the reader.
#include <fmt/format.h>

#include <fstream>

#include "ganymede/checkpoint/safetensors.h"
#include "ganymede/core/files.h"
#include "ganymede/core/random.h"
#include "support/support.h"

namespace ganymede::checkpoint {
namespace {

using test::error_of;
using test::TemporaryFolder;
using testing::HasSubstr;

/// Writes without write_file's sync: the mutations below are thousands of files.
void put(const std::filesystem::path& path, std::string_view bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc)
      .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

std::string with_header(const std::string& header, size_t data_bytes) {
  const std::uint64_t length = header.size();
  std::string bytes(reinterpret_cast<const char*>(&length), 8);
  return bytes + header + std::string(data_bytes, '\1');
}

std::string tensor(const std::string& dtype, const std::string& shape, const std::string& offsets) {
  return fmt::format(R"("w":{{"dtype":"{}","shape":{},"data_offsets":{}}})", dtype, shape, offsets);
}

/// The JSON list [1,1,...] of `count` ones.
std::string ones(int count) {
  std::string text = "[1";
  for (int i = 1; i < count; ++i) text += ",1";
  return text + "]";
}

struct Case {
  std::string bytes;
  const char* message;
};

std::vector<Case> damaged() {
  const std::string sound = tensor("F32", "[2]", "[0,8]");
  return {
      {"", "the file is empty"},
      {"abc", "this is a text"},
      {std::string(7, '\0'), "too short"},
      {std::string(8, '\xff'), "impossible"},
      {"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 3172276\n",
       "a Git LFS pointer, not the file"},
      {std::string("\x01\0\0\0\0\0\0\0", 8), "impossible"},
      {with_header("", 0), "not a JSON object"},
      {with_header("[]", 0), "not a JSON object"},
      {with_header(" {}", 0), "not a JSON object"},
      {with_header("{", 0), "not JSON"},
      {with_header("{} x", 0), "not JSON"},
      {with_header("{\"\xff\":1}", 0), "not JSON"},
      {with_header("{" + std::string(100'000, '['), 0), "not JSON"},
      {with_header("{\"w\":" + std::string(1'000'000, '['), 0), "a list"},
      {with_header("{\"w\":{\"shape\":" + std::string(1'000'000, '['), 0), "a list"},
      {with_header("{\"w\":{\"shape\":[{", 0), "an object"},
      {with_header(R"({"w":null})", 0), "null"},
      {with_header(R"({"w":true})", 0), "a boolean"},
      {with_header(R"({"w":"text"})", 0), "a text"},
      {with_header(R"({"w":{}})", 0), "missing"},
      {with_header(R"({"w":{"dtype":"F32","shape":[2]}})", 8), "missing"},
      {with_header(R"({"w":{"dtype":"F32","dtype":"F32"}})", 8), "given twice"},
      {with_header(R"({"w":{"dtype":"F32","other":1}})", 8), "unknown field 'other'"},
      {with_header(R"({"__metadata__":{"a":1}})", 0), "a number"},
      {with_header(R"({"__metadata__":{"a":{}}})", 0), "an object"},
      {with_header(R"({"__metadata__":{"a":"1","a":"2"}})", 0), "given twice"},
      {with_header(R"({"__metadata__":{},"__metadata__":{}})", 0), "used twice"},
      {with_header("{" + sound + "," + sound + "}", 8), "used twice"},
      {with_header("{" + tensor("F99", "[2]", "[0,8]") + "}", 8), "unknown dtype 'F99'"},
      {with_header("{" + tensor("F32", "[-2]", "[0,8]") + "}", 8), "a negative number"},
      {with_header("{" + tensor("F32", "[2.0]", "[0,8]") + "}", 8), "not whole"},
      {with_header("{" + tensor("F32", "2", "[0,8]") + "}", 8), "a number"},
      {with_header("{" + tensor("F32", "[18446744073709551615]", "[0,8]") + "}", 8), "too large"},
      {with_header("{" + tensor("F32", "[99999999999999999999999]", "[0,8]") + "}", 8), "not whole"},
      {with_header("{" + tensor("F32", "[4294967296,4294967296,4]", "[0,0]") + "}", 0), "too large"},
      {with_header("{" + tensor("F32", "[0,4294967296,4294967296]", "[0,0]") + "}", 0), "too large"},
      {with_header("{" + tensor("U8", ones(100), "[0,1]") + "}", 1), "too many dimensions"},
      {with_header("{" + tensor("F32", "[2]", "[0]") + "}", 8), "fewer than two"},
      {with_header("{" + tensor("F32", "[2]", "[0,8,8]") + "}", 8), "more than two"},
      {with_header("{" + tensor("F32", "[2]", "[8,0]") + "}", 8), "outside"},
      {with_header("{" + tensor("F32", "[2]", "[0,16]") + "}", 8), "outside"},
      {with_header("{" + tensor("F32", "[2]", "[18446744073709551608,18446744073709551615]") + "}", 8), "outside"},
      {with_header("{" + tensor("F32", "[3]", "[0,8]") + "}", 8), "need 12"},
      {with_header("{" + tensor("F32", "[2]", "[4,12]") + "}", 12), "a hole"},
      {with_header("{" + sound + R"(,"v":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})", 8), "overlaps"},
      {with_header("{" + sound + R"(,"v":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})", 8), "overlaps"},
      {with_header("{" + sound + "}", 9), "1 byte belongs to no tensor"},
      {with_header("{" + sound + "}", 7), "outside"},
      {with_header("{" + tensor("BOOL", "[2]", "[0,2]") + "}", 1) + '\2', "other than 0 and 1"},
  };
}

TEST(HostileSafetensors, NamesWhatIsWrong) {
  TemporaryFolder folder;
  const auto cases = damaged();
  for (size_t i = 0; i < cases.size(); ++i) {
    put(folder / "bad.safetensors", cases[i].bytes);
    const std::string error = error_of([&] { read_safetensors(folder / "bad.safetensors"); });
    EXPECT_THAT(error, HasSubstr(cases[i].message)) << "case " << i;
    EXPECT_THAT(error, HasSubstr("bad.safetensors")) << "case " << i;
  }
}

TEST(HostileSafetensors, SpacesAfterTheHeaderAreRead) {
  TemporaryFolder folder;
  put(folder / "good", with_header("{" + tensor("F32", "[2]", "[0,8]") + "}   ", 8));
  EXPECT_EQ(read_safetensors(folder / "good").tensors.size(), 1u);
  EXPECT_THAT(error_of([&] { read_safetensors(folder.path()); }), HasSubstr("name a file"));
  EXPECT_THAT(error_of([&] { read_safetensors(folder / "missing"); }), HasSubstr("no such file"));
}

TEST(HostileSafetensors, NamesTheTensorWithoutItsControlCharacters) {
  TemporaryFolder folder;
  put(folder / "bad", with_header(R"({"a\nb":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}})", 4));
  EXPECT_THAT(error_of([&] { read_safetensors(folder / "bad"); }), HasSubstr("tensor 'a?b'"));
}

class Mutations : public testing::Test {
 protected:
  Mutations() {
    write_safetensors(folder_ / "sound",
                      std::vector<NamedTensor>{{"generator.dense.weight", at::rand({4, 3})},
                                               {"generator.dense.flag", at::ones({5}, at::kBool)},
                                               {"step", at::ones({}, at::kLong)}},
                      {{"recipe", "name = 1"}});
    const Bytes bytes = read_file(folder_ / "sound");
    sound_.assign(bytes.begin(), bytes.end());
  }

  /// Reads a mutated file: it is either sound, and then all of it can be used, or refused.
  void read(const std::string& bytes) {
    put(folder_ / "mutated", bytes);
    try {
      for (const auto& named : read_safetensors(folder_ / "mutated").tensors) {
        EXPECT_LE(named.tensor.nbytes(), bytes.size());
        ++read_;
      }
    } catch (const Error&) {
      ++refused_;
    }
  }

  TemporaryFolder folder_;
  std::string sound_;
  int read_ = 0, refused_ = 0;
};

TEST_F(Mutations, TruncationsAreRefused) {
  for (size_t length = 0; length < sound_.size(); ++length) read(sound_.substr(0, length));
  EXPECT_EQ(refused_, static_cast<int>(sound_.size()));
}

TEST_F(Mutations, FlippedBytesNeverCrash) {
  Random random(1);
  for (int round = 0; round < 6000; ++round) {
    std::string bytes = sound_;
    for (std::uint64_t flips = 1 + random.below(3); flips > 0; --flips) {
      bytes[random.below(bytes.size())] = static_cast<char>(random.next());
    }
    read(bytes);
  }
  EXPECT_GT(read_, 0);
  EXPECT_GT(refused_, 0);
}

TEST_F(Mutations, MovedPiecesNeverCrash) {
  Random random(2);
  for (int round = 0; round < 3000; ++round) {
    std::string bytes = sound_;
    const std::string piece = sound_.substr(random.below(sound_.size()), 1 + random.below(24));
    const size_t place = random.below(bytes.size());
    if (random.below(2) == 0)
      bytes.insert(place, piece);
    else
      bytes.erase(place, piece.size());
    if (random.below(2) == 0) bytes[0] = static_cast<char>(bytes[0] + static_cast<int>(piece.size()));
    read(bytes);
  }
  EXPECT_GT(refused_, 0);
}

}  // namespace
}  // namespace ganymede::checkpoint
