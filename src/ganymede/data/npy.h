// NumPy's arrays in files: .npy, and .npz, a zip of such (NumPy enhancement proposal 1; format version 1 to 3). Numbers
// only: an array of Python objects would have to run code to be read.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "ganymede/core/files.h"

namespace ganymede::data {

struct NpyArray {
  std::string type;  ///< NumPy's letters: "u1", "f4", "i8", "b1", ...
  std::vector<std::uint64_t> shape;
  Bytes bytes;  ///< the numbers, the last axis fastest, little endian
  std::uint64_t count() const;
  /// "uint8 [50000, 32, 32, 3]", for messages.
  std::string text() const;
  /// Number `index` as a double.
  double number(std::uint64_t index) const;
};

/// Throws Error at `where` for a file that is cut short, damaged, in another order or byte order, or of objects.
NpyArray parse_npy(Bytes file, const std::string& where);

/// The arrays of a .npz by name, or that of a .npy under the file's stem.
std::map<std::string, NpyArray> read_arrays(const std::filesystem::path& path);

/// Whether the name ends in .npy or .npz.
bool is_array_name(const std::filesystem::path& path);

}  // namespace ganymede::data
