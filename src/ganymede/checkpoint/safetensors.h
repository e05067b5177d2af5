// Tensors in safetensors files: the format of every model and checkpoint. Nothing is executed on load.
#pragma once

#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ganymede/core/torch_compat.h"

namespace ganymede::checkpoint {

struct NamedTensor {
  std::string name;
  at::Tensor tensor;
};

struct SafetensorsFile {
  std::vector<NamedTensor> tensors;  ///< in the order they were written
  std::map<std::string, std::string> metadata;

  /// The tensor of that name, or null. Linear in the number of tensors.
  const at::Tensor* find(std::string_view name) const;
};

/// Writes `tensors` (any device and strides; F64 F32 F16 BF16 I64 I32 I16 I8 U8 BOOL) in logical row-major order,
/// whole or not at all. The same tensors and metadata give the same bytes. Every tensor's data is aligned to its
/// element size within the file. Throws Error for other dtypes, undefined or sparse tensors, and names used twice.
void write_safetensors(const std::filesystem::path& path, std::span<const NamedTensor> tensors,
                       const std::map<std::string, std::string>& metadata = {});

/// Reads a file from anywhere: every length, offset, shape and name is checked before it is used (limits are in
/// safetensors_header.h). The tensors are on the CPU, contiguous, and own their memory.
/// Throws Error that names the file and the tensor.
SafetensorsFile read_safetensors(const std::filesystem::path& path);

}  // namespace ganymede::checkpoint
