#include "ganymede/data/mat_check.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <vector>

#include "ganymede/core/counted.h"
#include "ganymede/core/error.h"

namespace ganymede::data {
namespace {

// MathWorks: "MAT-File Level 5 File Format". Elements begin with their type and their length, four bytes each.
constexpr std::uint32_t kInt8 = 1, kInt32 = 5, kUint32 = 6, kMatrix = 14, kCompressed = 15;
constexpr std::uint32_t kCellClass = 1, kFirstPlainClass = 4, kLastPlainClass = 15;
constexpr std::uint32_t kMostSides = 13, kLongestName = 63;
constexpr std::size_t kFileHeader = 128, kTag = 8;
/// A variable's header: flags, sides and name, each behind its tag.
constexpr std::size_t kHeader = kTag + 8 + kTag + 4 * (kMostSides + 1) + kTag;
/// Packed, a header needs no more: whoever packs it in more hides something.
constexpr std::size_t kPackedHeader = 1024;

class Checker {
 public:
  Checker(const std::filesystem::path& file, const std::string& hint)
      : in_(file, std::ios::binary), where_(file.string()), hint_(hint) {}

  void run() {
    const auto head = bytes_at(0, kFileHeader);
    if (head.size() < kFileHeader) fail("is cut short");
    big_endian_ = head[kFileHeader - 2] == 'M';
    for (std::uint64_t at = kFileHeader;;) {
      const auto tag = bytes_at(at, kTag);
      if (tag.size() < kTag) return;
      const std::uint32_t type = word(tag, 0);
      if (type != kMatrix && type != kCompressed) fail(fmt::format("holds an element of type {}", type));
      check_variable(type == kMatrix ? bytes_at(at + kTag, kHeader) : unpacked(bytes_at(at + kTag, kPackedHeader)));
      at += kTag + word(tag, 1);
    }
  }

 private:
  using Some = std::vector<unsigned char>;

  Some bytes_at(std::uint64_t at, std::size_t count) {
    Some bytes(count);
    in_.clear();
    in_.seekg(static_cast<std::streamoff>(at));
    in_.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(count));
    bytes.resize(in_ || in_.eof() ? static_cast<std::size_t>(std::max<std::streamsize>(0, in_.gcount())) : 0);
    return bytes;
  }

  std::uint32_t word(const Some& bytes, std::size_t number) const {
    if (4 * number + 4 > bytes.size()) fail("is cut short within a variable's header");
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i) {
      value |= std::uint32_t{bytes[4 * number + i]} << (8 * (big_endian_ ? 3 - i : i));
    }
    return value;
  }

  /// The header of a packed variable, without the tag before it.
  Some unpacked(Some packed) const {
    Some bytes(kTag + kHeader);
    z_stream stream{};
    if (inflateInit(&stream) != Z_OK) fail("cannot be unpacked");
    stream.next_in = packed.data();
    stream.avail_in = static_cast<uInt>(packed.size());
    stream.next_out = bytes.data();
    stream.avail_out = static_cast<uInt>(bytes.size());
    inflate(&stream, Z_SYNC_FLUSH);
    bytes.resize(bytes.size() - stream.avail_out);
    inflateEnd(&stream);
    if (word(bytes, 0) != kMatrix || bytes.size() < kTag) fail("packs what is no variable");
    bytes.erase(bytes.begin(), bytes.begin() + kTag);
    return bytes;
  }

  void check_variable(const Some& header) const {
    if (word(header, 0) != kUint32 || word(header, 1) != 8) fail("has a variable without flags");
    const std::uint32_t kind = word(header, 2) & 0xFF;
    if (kind < kFirstPlainClass || kind > kLastPlainClass) {
      fail(fmt::format("holds {}, and only numbers are read", kind == kCellClass ? "a cell array" : "an object"));
    }
    const std::uint32_t sides = word(header, 5) / 4;
    if (word(header, 4) != kInt32 || word(header, 5) % 4 != 0 || sides < 2 || sides > kMostSides) {
      fail("has a variable whose sides take " + counted(word(header, 5), "byte"));
    }
    const std::size_t name = 6 + sides + sides % 2;
    const std::uint32_t tag = word(header, name), within = tag >> 16;  // a short name lies within its tag
    if ((tag & 0xFFFF) != kInt8 || within > 4 || (within == 0 && word(header, name + 1) > kLongestName)) {
      fail("has a variable whose name has no sound length");
    }
  }

  [[noreturn]] void fail(const std::string& what) const { throw Error("the file " + what, where_, hint_); }

  std::ifstream in_;
  std::string where_, hint_;
  bool big_endian_ = false;
};

}  // namespace

void check_mat(const std::filesystem::path& file, const std::string& hint) {
  Checker(file, hint).run();
}

}  // namespace ganymede::data
