#include "ganymede/data/loader.h"

#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <exception>
#include <limits>
#include <mutex>
#include <numeric>
#include <thread>

#include "ganymede/core/counted.h"
#include "ganymede/core/error.h"
#include "ganymede/core/random.h"

namespace ganymede::data {
namespace {

void mirror(std::span<std::uint8_t> pixels, int width, int pixel_bytes) {
  const std::size_t row = static_cast<std::size_t>(width) * pixel_bytes;
  for (std::size_t begin = 0; begin < pixels.size(); begin += row) {
    std::uint8_t* left = pixels.data() + begin;
    std::uint8_t* right = left + row - pixel_bytes;
    for (; left < right; left += pixel_bytes, right -= pixel_bytes) std::swap_ranges(left, left + pixel_bytes, right);
  }
}

}  // namespace

std::vector<std::uint32_t> epoch_order(std::size_t count, std::uint64_t seed, std::uint64_t epoch) {
  if (count > std::numeric_limits<std::uint32_t>::max())
    throw Error(counted(count, "image is", "images are") + " too many");
  std::vector<std::uint32_t> order(count);
  std::iota(order.begin(), order.end(), std::uint32_t{0});
  Random random(stream_seed(seed, "data", epoch));
  for (std::size_t i = count; i > 1; --i) std::swap(order[i - 1], order[random.below(i)]);  // Fisher and Yates
  return order;
}

bool is_mirrored(std::uint64_t seed, std::uint64_t position) {
  return stream_seed(seed, "flip", position) >> 63 != 0;
}

struct Loader::Impl {
  Impl(std::shared_ptr<const Dataset> source, LoaderOptions wanted, std::uint64_t first)
      : dataset(std::move(source)), options(wanted), next(first) {}

  ~Impl() {
    {
      const std::lock_guard lock(mutex);
      stopping = true;
    }
    changed.notify_all();
    if (thread.joinable()) thread.join();
  }

  /// The next batch of the stream. Only the reading thread calls it.
  Batch make() {
    const DatasetInfo& info = dataset->info();
    const std::size_t size = dataset->size(), bytes = dataset->image_bytes();
    Batch batch;
    batch.count = options.share.count(options.batch_size);
    batch.pixels.resize(batch.count * bytes);
    batch.labels.resize(batch.count);
    const std::uint64_t begin = next * options.batch_size;
    ++next;
    for (std::size_t i = 0; i < batch.count; ++i) {
      const std::uint64_t position = begin + options.share.place(i, options.batch_size);
      const std::uint64_t epoch = position / size;
      if (order.empty() || epoch != order_epoch) {
        order = epoch_order(size, options.seed, epoch);
        order_epoch = epoch;
      }
      const std::size_t index = order[position % size];
      const std::span<std::uint8_t> pixels(batch.pixels.data() + i * bytes, bytes);
      dataset->read(index, pixels);
      batch.labels[i] = dataset->label(index);
      const auto conditions = dataset->conditions(index);
      batch.conditions.insert(batch.conditions.end(), conditions.begin(), conditions.end());
      if (options.flip && is_mirrored(options.seed, position)) mirror(pixels, info.width, info.pixel_bytes());
    }
    return batch;
  }

  void run() {
    try {
      for (;;) {
        Batch batch = make();
        std::unique_lock lock(mutex);
        changed.wait(lock, [&] { return stopping || ready.size() < options.read_ahead; });
        if (stopping) return;
        ready.push_back(std::move(batch));
        changed.notify_all();
      }
    } catch (...) {
      const std::lock_guard lock(mutex);
      failure = std::current_exception();
      changed.notify_all();
    }
  }

  const std::shared_ptr<const Dataset> dataset;
  const LoaderOptions options;
  std::uint64_t next;  ///< batch of the stream; the reading thread's own, as is the order
  std::vector<std::uint32_t> order;
  std::uint64_t order_epoch = 0;

  std::mutex mutex;  ///< guards what follows
  std::condition_variable changed;
  std::deque<Batch> ready;
  std::exception_ptr failure;
  bool stopping = false;
  std::thread thread;
};

Loader::Loader(std::shared_ptr<const Dataset> dataset, LoaderOptions options, std::uint64_t first_batch) {
  if (dataset->size() == 0) throw Error("the data set is empty", dataset->info().path.string());
  if (options.batch_size == 0)
    throw UsageError("a batch of 0 images was asked for", "[train].batch_size", "ask for 1 or more");
  if (options.batch_size % (options.share.of * options.share.parts) != 0)
    throw UsageError(
        fmt::format("a batch of {} has no {} equal shares", options.batch_size, options.share.of * options.share.parts),
        "[train].batch_size");
  options.read_ahead = std::max<std::size_t>(1, options.read_ahead);
  impl_ = std::make_unique<Impl>(std::move(dataset), options, first_batch);
  impl_->thread = std::thread([impl = impl_.get()] { impl->run(); });
}

Loader::~Loader() = default;

Batch Loader::next() {
  std::unique_lock lock(impl_->mutex);
  impl_->changed.wait(lock, [&] { return !impl_->ready.empty() || impl_->failure; });
  if (impl_->ready.empty()) std::rethrow_exception(impl_->failure);  // what was read before it comes first
  Batch batch = std::move(impl_->ready.front());
  impl_->ready.pop_front();
  impl_->changed.notify_all();
  return batch;
}

const Dataset& Loader::dataset() const {
  return *impl_->dataset;
}

}  // namespace ganymede::data
