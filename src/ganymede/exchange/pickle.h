// Python's pickles, as far as files of tensors need them: plain containers, and tensors by name. Nothing is executed
// and nothing is looked up: a pickle that asks for any other callable is refused, naming it. Format:
// https://github.com/python/cpython/blob/main/Lib/pickletools.py
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace ganymede::exchange {

struct PickleValue;
using PickleList = std::vector<PickleValue>;  ///< of a tuple or a list
using PickleDict = std::vector<std::pair<PickleValue, PickleValue>>;

/// A storage: where a tensor's numbers lie.
struct PickleStorage {
  std::string type;  ///< "FloatStorage"
  std::string key;   ///< the member of the archive: "data/0"
  std::int64_t elements = 0;
};
struct PickleTensor {
  PickleStorage storage;
  std::int64_t offset = 0;  ///< in elements
  std::vector<std::int64_t> sizes, strides;
};

struct PickleValue {
  /// Containers belong to the Pickle: a file may nest them without end, or put one into itself.
  std::variant<std::monostate, bool, std::int64_t, double, std::string, PickleList*, PickleDict*, PickleStorage,
               PickleTensor>
      value = {};

  const PickleDict* dict() const;
  const PickleList* list() const;
  const std::string* text() const { return std::get_if<std::string>(&value); }
  const std::int64_t* integer() const { return std::get_if<std::int64_t>(&value); }
  const PickleTensor* tensor() const { return std::get_if<PickleTensor>(&value); }
};

struct Pickle {
  PickleValue root = {};
  std::vector<std::unique_ptr<PickleList>> lists = {};
  std::vector<std::unique_ptr<PickleDict>> dicts = {};
};

/// A pickle as torch.save writes them (protocols 2 to 5). Throws Error, naming `where`, for what is damaged or asks for
/// code.
Pickle read_pickle(std::span<const std::uint8_t> bytes, const std::string& where);

}  // namespace ganymede::exchange
