// The stream of training batches: shuffled, flipped, read ahead on a thread of its own.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "ganymede/data/dataset.h"

namespace ganymede::data {

struct Batch {
  std::size_t count = 0;
  std::vector<std::uint8_t> pixels;  ///< count * Dataset::image_bytes()
  std::vector<std::int64_t> labels;  ///< count; -1 where there are none
  std::vector<float> conditions;     ///< count times as many as the data has conditions
};

/// Which images of each batch are wanted, where several processes share it: of each of `parts` equal parts, one after
/// another, the `number`-th of `of` equal shares.
struct LoaderShare {
  std::size_t number = 0, of = 1, parts = 1;

  /// How many of a batch of `batch_size`, which `of` * `parts` divides.
  std::size_t count(std::size_t batch_size) const { return batch_size / of; }
  /// The place in the batch of the i-th of them.
  std::size_t place(std::size_t i, std::size_t batch_size) const {
    const std::size_t each = batch_size / (of * parts);
    return i / each * (batch_size / parts) + number * each + i % each;
  }
};

struct LoaderOptions {
  std::size_t batch_size = 64;
  std::uint64_t seed = 0;
  bool flip = false;           ///< mirror left-right with probability 1/2
  std::size_t read_ahead = 4;  ///< batches kept ready
  LoaderShare share = {};      ///< the whole batch unless given
};

/// An endless stream of images: one random permutation of the data set after another, cut into batches, so batch k
/// holds images [k * batch, (k + 1) * batch) whatever the data set's size. Batch k is a pure function of
/// (seed, k, data set): a loader started at k gives what the first one would have given, whatever ran ahead.
class Loader {
 public:
  Loader(std::shared_ptr<const Dataset> dataset, LoaderOptions options, std::uint64_t first_batch = 0);
  ~Loader();
  Loader(const Loader&) = delete;
  Loader& operator=(const Loader&) = delete;

  /// Blocks until the next batch is ready. Rethrows what the reading thread met.
  Batch next();
  const Dataset& dataset() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Whether a flipping loader mirrors the image at `position` of its stream.
bool is_mirrored(std::uint64_t seed, std::uint64_t position);

/// Position `place` of epoch `epoch`'s permutation of 0..count-1 is `order[place]`.
std::vector<std::uint32_t> epoch_order(std::size_t count, std::uint64_t seed, std::uint64_t epoch);

}  // namespace ganymede::data
