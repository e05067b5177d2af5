// What a file of torch.save holds: a zip archive with a pickle and the numbers of each storage, checked before any of
// it becomes a tensor. No tensors here.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "ganymede/core/files.h"
#include "ganymede/exchange/pickle.h"

namespace ganymede::exchange {

/// A tensor of the file. Its offset, sizes and strides stay within the bytes of its storage.
struct StoredTensor {
  std::string name;  ///< the path to it in dictionaries inside the first: "netG.main.0.weight"
  PickleTensor tensor;
};

struct TorchArchive {
  std::map<std::string, Bytes> storages;  ///< by key
  std::vector<StoredTensor> tensors;
};

/// Bytes of one element of a storage: 4 of "FloatStorage". A bool is a byte.
std::size_t element_bytes_of(const std::string& storage_type);

/// Throws Error for a file that is damaged, holds no tensors, asks for code, or whose tensors share their numbers so
/// often that they would take far more memory than the file.
TorchArchive read_torch_archive(const std::filesystem::path& path);

}  // namespace ganymede::exchange
