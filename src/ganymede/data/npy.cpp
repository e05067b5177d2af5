#include "ganymede/data/npy.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <string_view>

#include "ganymede/core/error.h"
#include "ganymede/core/text.h"
#include "ganymede/data/archive.h"

namespace ganymede::data {
namespace {

constexpr std::string_view kNpyMagic = "\x93NUMPY";
constexpr std::uint64_t kMaxElements = std::uint64_t{1} << 40;
constexpr std::size_t kMaxAxes = 32;  // NumPy's own limit
constexpr const char* kNpyHint = "save it again with numpy.save()";

/// The value behind a key of the header's dictionary, up to the next key or the end.
std::string_view value_of(std::string_view header, std::string_view key) {
  const auto at = header.find(key);
  if (at == std::string_view::npos) return {};
  std::string_view rest = header.substr(at + key.size());
  rest.remove_prefix(std::min(rest.find_first_not_of("'\": "), rest.size()));
  return rest;
}

std::vector<std::uint64_t> parse_shape(std::string_view text, const std::string& where) {
  std::vector<std::uint64_t> shape;
  std::uint64_t total = 1;
  if (!text.starts_with('(')) throw Error("the array's header is damaged", where, kNpyHint);
  text = text.substr(1, text.find(')') - 1);
  for (std::size_t begin = 0; begin < text.size() && shape.size() < kMaxAxes;) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    const std::size_t digit = std::min(text.find_first_not_of(' ', begin), end);
    std::uint64_t length = 0;
    const auto [stopped, error] = std::from_chars(text.data() + digit, text.data() + end, length);
    begin = end + 1;
    if (digit == end) continue;  // the comma behind the only axis
    if (error != std::errc() || stopped == text.data() + digit || (length > 0 && total > kMaxElements / length)) {
      throw Error("the array's header is damaged: impossible shape", where, kNpyHint);
    }
    total *= length;
    shape.push_back(length);
  }
  return shape;
}

template <class T>
double number_at(const Bytes& bytes, std::uint64_t index) {
  T value;
  std::memcpy(&value, bytes.data() + index * sizeof(T), sizeof(T));
  return static_cast<double>(value);
}

struct NumberType {
  std::string_view letters;
  const char* name;
  std::size_t bytes;
  double (*number)(const Bytes& bytes, std::uint64_t index);
};

constexpr std::array<NumberType, 11> kNumberTypes = {{{"u1", "uint8", 1, number_at<std::uint8_t>},
                                                      {"b1", "bool", 1, number_at<std::uint8_t>},
                                                      {"i1", "int8", 1, number_at<std::int8_t>},
                                                      {"u2", "uint16", 2, number_at<std::uint16_t>},
                                                      {"i2", "int16", 2, number_at<std::int16_t>},
                                                      {"u4", "uint32", 4, number_at<std::uint32_t>},
                                                      {"i4", "int32", 4, number_at<std::int32_t>},
                                                      {"u8", "uint64", 8, number_at<std::uint64_t>},
                                                      {"i8", "int64", 8, number_at<std::int64_t>},
                                                      {"f4", "float32", 4, number_at<float>},
                                                      {"f8", "float64", 8, number_at<double>}}};

const NumberType* type_named(std::string_view letters) {
  const auto found = std::find_if(kNumberTypes.begin(), kNumberTypes.end(),
                                  [&](const NumberType& type) { return type.letters == letters; });
  return found == kNumberTypes.end() ? nullptr : &*found;
}

}  // namespace

std::uint64_t NpyArray::count() const {
  std::uint64_t total = 1;
  for (const auto length : shape) total *= length;
  return total;
}

std::string NpyArray::text() const {
  return fmt::format("{} [{}]", type_named(type)->name, fmt::join(shape, ", "));
}

double NpyArray::number(std::uint64_t index) const {
  return type_named(type)->number(bytes, index);
}

NpyArray parse_npy(Bytes file, const std::string& where) {
  const std::string_view text(reinterpret_cast<const char*>(file.data()), file.size());
  if (text.starts_with(kLfsPointer)) throw Error(kIsLfsPointer, where, kLfsPointerHint);
  if (!text.starts_with(kNpyMagic)) throw Error("no array of NumPy", where, kNpyHint);
  const std::size_t length_bytes = file.size() > 6 && file[6] >= 2 ? 4 : 2, header_at = 8 + length_bytes;
  if (file.size() < header_at) throw Error("the array is cut short", where, kNpyHint);
  std::size_t length = 0;
  for (std::size_t i = 0; i < length_bytes; ++i) length |= std::size_t{file[8 + i]} << (8 * i);
  if (length > file.size() - header_at) throw Error("the array is cut short", where, kNpyHint);
  const std::string_view header = text.substr(header_at, length);

  const std::string_view descr = value_of(header, "'descr'");
  const std::string letters(descr.substr(0, descr.find_first_of("'\"")));
  NpyArray array;
  array.type = letters.empty() ? letters : letters.substr(1);
  const NumberType* type = type_named(array.type);
  if (type == nullptr) {
    throw Error(fmt::format("the array is of type '{}', which is not read", letters), where,
                "save numbers: uint8 is best");
  }
  if (letters[0] == '>' && type->bytes > 1) throw Error("the array's bytes are in big-endian order", where, kNpyHint);
  if (value_of(header, "'fortran_order'").starts_with("True")) {
    throw Error("the array is in Fortran's order", where, "save numpy.ascontiguousarray() of it");
  }
  array.shape = parse_shape(value_of(header, "'shape'"), where);
  if (array.count() * type->bytes > file.size() - header_at - length)
    throw Error("the array is cut short", where, kNpyHint);
  file.erase(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(header_at + length));
  file.resize(array.count() * type->bytes);
  array.bytes = std::move(file);
  return array;
}

std::map<std::string, NpyArray> read_arrays(const std::filesystem::path& path) {
  std::map<std::string, NpyArray> arrays;
  if (path.extension() == ".npy") {
    arrays.emplace(path.stem().string(), parse_npy(read_file(path), path.string()));
    return arrays;
  }
  ArchiveLimits limits;
  limits.member = std::uint64_t{16} << 30;
  const auto npy = [](const std::string& name) { return name.ends_with(".npy"); };
  walk_archive(
      path, Wanted(npy),
      [&](const std::string& name, Bytes bytes) {
        arrays.emplace(name.substr(0, name.size() - 4), parse_npy(std::move(bytes), path.string() + ":" + name));
        return true;
      },
      limits);
  return arrays;
}

bool is_array_name(const std::filesystem::path& path) {
  return path.extension() == ".npy" || path.extension() == ".npz";
}

}  // namespace ganymede::data
