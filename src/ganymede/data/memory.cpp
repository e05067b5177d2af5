#include "ganymede/data/memory.h"

#include <algorithm>

#include "ganymede/core/hash.h"

namespace ganymede::data {
namespace {

class MemoryDataset : public Dataset {
 public:
  MemoryDataset(DatasetInfo info, Images images) : info_(std::move(info)), images_(std::move(images)) {}

  const DatasetInfo& info() const override { return info_; }
  std::size_t size() const override { return images_.count(); }
  int label(std::size_t index) const override { return images_.labels.at(index); }
  void read(std::size_t index, std::span<std::uint8_t> pixels) const override {
    const std::size_t bytes = images_.image_bytes();
    std::copy_n(images_.pixels.begin() + static_cast<std::ptrdiff_t>(index * bytes), bytes, pixels.begin());
  }
  std::string key(std::size_t index) const override {
    return images_.keys.empty() ? Dataset::key(index) : images_.keys.at(index);
  }
  bool is_in_memory() const override { return true; }

 private:
  DatasetInfo info_;
  Images images_;
};

}  // namespace

std::string content_checksum(const Images& images) {
  Digest digest;
  digest.update(images.pixels);
  std::vector<std::uint8_t> labels;
  labels.reserve(images.labels.size() * 4);
  for (const std::int32_t label : images.labels) {
    for (int shift = 0; shift < 32; shift += 8) {
      labels.push_back(static_cast<std::uint8_t>(static_cast<std::uint32_t>(label) >> shift));
    }
  }
  digest.update(labels);
  return digest.hex();
}

std::shared_ptr<const Dataset> in_memory(DatasetInfo info, Images images) {
  info.height = images.height;
  info.width = images.width;
  info.channels = images.channels;
  info.bits = images.bits;
  if (info.checksum.empty()) info.checksum = images.checksum.empty() ? content_checksum(images) : images.checksum;
  return std::make_shared<MemoryDataset>(std::move(info), std::move(images));
}

}  // namespace ganymede::data
