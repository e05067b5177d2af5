// The header of a safetensors file: what it holds and where, checked before anything else looks at it.
// Format: https://huggingface.co/docs/safetensors (8-byte little-endian header length, JSON header, data).
#pragma once

#include <cstdint>
#include <istream>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace ganymede::checkpoint {

/// What a file from outside may ask for; more is refused before memory is taken.
constexpr std::uint64_t kMaxHeaderBytes = 100'000'000;
constexpr std::uint64_t kLengthBytes = 8;  ///< in which a header's length stands before it
constexpr const char* kDamagedHint = "the file is damaged or cut short; take a fresh copy of it";
constexpr std::uint64_t kMaxTensors = 100'000;
constexpr std::uint64_t kMaxDimensions = 64;
constexpr std::uint64_t kMaxTensorBytes = std::uint64_t{1} << 46;

/// One tensor of a header. Offsets are bytes from the end of the header; the data is row-major.
struct TensorEntry {
  std::string name;
  std::string dtype;  ///< the format's name, e.g. "F32"
  std::vector<std::int64_t> shape;
  std::uint64_t begin = 0, end = 0;
};

struct FileHeader {
  std::vector<TensorEntry> entries;  ///< in the order of the JSON text
  std::map<std::string, std::string> metadata;
};

/// Bytes of one element of `dtype`; 0 when the name is unknown.
std::uint64_t element_bytes(std::string_view dtype);

/// The JSON text, padded with spaces so that the data after it starts at a multiple of 8 bytes.
/// Throws Error (naming `where`) when a name or a metadata text is not UTF-8 or a name is used twice.
std::string header_text(const FileHeader& header, const std::string& where);

/// Parses and checks a header in front of `data_bytes` bytes of data. After it every entry has a known dtype, a shape
/// whose size in bytes is exactly end - begin, and the entries cover the data without overlap or hole.
/// Throws Error whose `where` is `where` and the tensor's name.
FileHeader parse_header(std::string_view text, std::uint64_t data_bytes, const std::string& where);

/// Throws Error where the file ends before.
void read_exactly(std::istream& file, void* target, std::uint64_t bytes, const std::string& where);
/// Reads the header of a file of `size` bytes that stands at its start, and checks it as parse_header() does. The file
/// then stands at the first byte of data.
FileHeader read_header(std::istream& file, std::uint64_t size, const std::string& where);

}  // namespace ganymede::checkpoint
