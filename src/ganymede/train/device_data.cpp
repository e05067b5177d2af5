#include "ganymede/train/device_data.h"

#include <algorithm>

#include "ganymede/core/counted.h"
#include "ganymede/core/device.h"
#include "ganymede/core/error.h"
#include "ganymede/core/log.h"
#include "ganymede/core/progress.h"
#include "ganymede/core/task.h"
#include "ganymede/data/parallel.h"

namespace ganymede::train {
namespace {

/// `values` on a device; int64 or bool.
template <class T>
Tensor on_device(const std::vector<T>& values, at::ScalarType type, const torch::Device& device) {
  return torch::from_blob(const_cast<T*>(values.data()), {static_cast<std::int64_t>(values.size())}, type)
      .to(at::device(device), /*non_blocking=*/false, /*copy=*/true);
}

class LoadedBatches : public Batches {
 public:
  LoadedBatches(std::shared_ptr<const data::Dataset> dataset, const data::LoaderOptions& options, std::uint64_t first,
                const torch::Device& device)
      : loader_(std::move(dataset), options, first), device_(device) {}

  ByteBatch next() override {
    const auto& info = loader_.dataset().info();
    const auto batch = std::make_shared<data::Batch>(loader_.next());
    const auto count = static_cast<std::int64_t>(batch->count);
    // The tensors keep the loader's memory for as long as they need it.
    const auto keep = [batch](void*) {};
    return {torch::from_blob(batch->pixels.data(), {count, info.height, info.width, info.channels}, keep,
                             models::sample_type(info.bits))
                .to(device_),
            labels_of(batch, keep)};
  }

 private:
  template <class Keep>
  Tensor labels_of(const std::shared_ptr<data::Batch>& batch, const Keep& keep) const {
    const auto count = static_cast<std::int64_t>(batch->count);
    if (batch->conditions.empty()) return torch::from_blob(batch->labels.data(), {count}, keep, at::kLong).to(device_);
    const auto width = static_cast<std::int64_t>(batch->conditions.size()) / count;
    return torch::from_blob(batch->conditions.data(), {count, width}, keep, at::kFloat).to(device_);
  }

  data::Loader loader_;
  torch::Device device_;
};

class ResidentBatches : public Batches {
 public:
  ResidentBatches(const data::Dataset& dataset, const data::LoaderOptions& options, std::uint64_t first,
                  const torch::Device& device)
      : options_(options), size_(dataset.size()), position_(first * options.batch_size) {
    const auto& info = dataset.info();
    const auto count = static_cast<std::int64_t>(size_);
    bytes_ = at::empty({count, info.height, info.width, info.channels},
                       at::dtype(models::sample_type(info.bits)).device(device));
    std::vector<std::int64_t> labels(size_);
    for (std::size_t i = 0; i < size_; ++i) labels[i] = dataset.label(i);
    const Tensor conditions = conditions_of(dataset);
    labels_ = conditions.defined() ? conditions.to(device) : on_device(labels, at::kLong, device);
    copy_from(dataset);
  }

  ByteBatch next() override {
    std::vector<Tensor> chosen, mirrored;
    const auto& share = options_.share;
    const std::uint64_t each = options_.batch_size / (share.of * share.parts);
    for (std::size_t part = 0; part < share.parts; ++part)
      choose(position_ + share.place(part * each, options_.batch_size), each, chosen, mirrored);
    position_ += options_.batch_size;
    const Tensor indices = at::cat(chosen);
    Tensor bytes = bytes_.index_select(0, indices);
    if (options_.flip) bytes = at::where(at::cat(mirrored).view({-1, 1, 1, 1}), bytes.flip({2}), bytes);
    return {bytes, labels_.index_select(0, indices)};
  }

 private:
  /// Reads a stretch at a time: the whole set may be more than the host's memory.
  void copy_from(const data::Dataset& dataset) {
    constexpr std::size_t kCopiedAtOnce = std::size_t{64} << 20;
    const std::size_t bytes = dataset.image_bytes(), stretch = std::max<std::size_t>(1, kCopiedAtOnce / bytes);
    Progress progress("copying the data", size_, "image");
    for (std::size_t first = 0; first < size_; first += stretch) {
      const std::size_t count = std::min<std::size_t>(stretch, size_ - first);
      auto sizes = bytes_.sizes().vec();
      sizes[0] = static_cast<std::int64_t>(count);
      const Tensor host = at::empty(sizes, bytes_.scalar_type());
      auto* pixels = static_cast<std::uint8_t*>(host.data_ptr());
      data::parallel(count, [&](std::size_t i) { dataset.read(first + i, {pixels + i * bytes, bytes}); });
      const auto from = static_cast<std::int64_t>(first);
      bytes_.slice(0, from, from + sizes[0]).copy_(host);
      progress.update(first + count);
      if (cancel_requested()) throw Cancelled("stopped while the images were read", dataset.info().where());
    }
    progress.finish();
  }

  /// `left` images of the stream from `position` on.
  void choose(std::uint64_t position, std::uint64_t left, std::vector<Tensor>& chosen, std::vector<Tensor>& mirrored) {
    while (left > 0) {
      const std::uint64_t epoch = position / size_, place = position % size_;
      if (!order_.defined() || epoch != epoch_) begin_epoch(epoch);
      const std::uint64_t count = std::min(left, size_ - place);
      const auto from = static_cast<std::int64_t>(place), to = static_cast<std::int64_t>(place + count);
      chosen.push_back(order_.slice(0, from, to));
      if (options_.flip) mirrored.push_back(mirrored_.slice(0, from, to));
      position += count;
      left -= count;
    }
  }

  void begin_epoch(std::uint64_t epoch) {
    const auto order = data::epoch_order(size_, options_.seed, epoch);
    order_ = on_device(std::vector<std::int64_t>(order.begin(), order.end()), at::kLong, bytes_.device());
    epoch_ = epoch;
    if (!options_.flip) return;
    std::vector<std::uint8_t> mirrored(size_);
    for (std::size_t i = 0; i < size_; ++i) mirrored[i] = data::is_mirrored(options_.seed, epoch * size_ + i) ? 1 : 0;
    mirrored_ = on_device(mirrored, at::kByte, bytes_.device()).to(at::kBool);
  }

  data::LoaderOptions options_;
  std::uint64_t size_, position_;  ///< images, and the place of the next batch's first in the stream
  std::uint64_t epoch_ = 0;        ///< what the two below are for
  Tensor order_, mirrored_;        ///< int64 and bool [images]
  Tensor bytes_, labels_;          ///< of the whole set
};

}  // namespace

std::unique_ptr<Batches> loaded_batches(std::shared_ptr<const data::Dataset> dataset,
                                        const data::LoaderOptions& options, std::uint64_t first_batch,
                                        const torch::Device& device) {
  return std::make_unique<LoadedBatches>(std::move(dataset), options, first_batch, device);
}

std::unique_ptr<Batches> resident_batches(const data::Dataset& dataset, const data::LoaderOptions& options,
                                          std::uint64_t first_batch, const torch::Device& device) {
  return std::make_unique<ResidentBatches>(dataset, options, first_batch, device);
}

Tensor conditions_of(const data::Dataset& dataset) {
  const auto width = static_cast<std::int64_t>(dataset.info().conditions.size());
  if (width == 0) return {};
  Tensor out = at::empty({static_cast<std::int64_t>(dataset.size()), width});
  float* to = out.data_ptr<float>();
  for (std::size_t i = 0; i < dataset.size(); ++i) {
    const auto row = dataset.conditions(i);
    to = std::copy(row.begin(), row.end(), to);
  }
  return out;
}

bool fits(const data::Dataset& dataset, const torch::Device& device) {
  constexpr std::uint64_t kShare = 4, kUnasked = std::uint64_t{2} << 30;
  const auto available = free_memory(device);
  const std::uint64_t most = available ? *available / kShare : kUnasked;
  return dataset.image_bytes() > 0 && dataset.size() <= most / dataset.image_bytes();
}

std::unique_ptr<Batches> open_batches(std::shared_ptr<const data::Dataset> dataset, const data::LoaderOptions& options,
                                      std::uint64_t first_batch, const torch::Device& device, bool resident) {
  if (!resident || !fits(*dataset, device)) {
    return loaded_batches(std::move(dataset), options, first_batch, device);
  }
  spdlog::info("{}: {} on {}", dataset->info().name, counted(dataset->size(), "image lies", "images lie"),
               device.str());
  return resident_batches(*dataset, options, first_batch, device);
}

}  // namespace ganymede::train
