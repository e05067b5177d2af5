// Where training batches come from: the loader, whose batches are copied to the device one by one, or a copy of the
// whole data set that lies there.
#pragma once

#include <memory>

#include "ganymede/data/loader.h"
#include "ganymede/train/batch.h"

namespace ganymede::train {

/// The endless stream of data::Loader, on a device.
class Batches {
 public:
  virtual ~Batches() = default;
  /// Throws what reading the data throws.
  virtual ByteBatch next() = 0;
};

/// Batches that data::Loader reads ahead on the host.
std::unique_ptr<Batches> loaded_batches(std::shared_ptr<const data::Dataset> dataset,
                                        const data::LoaderOptions& options, std::uint64_t first_batch,
                                        const torch::Device& device);

/// The same bytes, gathered on the device from the data set, which is read and copied there once. Each epoch's order,
/// and what is mirrored in it, is copied when the epoch begins; nothing else crosses.
std::unique_ptr<Batches> resident_batches(const data::Dataset& dataset, const data::LoaderOptions& options,
                                          std::uint64_t first_batch, const torch::Device& device);

/// The conditions of all images, f32 [images, K] on the CPU; undefined where there are none.
Tensor conditions_of(const data::Dataset& dataset);

/// Whether a data set takes at most a quarter of the memory that is free on the device; where that cannot be found out,
/// at most 2 GiB.
bool fits(const data::Dataset& dataset, const torch::Device& device);

/// Resident where `resident` asks for it and the data set fits, else loaded.
std::unique_ptr<Batches> open_batches(std::shared_ptr<const data::Dataset> dataset, const data::LoaderOptions& options,
                                      std::uint64_t first_batch, const torch::Device& device, bool resident);

}  // namespace ganymede::train
