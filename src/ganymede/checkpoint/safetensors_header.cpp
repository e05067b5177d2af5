#include "ganymede/checkpoint/safetensors_header.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <limits>
#include <nlohmann/json.hpp>
#include <numeric>
#include <set>
#include <tuple>
#include <unordered_set>

#include "ganymede/core/counted.h"
#include "ganymede/core/error.h"
#include "ganymede/core/file_kind.h"

namespace ganymede::checkpoint {
namespace {

using nlohmann::json;

constexpr const char* kMetadata = "__metadata__";
constexpr const char* kHeaderHint = "the file is damaged or made by something else; take a fresh copy of it";

/// A name as it may stand in a message: hostile names can be long or hold line ends.
std::string shown(const std::string& name) {
  constexpr size_t kMax = 80;
  std::string text;
  for (const char c : name.substr(0, kMax)) text += static_cast<unsigned char>(c) < 0x20 ? '?' : c;
  return name.size() > kMax ? text + "..." : text;
}

[[noreturn]] void refuse(const std::string& what, const std::string& where, const std::string& name = {}) {
  throw Error(what, name.empty() ? where : fmt::format("{}, tensor '{}'", where, shown(name)), kHeaderHint);
}

/// Takes the parser's events as they come, so that no tree is built and nothing nests deeper than the format does:
/// { name: { dtype: text, shape: [n...], data_offsets: [n, n] }, __metadata__: { text: text } }.
class Reader : public nlohmann::json_sax<json> {
 public:
  Reader(FileHeader& header, const std::string& where) : header_(header), where_(where) {}

  bool null() override { return unexpected("null"); }
  bool boolean(bool) override { return unexpected("a boolean"); }
  bool number_integer(number_integer_t) override { return unexpected("a negative number"); }
  bool number_float(number_float_t, const string_t&) override { return unexpected("a number that is not whole"); }
  bool binary(binary_t&) override { return unexpected("binary data"); }

  bool number_unsigned(number_unsigned_t value) override {
    if (place_ != Place::kShape && place_ != Place::kOffsets) return unexpected("a number");
    if (place_ == Place::kShape) {
      if (value > kMaxTensorBytes) refuse(fmt::format("dimension of {} is too large", value), where_, name());
      if (entry().shape.size() >= kMaxDimensions) refuse("too many dimensions", where_, name());
      entry().shape.push_back(static_cast<std::int64_t>(value));
    } else {
      if (offsets_ == 2) refuse("more than two data offsets", where_, name());
      (offsets_++ == 0 ? entry().begin : entry().end) = value;
    }
    return true;
  }

  bool string(string_t& value) override {
    if (place_ == Place::kTexts) {
      header_.metadata[key_] = std::move(value);
    } else if (place_ == Place::kTensor && key_ == "dtype") {
      if (element_bytes(value) == 0) refuse(fmt::format("unknown dtype '{}'", shown(value)), where_, name());
      entry().dtype = std::move(value);
    } else {
      return unexpected("a text");
    }
    return true;
  }

  bool start_object(std::size_t) override {
    if (place_ == Place::kStart) {
      place_ = Place::kTop;
    } else if (place_ == Place::kTop && key_ == kMetadata) {
      place_ = Place::kTexts;
    } else if (place_ == Place::kTop) {
      if (header_.entries.size() >= kMaxTensors) refuse("more than " + counted(kMaxTensors, "tensor"), where_);
      header_.entries.push_back({key_, {}, {}, 0, 0});
      fields_.clear();
      place_ = Place::kTensor;
    } else {
      return unexpected("an object");
    }
    return true;
  }

  bool key(string_t& value) override {
    if (place_ == Place::kTop && !names_.insert(value).second) refuse("name used twice", where_, value);
    if (place_ == Place::kTexts && header_.metadata.count(value) != 0) {
      refuse(fmt::format("metadata '{}' given twice", shown(value)), where_);
    }
    if (place_ == Place::kTensor) {
      if (value != "dtype" && value != "shape" && value != "data_offsets") {
        refuse(fmt::format("unknown field '{}'", shown(value)), where_, name());
      }
      if (!fields_.insert(value).second) refuse(fmt::format("field '{}' given twice", value), where_, name());
    }
    key_ = std::move(value);
    return true;
  }

  bool end_object() override {
    if (place_ == Place::kTensor && fields_.size() != 3) refuse("dtype, shape or data_offsets missing", where_, name());
    place_ = place_ == Place::kTop ? Place::kEnd : Place::kTop;
    return true;
  }

  bool start_array(std::size_t) override {
    if (place_ != Place::kTensor || key_ == "dtype") return unexpected("a list");
    offsets_ = 0;
    place_ = key_ == "shape" ? Place::kShape : Place::kOffsets;
    return true;
  }

  bool end_array() override {
    if (place_ == Place::kOffsets && offsets_ != 2) refuse("fewer than two data offsets", where_, name());
    place_ = Place::kTensor;
    return true;
  }

  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception&) override {
    refuse(fmt::format("header is not JSON at its byte {}", position), where_);
  }

 private:
  enum class Place { kStart, kTop, kTexts, kTensor, kShape, kOffsets, kEnd };

  TensorEntry& entry() { return header_.entries.back(); }
  std::string name() const {
    const bool inside = place_ == Place::kTensor || place_ == Place::kShape || place_ == Place::kOffsets;
    return inside ? header_.entries.back().name : std::string();
  }
  [[noreturn]] bool unexpected(const char* found) {
    refuse(fmt::format("header holds {} where it may not", found), where_, name());
  }

  FileHeader& header_;
  const std::string& where_;
  Place place_ = Place::kStart;
  std::string key_;
  int offsets_ = 0;
  std::set<std::string> fields_;
  std::unordered_set<std::string> names_;
};

/// Bytes that the entry's dtype and shape ask for. Empty dimensions count as 1 in the check of the limit, since
/// strides are computed from the others.
std::uint64_t needed_bytes(const TensorEntry& entry, const std::string& where) {
  std::uint64_t bound = element_bytes(entry.dtype);
  bool empty = false;
  for (const std::int64_t size : entry.shape) {
    const auto factor = static_cast<std::uint64_t>(std::max<std::int64_t>(size, 1));
    if (factor > kMaxTensorBytes / bound) refuse("shape is too large", where, entry.name);
    bound *= factor;
    empty = empty || size == 0;
  }
  return empty ? 0 : bound;
}

std::string quoted(const std::string& text, const std::string& where) {
  try {
    return json(text).dump();
  } catch (const json::exception&) {
    throw Error(fmt::format("text '{}' is not UTF-8", shown(text)), where, "write names and metadata in UTF-8");
  }
}

}  // namespace

std::uint64_t element_bytes(std::string_view dtype) {
  constexpr std::array<std::pair<std::string_view, std::uint64_t>, 10> kSizes{{{"F64", 8},
                                                                               {"F32", 4},
                                                                               {"F16", 2},
                                                                               {"BF16", 2},
                                                                               {"I64", 8},
                                                                               {"I32", 4},
                                                                               {"I16", 2},
                                                                               {"I8", 1},
                                                                               {"U8", 1},
                                                                               {"BOOL", 1}}};
  const auto found =
      std::find_if(kSizes.begin(), kSizes.end(), [&](const auto& known) { return known.first == dtype; });
  return found == kSizes.end() ? 0 : found->second;
}

std::string header_text(const FileHeader& header, const std::string& where) {
  std::vector<std::string> parts;
  if (!header.metadata.empty()) {
    std::vector<std::string> pairs;
    for (const auto& [key, value] : header.metadata) {
      pairs.push_back(fmt::format("{}:{}", quoted(key, where), quoted(value, where)));
    }
    parts.push_back(fmt::format("\"{}\":{{{}}}", kMetadata, fmt::join(pairs, ",")));
  }
  std::unordered_set<std::string> names{kMetadata};
  for (const TensorEntry& entry : header.entries) {
    if (!names.insert(entry.name).second) throw Error(fmt::format("name '{}' used twice", shown(entry.name)), where);
    parts.push_back(fmt::format(R"({}:{{"dtype":"{}","shape":[{}],"data_offsets":[{},{}]}})", quoted(entry.name, where),
                                entry.dtype, fmt::join(entry.shape, ","), entry.begin, entry.end));
  }
  std::string text = fmt::format("{{{}}}", fmt::join(parts, ","));
  text.append((8 - text.size() % 8) % 8, ' ');
  if (text.size() > kMaxHeaderBytes) throw Error("header would be too large", where, "store less metadata");
  return text;
}

FileHeader parse_header(std::string_view text, std::uint64_t data_bytes, const std::string& where) {
  FileHeader header;
  if (text.empty() || text.front() != '{') refuse("header is not a JSON object", where);
  Reader reader(header, where);
  json::sax_parse(text.begin(), text.end(), &reader);

  std::vector<size_t> order(header.entries.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    const TensorEntry &left = header.entries[a], &right = header.entries[b];
    return std::tie(left.begin, left.end, a) < std::tie(right.begin, right.end, b);
  });
  std::uint64_t expected = 0;
  for (const size_t index : order) {
    const TensorEntry& entry = header.entries[index];
    if (entry.end < entry.begin || entry.end > data_bytes) {
      refuse(fmt::format("data offsets {} to {} are outside the {} of data", entry.begin, entry.end,
                         counted(data_bytes, "byte")),
             where, entry.name);
    }
    if (entry.begin < expected) refuse("data overlaps another tensor's", where, entry.name);
    if (entry.begin > expected) refuse("data leaves a hole before it", where, entry.name);
    const std::uint64_t needed = needed_bytes(entry, where);
    if (entry.end - entry.begin != needed) {
      refuse(fmt::format("data has {} but its dtype and shape need {}", counted(entry.end - entry.begin, "byte"),
                         grouped(needed)),
             where, entry.name);
    }
    expected = entry.end;
  }
  if (expected != data_bytes)
    refuse(counted(data_bytes - expected, "byte belongs", "bytes belong") + " to no tensor", where);
  return header;
}

void read_exactly(std::istream& file, void* target, std::uint64_t bytes, const std::string& where) {
  file.read(static_cast<char*>(target), static_cast<std::streamsize>(bytes));
  if (!file) throw Error("file ends before its content does", where, kDamagedHint);
}

FileHeader read_header(std::istream& file, std::uint64_t size, const std::string& where) {
  std::uint64_t length = 0;
  if (size >= kLengthBytes) read_exactly(file, &length, kLengthBytes, where);
  if (size < kLengthBytes || length > kMaxHeaderBytes || length > size - kLengthBytes) {
    const FileKind other = file_kind(file);
    if (!other.is.empty()) throw Error(other.is, where, other.hint);
    if (size < kLengthBytes) throw Error("too short to be a safetensors file", where, kDamagedHint);
    throw Error(fmt::format("header of {} is impossible in a file of {}", counted(length, "byte"), grouped(size)),
                where, "name a safetensors file, or take a fresh copy of it");
  }
  std::string text(length, '\0');
  read_exactly(file, text.data(), length, where);
  return parse_header(text, size - kLengthBytes - length, where);
}

}  // namespace ganymede::checkpoint
