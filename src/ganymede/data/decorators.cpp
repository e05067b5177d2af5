#include "ganymede/data/decorators.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <vector>

#include "ganymede/core/error.h"
#include "ganymede/core/hash.h"
#include "ganymede/data/memory.h"
#include "ganymede/data/parallel.h"
#include "ganymede/image/decode.h"
#include "ganymede/image/resize.h"

namespace ganymede::data {
namespace {

/// The checksum of a set derived from another: of what it was and of what was done, without reading the pixels again.
template <class T>
std::string derived_checksum(const std::string& base, const std::string& what, const std::vector<T>& numbers) {
  Digest digest;
  const std::string text = base + "\n" + what + "\n";
  digest.update({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
  digest.update({reinterpret_cast<const std::uint8_t*>(numbers.data()), numbers.size() * sizeof(T)});
  return digest.hex();
}

class Subset : public Dataset {
 public:
  Subset(std::shared_ptr<const Dataset> whole, Selection selection)
      : whole_(std::move(whole)), selection_(std::move(selection)), info_(whole_->info()) {
    info_.classes = selection_.classes;
    info_.notes.insert(info_.notes.end(), selection_.notes.begin(), selection_.notes.end());
    std::vector<std::uint32_t> numbers = selection_.indices;
    for (const auto label : selection_.labels) numbers.push_back(static_cast<std::uint32_t>(label));
    info_.checksum = derived_checksum(info_.checksum, "subset", numbers);
  }
  const DatasetInfo& info() const override { return info_; }
  std::size_t size() const override { return selection_.indices.size(); }
  int label(std::size_t index) const override { return selection_.labels.at(index); }
  std::span<const float> conditions(std::size_t index) const override {
    return whole_->conditions(selection_.indices.at(index));
  }
  void read(std::size_t index, std::span<std::uint8_t> pixels) const override {
    whole_->read(selection_.indices.at(index), pixels);
  }
  std::string key(std::size_t index) const override { return whole_->key(selection_.indices.at(index)); }
  bool is_in_memory() const override { return whole_->is_in_memory(); }

 private:
  std::shared_ptr<const Dataset> whole_;
  Selection selection_;
  DatasetInfo info_;
};

class Resized : public Dataset {
 public:
  Resized(std::shared_ptr<const Dataset> whole, ImageSize size, int channels, Fit fit, int bits)
      : whole_(std::move(whole)), info_(whole_->info()), size_(size), fit_(fit) {
    if (size.given()) {
      info_.resized = info_.resized || !size.is(info_.height, info_.width);
      info_.height = size.height, info_.width = size.width;
    }
    if (channels > 0) info_.channels = channels;
    if (bits > 0) info_.bits = bits;
    std::vector<int> what = {info_.height, info_.width, info_.channels};
    if (fit != Fit::kCrop) what.push_back(static_cast<int>(fit));
    if (info_.bits != whole_->info().bits) what.push_back(info_.bits);
    info_.checksum = derived_checksum(info_.checksum, "resized", what);
  }
  const DatasetInfo& info() const override { return info_; }
  std::size_t size() const override { return whole_->size(); }
  int label(std::size_t index) const override { return whole_->label(index); }
  std::span<const float> conditions(std::size_t index) const override { return whole_->conditions(index); }
  std::string key(std::size_t index) const override { return whole_->key(index); }
  void read(std::size_t index, std::span<std::uint8_t> pixels) const override {
    image::Image result = fitted(image_at(*whole_, index), size_, fit_, info_.channels);
    if (info_.bits == 8) result = image::eight_bits(std::move(result));
    std::copy(result.pixels.begin(), result.pixels.end(), pixels.begin());
  }

 private:
  std::shared_ptr<const Dataset> whole_;
  DatasetInfo info_;
  ImageSize size_;
  Fit fit_;
};

/// Keeps the pixels of a set whose reads cannot fail, each from when it is first read: a training's first step need not
/// wait for the last image.
class KeptWhenRead : public Dataset {
 public:
  explicit KeptWhenRead(std::shared_ptr<const Dataset> source)
      : source_(std::move(source)),
        bytes_(source_->image_bytes()),
        pixels_(new std::uint8_t[source_->size() * bytes_]),  // left as it is: pages that nobody reads cost nothing
        states_(source_->size()) {}
  const DatasetInfo& info() const override { return source_->info(); }
  std::size_t size() const override { return source_->size(); }
  int label(std::size_t index) const override { return source_->label(index); }
  std::span<const float> conditions(std::size_t index) const override { return source_->conditions(index); }
  std::string key(std::size_t index) const override { return source_->key(index); }
  bool is_in_memory() const override { return true; }
  void read(std::size_t index, std::span<std::uint8_t> pixels) const override {
    std::atomic<State>& state = states_.at(index);
    std::uint8_t* const kept = pixels_.get() + index * bytes_;
    if (state.load(std::memory_order_acquire) == State::kKept) {
      std::copy_n(kept, bytes_, pixels.begin());
      return;
    }
    source_->read(index, pixels);
    State missing = State::kMissing;
    if (!state.compare_exchange_strong(missing, State::kBeingKept)) return;  // by another thread
    std::copy_n(pixels.begin(), bytes_, kept);
    state.store(State::kKept, std::memory_order_release);
  }

 private:
  enum class State : std::uint8_t { kMissing, kBeingKept, kKept };

  std::shared_ptr<const Dataset> source_;
  std::size_t bytes_;
  std::unique_ptr<std::uint8_t[]> pixels_;
  mutable std::vector<std::atomic<State>> states_;
};

}  // namespace

Selection select(const std::vector<std::int32_t>& labels, const std::vector<std::string>& classes,
                 const std::vector<std::string>& wanted, std::size_t count, const std::string& where,
                 const std::vector<bool>& left_out) {
  Selection selection;
  selection.classes = wanted.empty() ? classes : wanted;
  std::vector<std::int32_t> renamed(classes.size(), -1);
  for (std::size_t place = 0; place < selection.classes.size(); ++place) {
    const std::string& name = selection.classes[place];
    const auto found = std::find(classes.begin(), classes.end(), name);
    if (found == classes.end()) {
      if (classes.empty())
        throw UsageError(fmt::format("class '{}' was asked of data without labels", name), where,
                         "leave [data].classes out");
      throw UsageError(fmt::format("unknown class '{}'", name), where, suggest(name, classes));
    }
    std::int32_t& label = renamed[static_cast<std::size_t>(found - classes.begin())];
    if (label >= 0) throw UsageError(fmt::format("class '{}' was asked for twice", name), where, "name it once");
    label = static_cast<std::int32_t>(place);
  }
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (!left_out.empty() && left_out[i]) continue;
    const std::int32_t label = labels[i] < 0 ? -1 : renamed.at(static_cast<std::size_t>(labels[i]));
    if (label < 0 && !wanted.empty()) continue;
    selection.indices.push_back(static_cast<std::uint32_t>(i));
    selection.labels.push_back(label);
  }
  if (selection.indices.empty())
    throw Error("no image is left of what was asked for", where, "ask for other classes or for fewer conditions");
  const std::size_t have = selection.indices.size();
  if (count > 0 && count < have) {
    for (std::size_t i = 0; i < count; ++i) {
      selection.indices[i] = selection.indices[i * have / count];
      selection.labels[i] = selection.labels[i * have / count];
    }
    selection.indices.resize(count);
    selection.labels.resize(count);
  }
  return selection;
}

std::shared_ptr<const Dataset> subset(std::shared_ptr<const Dataset> whole, Selection selection) {
  return std::make_shared<Subset>(std::move(whole), std::move(selection));
}

std::shared_ptr<const Dataset> resized(std::shared_ptr<const Dataset> whole, ImageSize size, int channels, Fit fit,
                                       int bits) {
  const bool in_memory = whole->is_in_memory();
  const auto view = std::make_shared<Resized>(std::move(whole), size, channels, fit, bits);
  if (view->size() * view->image_bytes() > kPixelBudget) return view;
  if (in_memory) return std::make_shared<KeptWhenRead>(view);
  return held_in_memory(*view);
}

std::shared_ptr<const Dataset> held_in_memory(const Dataset& source) {
  const std::size_t bytes = source.image_bytes();
  Images images;
  images.height = source.info().height;
  images.width = source.info().width;
  images.channels = source.info().channels;
  images.bits = source.info().bits;
  images.pixels.resize(source.size() * bytes);
  bool named = false;
  for (std::size_t i = 0; i < source.size(); ++i) {
    images.labels.push_back(source.label(i));
    images.keys.push_back(source.key(i));
    named = named || images.keys.back() != std::to_string(i);
  }
  if (!named) images.keys = {};
  parallel(source.size(), [&](std::size_t i) { source.read(i, std::span(images.pixels).subspan(i * bytes, bytes)); });
  return in_memory(source.info(), std::move(images));
}

image::Image fitted(image::Image image, ImageSize size, Fit fit, int channels) {
  const auto [height, width] = size;
  if (size.given() && (image.width != width || image.height != height)) {
    if (fit == Fit::kPad) {
      const double scale = std::min(1.0 * width / image.width, 1.0 * height / image.height);
      const int inner_width = std::clamp(static_cast<int>(std::lround(image.width * scale)), 1, width);
      const int inner_height = std::clamp(static_cast<int>(std::lround(image.height * scale)), 1, height);
      image = image::on_white(image::resize(image, inner_width, inner_height), width, height);
    } else {
      if (fit == Fit::kCrop) image = image::center_crop(image, width, height);
      image = image::resize(image, width, height);
    }
  }
  if (channels > 0 && image.channels != channels) image = image::to_channels(std::move(image), channels);
  return image;
}

}  // namespace ganymede::data
