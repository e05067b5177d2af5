#include "ganymede/exchange/torch_file.h"

#include <map>

#include "ganymede/exchange/torch_archive.h"

namespace ganymede::exchange {
namespace {

at::ScalarType type_of(const std::string& storage) {
  static const std::map<std::string, at::ScalarType> types{
      {"FloatStorage", at::kFloat},       {"DoubleStorage", at::kDouble}, {"HalfStorage", at::kHalf},
      {"BFloat16Storage", at::kBFloat16}, {"LongStorage", at::kLong},     {"IntStorage", at::kInt},
      {"ShortStorage", at::kShort},       {"CharStorage", at::kChar},     {"ByteStorage", at::kByte},
      {"BoolStorage", at::kByte}};  // a byte that is neither 0 nor 1 makes no bool
  return types.at(storage);
}

Tensor tensor_of(const PickleTensor& from, const Bytes& storage) {
  const auto type = type_of(from.storage.type);
  const auto* begin = storage.data() + static_cast<std::size_t>(from.offset) * at::elementSize(type);
  // from_blob takes no const; the clone is all that leaves.
  const Tensor view = torch::from_blob(const_cast<std::uint8_t*>(begin), from.sizes, from.strides, type);
  return view.clone(at::MemoryFormat::Contiguous);
}

}  // namespace

std::vector<checkpoint::NamedTensor> read_torch_file(const std::filesystem::path& path) {
  const TorchArchive archive = read_torch_archive(path);
  std::vector<checkpoint::NamedTensor> out;
  for (const auto& [name, tensor] : archive.tensors) {
    out.push_back({name, tensor_of(tensor, archive.storages.at(tensor.storage.key))});
  }
  return out;
}

}  // namespace ganymede::exchange
