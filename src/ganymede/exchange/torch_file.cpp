#include "ganymede/exchange/torch_file.h"

#include <map>

#include "ganymede/core/error.h"
#include "ganymede/core/files.h"
#include "ganymede/data/archive.h"
#include "ganymede/exchange/pickle.h"

namespace ganymede::exchange {
namespace {

namespace fs = std::filesystem;

constexpr int kMaxDepth = 16;  // of dictionaries
constexpr const char* kPickle = "data.pkl";

struct Archive {
  Bytes pickle;
  std::map<std::string, Bytes> storages;  ///< by key
  bool big_endian = false;
};

Archive read_archive(const fs::path& path) {
  Archive out;
  bool found = false;
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
                         out.pickle = std::move(bytes);
                         found = true;
                       } else if (inner == "byteorder") {
                         out.big_endian = std::string(bytes.begin(), bytes.end()) == "big";
                       } else {
                         out.storages[inner.substr(storages.size())] = std::move(bytes);
                       }
                       return true;
                     });
  if (!found) throw Error("the archive holds no data.pkl", path.string(), "name a file that torch.save wrote");
  if (out.big_endian) throw Error("the file was written on a big-endian machine", path.string(), "save it anew");
  return out;
}

at::ScalarType type_of(const std::string& storage) {
  static const std::map<std::string, at::ScalarType> types{
      {"FloatStorage", at::kFloat},       {"DoubleStorage", at::kDouble}, {"HalfStorage", at::kHalf},
      {"BFloat16Storage", at::kBFloat16}, {"LongStorage", at::kLong},     {"IntStorage", at::kInt},
      {"ShortStorage", at::kShort},       {"CharStorage", at::kChar},     {"ByteStorage", at::kByte},
      {"BoolStorage", at::kByte}};  // a byte that is neither 0 nor 1 makes no bool
  return types.at(storage);
}

/// How many elements the tensor reaches over; nothing where that cannot be.
std::optional<std::int64_t> reach_of(const PickleTensor& tensor) {
  constexpr std::int64_t kMax = std::int64_t{1} << 40;
  std::int64_t last = 0, elements = 1;
  for (std::size_t i = 0; i < tensor.sizes.size(); ++i) {
    const auto size = tensor.sizes[i], stride = tensor.strides[i];
    if (size < 0 || stride < 0 || size > kMax || stride > kMax) return std::nullopt;
    if (size == 0) return 0;
    if (size - 1 > 0 && stride > (kMax - last) / (size - 1)) return std::nullopt;
    last += (size - 1) * stride;
    if (elements > kMax / size) return std::nullopt;
    elements *= size;
  }
  // Strides of 0 would let a few numbers stand for very many.
  return elements <= last + 1 ? std::optional(last + 1) : std::nullopt;
}

Tensor tensor_of(const PickleTensor& from, const Archive& archive, const std::string& where) {
  const auto found = archive.storages.find(from.storage.key);
  if (found == archive.storages.end()) throw Error("its numbers are missing", where, "take a fresh copy of the file");
  const auto type = type_of(from.storage.type);
  const auto held = static_cast<std::int64_t>(found->second.size() / at::elementSize(type));
  const auto reach = reach_of(from);
  if (!reach || from.offset < 0 || from.offset > held || *reach > held - from.offset) {
    throw Error("its shape reaches beyond its numbers", where, "take a fresh copy of the file");
  }
  const auto* begin = found->second.data() + static_cast<std::size_t>(from.offset) * at::elementSize(type);
  // from_blob takes no const; the clone is all that leaves.
  const Tensor view = torch::from_blob(const_cast<std::uint8_t*>(begin), from.sizes, from.strides, type);
  return view.clone(at::MemoryFormat::Contiguous);
}

class Collector {
 public:
  Collector(const Archive& archive, std::string where) : archive_(archive), where_(std::move(where)) {}

  void add(const PickleDict& dict, const std::string& prefix, int depth) {
    if (depth > kMaxDepth) throw Error("its dictionaries are nested too deeply", where_, "save a state dict");
    for (const auto& [key, value] : dict) {
      const std::string* text = key.text();
      const std::int64_t* number = key.integer();
      if (text == nullptr && number == nullptr) continue;
      const std::string name = prefix + (text != nullptr ? *text : std::to_string(*number));
      if (const auto* tensor = value.tensor()) {
        out.push_back({name, tensor_of(*tensor, archive_, where_ + ", tensor '" + name + "'")});
        count(out.back().tensor.nbytes());
      } else if (const auto* inner = value.dict()) {
        add(*inner, name + ".", depth + 1);
      }
    }
  }

  std::vector<checkpoint::NamedTensor> out;

 private:
  /// Tensors may share their numbers, but a small file must not take all memory that way.
  void count(std::size_t bytes) {
    constexpr std::size_t kMaxSharing = 4;
    std::size_t held = 0;
    for (const auto& [key, storage] : archive_.storages) held += storage.size();
    bytes_ += bytes;
    if (bytes_ > kMaxSharing * held) throw Error("its tensors share their numbers too often", where_, "save it anew");
  }

  const Archive& archive_;
  std::string where_;
  std::size_t bytes_ = 0;
};

}  // namespace

std::vector<checkpoint::NamedTensor> read_torch_file(const fs::path& path) {
  const Archive archive = read_archive(path);
  const Pickle pickle = read_pickle(archive.pickle, path.string());
  if (pickle.root.dict() == nullptr) {
    throw Error("the file holds no dictionary of tensors", path.string(),
                "save a state dict: torch.save(model.state_dict(), FILE)");
  }
  Collector collector(archive, path.string());
  collector.add(*pickle.root.dict(), "", 0);
  if (collector.out.empty()) {
    throw Error("the file holds no tensors", path.string(), "save a state dict: torch.save(model.state_dict(), FILE)");
  }
  return std::move(collector.out);
}

}  // namespace ganymede::exchange
