// Numbers in files of MATLAB 5, read by matio, with every length checked before it is believed. Later ones are HDF5,
// which is not let near files from outside.
#pragma once

#include <matio.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace ganymede::data {

class MatFile {
 public:
  using Variable = std::unique_ptr<matvar_t, decltype(&Mat_VarFree)>;

  /// `hint` ends the errors that damage leads to. Throws Error for what is no such file.
  MatFile(std::filesystem::path path, std::string hint);

  /// A variable's header: its type and dimensions, to be checked before load(). Throws Error where there is none,
  /// with `hint_missing`.
  Variable find(const char* name, const char* hint_missing) const;
  /// Reads the variable's data. Throws Error where it is damaged or has not `bytes` bytes.
  void load(matvar_t& variable, const char* name, std::uint64_t bytes) const;
  /// A row or a column of whole numbers or doubles. Throws Error for another shape or type.
  std::vector<double> numbers(const char* name, const char* hint_missing) const;

  const std::filesystem::path& path() const { return path_; }
  /// No variable can have more bytes: zlib shrinks no further.
  std::uint64_t most_bytes() const;

 private:
  std::filesystem::path path_;
  std::string hint_;
  std::unique_ptr<mat_t, decltype(&Mat_Close)> file_;
};

std::vector<std::size_t> sides_of(const matvar_t& variable);

}  // namespace ganymede::data
