#include "ganymede/exchange/torch_archive.h"

#include <optional>

#include "ganymede/core/error.h"
#include "ganymede/data/archive.h"

namespace ganymede::exchange {
namespace {

namespace fs = std::filesystem;

constexpr int kMaxDepth = 16;                 // of dictionaries
constexpr std::size_t kMaxEntries = 1 << 20;  // walked over: one dictionary may stand in many others
constexpr const char* kPickle = "data.pkl";

/// The pickle; the storages go to `held`.
Bytes read_members(const fs::path& path, std::map<std::string, Bytes>& held) {
  Bytes pickle;
  bool found = false, big_endian = false;
  // Members lie in one folder named as the file was: "archive/data.pkl", "archive/data/0", "archive/byteorder".
  const auto below = [](const std::string& name) {
    const auto slash = name.find('/');
    return slash == std::string::npos ? name : name.substr(slash + 1);
  };
  const std::string storages = "data/";
  data::walk_archive(path, data::Wanted([&](const std::string& name) {
                       const std::string inner = below(name);
                       return inner == kPickle || inner == "byteorder" || inner.rfind(storages, 0) == 0;
                     }),
                     [&](const std::string& name, Bytes bytes) {
                       const std::string inner = below(name);
                       if (inner == kPickle) {
                         pickle = std::move(bytes);
                         found = true;
                       } else if (inner == "byteorder") {
                         big_endian = std::string(bytes.begin(), bytes.end()) == "big";
                       } else {
                         held[inner.substr(storages.size())] = std::move(bytes);
                       }
                       return true;
                     });
  if (!found) throw Error("the archive holds no data.pkl", path.string(), "name a file that torch.save wrote");
  if (big_endian) throw Error("the file was written on a big-endian machine", path.string(), "save it anew");
  return pickle;
}

/// How many elements the tensor reaches over; nothing where that cannot be.
std::optional<std::int64_t> reach_of(const PickleTensor& tensor) {
  constexpr std::int64_t kMax = std::int64_t{1} << 40;
  bool empty = false;
  for (std::size_t i = 0; i < tensor.sizes.size(); ++i) {
    const auto size = tensor.sizes[i], stride = tensor.strides[i];
    if (size < 0 || stride < 0 || size > kMax || stride > kMax) return std::nullopt;
    empty = empty || size == 0;
  }
  if (empty) return 0;
  std::int64_t last = 0, elements = 1;
  for (std::size_t i = 0; i < tensor.sizes.size(); ++i) {
    const auto size = tensor.sizes[i], stride = tensor.strides[i];
    if (size - 1 > 0 && stride > (kMax - last) / (size - 1)) return std::nullopt;
    last += (size - 1) * stride;
    if (elements > kMax / size) return std::nullopt;
    elements *= size;
  }
  // Strides of 0 would let a few numbers stand for very many.
  return elements <= last + 1 ? std::optional(last + 1) : std::nullopt;
}

/// Throws Error where the tensor reaches beyond its storage. Returns the bytes it takes.
std::uint64_t checked_bytes(const PickleTensor& tensor, const std::map<std::string, Bytes>& storages,
                            const std::string& where) {
  const auto found = storages.find(tensor.storage.key);
  if (found == storages.end()) throw Error("its numbers are missing", where, "take a fresh copy of the file");
  const std::size_t each = element_bytes_of(tensor.storage.type);
  const auto held = static_cast<std::int64_t>(found->second.size() / each);
  const auto reach = reach_of(tensor);
  if (!reach || tensor.offset < 0 || tensor.offset > held || *reach > held - tensor.offset) {
    throw Error("its shape reaches beyond its numbers", where, "take a fresh copy of the file");
  }
  std::uint64_t bytes = each;
  for (const auto size : tensor.sizes) bytes *= static_cast<std::uint64_t>(size);
  return bytes;
}

class Collector {
 public:
  Collector(TorchArchive& archive, std::string where) : archive_(archive), where_(std::move(where)) {
    for (const auto& [key, storage] : archive_.storages) held_ += storage.size();
  }

  void add(const PickleDict& dict, const std::string& prefix, int depth) {
    if (depth > kMaxDepth) throw Error("its dictionaries are nested too deeply", where_, "save a state dict");
    for (const auto& [key, value] : dict) {
      if (++entries_ > kMaxEntries) throw Error("its dictionaries hold too many entries", where_, "save a state dict");
      const std::string* text = key.text();
      const std::int64_t* number = key.integer();
      if (text == nullptr && number == nullptr) continue;
      const std::string name = prefix + (text != nullptr ? *text : std::to_string(*number));
      if (const auto* tensor = value.tensor()) {
        count(checked_bytes(*tensor, archive_.storages, where_ + ", tensor '" + name + "'"));
        archive_.tensors.push_back({name, *tensor});
      } else if (const auto* inner = value.dict()) {
        add(*inner, name + ".", depth + 1);
      }
    }
  }

 private:
  /// Tensors may share their numbers, but a small file must not take all memory that way.
  void count(std::uint64_t bytes) {
    constexpr std::uint64_t kMaxSharing = 4;
    bytes_ += bytes;
    if (bytes_ > kMaxSharing * held_) throw Error("its tensors share their numbers too often", where_, "save it anew");
  }

  TorchArchive& archive_;
  std::string where_;
  std::uint64_t held_ = 0, bytes_ = 0;
  std::size_t entries_ = 0;
};

}  // namespace

std::size_t element_bytes_of(const std::string& storage_type) {
  static const std::map<std::string, std::size_t> bytes{
      {"FloatStorage", 4}, {"DoubleStorage", 8}, {"HalfStorage", 2}, {"BFloat16Storage", 2}, {"LongStorage", 8},
      {"IntStorage", 4},   {"ShortStorage", 2},  {"CharStorage", 1}, {"ByteStorage", 1},     {"BoolStorage", 1}};
  return bytes.at(storage_type);
}

TorchArchive read_torch_archive(const fs::path& path) {
  TorchArchive archive;
  const Pickle pickle = read_pickle(read_members(path, archive.storages), path.string());
  if (pickle.root.dict() == nullptr) {
    throw Error("the file holds no dictionary of tensors", path.string(),
                "save a state dict: torch.save(model.state_dict(), FILE)");
  }
  Collector(archive, path.string()).add(*pickle.root.dict(), "", 0);
  if (archive.tensors.empty()) {
    throw Error("the file holds no tensors", path.string(), "save a state dict: torch.save(model.state_dict(), FILE)");
  }
  return archive;
}

}  // namespace ganymede::exchange
