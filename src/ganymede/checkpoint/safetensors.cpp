#include "ganymede/checkpoint/safetensors.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <fstream>
#include <numeric>

#include "ganymede/checkpoint/safetensors_header.h"
#include "ganymede/core/error.h"
#include "ganymede/core/files.h"
#include "ganymede/core/text.h"

namespace ganymede::checkpoint {
namespace {

namespace fs = std::filesystem;

static_assert(std::endian::native == std::endian::little,
              "the format is little-endian and tensors are copied as they are");

constexpr std::pair<const char*, at::ScalarType> kTypes[] = {
    {"F64", at::kDouble}, {"F32", at::kFloat}, {"F16", at::kHalf}, {"BF16", at::kBFloat16}, {"I64", at::kLong},
    {"I32", at::kInt},    {"I16", at::kShort}, {"I8", at::kChar},  {"U8", at::kByte},       {"BOOL", at::kBool},
};

const char* dtype_name(const NamedTensor& named, const fs::path& path) {
  const std::string where = fmt::format("{}, tensor '{}'", path.string(), named.name);
  if (!named.tensor.defined()) throw Error("tensor to be saved is undefined", where);
  if (named.tensor.layout() != at::kStrided) throw Error("only dense tensors can be saved", where);
  for (const auto& [name, type] : kTypes) {
    if (type == named.tensor.scalar_type()) return name;
  }
  throw Error(fmt::format("tensors of type {} cannot be saved", c10::toString(named.tensor.scalar_type())), where,
              "convert it to F32 first");
}

at::ScalarType scalar_type(const std::string& dtype) {
  for (const auto& [name, type] : kTypes) {
    if (dtype == name) return type;
  }
  throw Error("unknown dtype", dtype);  // parse_header lets none through
}

/// Positions of the entries with the widest elements first: then each tensor's data is aligned in the file, which
/// readers that map it into memory rely on.
std::vector<size_t> data_order(const std::vector<TensorEntry>& entries) {
  std::vector<size_t> order(entries.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return element_bytes(entries[a].dtype) > element_bytes(entries[b].dtype);
  });
  return order;
}

/// A byte other than 0 and 1 in a tensor of booleans is undefined behaviour further down.
void check_booleans(const at::Tensor& tensor, const std::string& where) {
  const auto* bytes = static_cast<const std::uint8_t*>(tensor.data_ptr());
  const bool sound = std::all_of(bytes, bytes + tensor.numel(), [](std::uint8_t byte) { return byte <= 1; });
  if (!sound) throw Error("boolean data holds a value other than 0 and 1", where, kDamagedHint);
}

}  // namespace

const at::Tensor* SafetensorsFile::find(std::string_view name) const {
  const auto found =
      std::find_if(tensors.begin(), tensors.end(), [&](const auto& named) { return named.name == name; });
  return found == tensors.end() ? nullptr : &found->tensor;
}

void write_safetensors(const fs::path& path, std::span<const NamedTensor> tensors,
                       const std::map<std::string, std::string>& metadata) {
  FileHeader header;
  header.metadata = metadata;
  for (const NamedTensor& named : tensors) {
    header.entries.push_back({named.name, dtype_name(named, path), named.tensor.sizes().vec(), 0, 0});
  }
  const std::vector<size_t> order = data_order(header.entries);
  std::uint64_t offset = 0;
  for (const size_t index : order) {
    TensorEntry& entry = header.entries[index];
    entry.begin = offset;
    offset += static_cast<std::uint64_t>(tensors[index].tensor.numel()) * element_bytes(entry.dtype);
    entry.end = offset;
  }
  const std::string text = header_text(header, path.string());
  const std::uint64_t length = text.size();

  write_file_in_pieces(path, [&](const PieceSink& sink) {
    sink({reinterpret_cast<const std::uint8_t*>(&length), kLengthBytes});
    sink({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
    for (const size_t index : order) {
      // One tensor at a time is copied, and only where it is not row-major on the CPU already.
      const at::Tensor plain = tensors[index].tensor.detach().to(at::kCPU).resolve_neg().contiguous();
      if (plain.numel() == 0) continue;
      sink({static_cast<const std::uint8_t*>(plain.data_ptr()), plain.nbytes()});
    }
  });
}

namespace {

/// The name a tensor has now: the discriminator's adversarial head was called realness.
std::string current_name(const std::string& name) {
  constexpr std::string_view kOldHead = "discriminator.realness.", kOptimizer = "optimizer.";
  const std::size_t at = name.starts_with(kOptimizer) ? kOptimizer.size() : 0;
  if (name.compare(at, kOldHead.size(), kOldHead) != 0) return name;
  return name.substr(0, at) + "discriminator.adversarial." + name.substr(at + kOldHead.size());
}

}  // namespace

SafetensorsFile read_safetensors(const fs::path& path) {
  const std::string where = path.string();
  std::error_code error;
  if (!fs::exists(path, error)) throw Error("no such file", where, "check the path");
  if (!fs::is_regular_file(path, error)) throw Error("expected a safetensors file", where, "name a file");
  const std::uint64_t size = fs::file_size(path, error);
  std::ifstream file(path, std::ios::binary);
  if (error || !file) throw Error("cannot read the file", where, "check that you may read it");

  const FileHeader header = read_header(file, size, where);
  const auto data_start = static_cast<std::uint64_t>(file.tellg());

  SafetensorsFile result;
  result.metadata = header.metadata;
  for (const TensorEntry& entry : header.entries) {
    const std::string place = fmt::format("{}, tensor '{}'", where, entry.name);
    at::Tensor tensor = at::empty(entry.shape, at::TensorOptions(scalar_type(entry.dtype)));
    if (entry.end > entry.begin) {
      file.seekg(static_cast<std::streamoff>(data_start + entry.begin));
      read_exactly(file, tensor.data_ptr(), entry.end - entry.begin, place);
    }
    if (tensor.scalar_type() == at::kBool) check_booleans(tensor, place);
    result.tensors.push_back({current_name(entry.name), std::move(tensor)});
  }
  return result;
}

}  // namespace ganymede::checkpoint
