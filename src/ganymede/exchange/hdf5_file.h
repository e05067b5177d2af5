// HDF5 files (https://www.hdfgroup.org), as Keras writes them, from anywhere.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace ganymede::exchange {

/// The numbers of a data set, the last side fastest; no sides is one number.
struct Hdf5Numbers {
  std::vector<std::int64_t> sides;
  std::vector<float> values;
};

/// A reader of our own, since libhdf5 breaks on damaged files. It knows what h5py and Keras write: superblocks 0 and 1,
/// groups of symbol tables, contiguous and compact numbers, texts. Anything else (other files, packed numbers, version
/// 2 groups) is refused by name, and links are not followed. Paths have no '/' in front. Structures:
/// https://support.hdfgroup.org/documentation/hdf5/latest/_f_m_t3.html
class Hdf5File {
 public:
  /// `where` names the file in errors. Keeps a view of the bytes. Throws Error for what is damaged or cut short.
  Hdf5File(std::span<const std::uint8_t> bytes, std::string where);
  ~Hdf5File();
  Hdf5File(Hdf5File&&) noexcept;

  /// "layers/dense/vars/0", sorted by parts.
  const std::vector<std::string>& datasets() const;
  bool has(const std::string& dataset) const;
  /// The texts of an attribute of a group ("" is the root), one or a list; nothing where it has none.
  std::vector<std::string> texts(const std::string& group, const std::string& attribute) const;
  /// As f32. Throws Error for numbers that are no floating-point ones.
  Hdf5Numbers numbers(const std::string& dataset) const;

 private:
  struct Opened;
  std::unique_ptr<Opened> opened_;
};

}  // namespace ganymede::exchange
