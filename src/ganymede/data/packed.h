// Data sets packed into one file: the pixels as they are trained on, mapped into memory, so that opening them takes no
// decoding. `ganymede data prepare` writes such files.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "ganymede/data/dataset.h"

namespace ganymede::data {

/// What a packed file says about its origin.
struct PackedOrigin {
  std::string fingerprint;    ///< of the files it was made of: see prepared.h
  bool own_channels = false;  ///< the number of channels was the source's own, not asked for
};

/// Writes every image of `dataset` to `path`, whole or not at all, with progress. Throws Error for what cannot be read
/// or written (a full disk is named), Cancelled (core/task.h).
void write_packed(const std::filesystem::path& path, const Dataset& dataset, const PackedOrigin& origin);

/// Whether a file says of itself that it is packed, whatever its name.
bool is_packed(const std::filesystem::path& path);

/// A packed file. Opening checks its size and everything but the pixels; those are checked at the first read from each
/// block of them, so that opening stays quick and no damaged image is ever handed out.
class Packed : public Dataset {
 public:
  /// Throws Error for a file that is missing, of another kind or version, cut short or damaged.
  explicit Packed(const std::filesystem::path& path);
  ~Packed() override;

  /// As that of the set it was made of.
  const DatasetInfo& info() const override;
  std::size_t size() const override;
  int label(std::size_t index) const override;
  std::span<const float> conditions(std::size_t index) const override;
  /// Throws Error when the image's block is damaged.
  void read(std::size_t index, std::span<std::uint8_t> pixels) const override;

  const PackedOrigin& origin() const;
  /// Reads and checks all blocks. Throws Error naming the first damaged one.
  void verify() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace ganymede::data
