#include "ganymede/data/mat_file.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <fstream>

#include "ganymede/core/counted.h"
#include "ganymede/core/error.h"
#include "ganymede/data/mat_check.h"

namespace ganymede::data {
namespace {

namespace fs = std::filesystem;

/// zlib cannot shrink further, so a header that tells of more than this times the file's size lies.
constexpr std::uint64_t kMaxShrunk = 1040;

template <class T>
std::vector<double> as_doubles(const matvar_t& variable, std::size_t count) {
  const auto* from = static_cast<const T*>(variable.data);
  return {from, from + count};
}

std::vector<double> as_doubles(const matvar_t& variable, std::size_t count) {
  switch (variable.class_type) {
    case MAT_C_UINT8:
      return as_doubles<std::uint8_t>(variable, count);
    case MAT_C_UINT16:
      return as_doubles<std::uint16_t>(variable, count);
    case MAT_C_INT16:
      return as_doubles<std::int16_t>(variable, count);
    case MAT_C_INT32:
      return as_doubles<std::int32_t>(variable, count);
    case MAT_C_UINT32:
      return as_doubles<std::uint32_t>(variable, count);
    default:
      return as_doubles<double>(variable, count);
  }
}

/// Bytes of a number; 0 for types that are not read.
std::size_t bytes_of(matio_classes type) {
  switch (type) {
    case MAT_C_UINT8:
      return 1;
    case MAT_C_UINT16:
    case MAT_C_INT16:
      return 2;
    case MAT_C_INT32:
    case MAT_C_UINT32:
      return 4;
    case MAT_C_DOUBLE:
      return sizeof(double);
    default:
      return 0;
  }
}

/// By its header of 128 bytes, which ends in the version and the byte order. matio would hand files of version 7.3 to
/// HDF5, which trusts them and complains on stderr; no data set has one.
bool is_version_5(const fs::path& path) {
  std::string head(128, '\0');
  std::ifstream(path, std::ios::binary).read(head.data(), static_cast<std::streamsize>(head.size()));
  const std::string end = head.substr(124);
  return end == std::string("\0\1IM", 4) || end == std::string("\1\0MI", 4);
}

}  // namespace

MatFile::MatFile(fs::path path, std::string hint)
    : path_(std::move(path)), hint_(std::move(hint)), file_(nullptr, &Mat_Close) {
  if (!is_version_5(path_)) throw Error("not a file of MATLAB 5", path_.string(), hint_);
  check_mat(path_, hint_);
  file_.reset(Mat_Open(path_.c_str(), MAT_ACC_RDONLY));
  if (!file_) throw Error("not a MATLAB file", path_.string(), hint_);
}

MatFile::Variable MatFile::find(const char* name, const char* hint_missing) const {
  Variable variable(Mat_VarReadInfo(file_.get(), name), &Mat_VarFree);
  if (!variable) throw Error(fmt::format("the file has no variable '{}'", name), path_.string(), hint_missing);
  return variable;
}

void MatFile::load(matvar_t& variable, const char* name, std::uint64_t bytes) const {
  if (bytes > most_bytes()) {
    throw Error(fmt::format("'{}' tells of {}, more than the file can hold", name, counted(bytes, "byte")),
                path_.string(), hint_);
  }
  if (Mat_VarReadDataAll(file_.get(), &variable) != 0 || variable.data == nullptr) {
    throw Error(fmt::format("the data of '{}' is damaged or cut short", name), path_.string(), hint_);
  }
  if (variable.nbytes != bytes) throw Error(fmt::format("the data of '{}' is cut short", name), path_.string(), hint_);
}

std::vector<double> MatFile::numbers(const char* name, const char* hint_missing) const {
  const Variable variable = find(name, hint_missing);
  const auto shape = sides_of(*variable);
  const bool line = shape.size() == 2 && (shape[0] == 1 || shape[1] == 1);
  const std::size_t each = bytes_of(variable->class_type);
  if (!line || variable->isComplex || each == 0) {
    throw Error(fmt::format("{} is {} where a line of numbers belongs", name, fmt::join(shape, " x ")), path_.string(),
                hint_);
  }
  const std::size_t count = shape[0] * shape[1];
  if (count == 0) return {};
  if (count > most_bytes()) throw Error(fmt::format("{} is longer than the file", name), path_.string(), hint_);
  load(*variable, name, count * each);
  return as_doubles(*variable, count);
}

std::uint64_t MatFile::most_bytes() const {
  std::error_code error;
  return fs::file_size(path_, error) * kMaxShrunk;
}

std::vector<std::size_t> sides_of(const matvar_t& variable) {
  return {variable.dims, variable.dims + std::max(0, variable.rank)};
}

}  // namespace ganymede::data
