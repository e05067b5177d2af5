#include "ganymede/data/pictures.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <optional>

#include "ganymede/core/error.h"
#include "ganymede/core/hash.h"
#include "ganymede/core/progress.h"
#include "ganymede/data/cache.h"
#include "ganymede/data/decorators.h"
#include "ganymede/data/exclude.h"
#include "ganymede/data/parallel.h"
#include "ganymede/image/decode.h"

namespace ganymede::data {
namespace {

namespace fs = std::filesystem;

/// Pictures are files of at most so many bytes; those of an archive are held compressed, together at most kMostHeld.
constexpr std::uint64_t kLargestPicture = std::uint64_t{256} << 20;
constexpr std::uint64_t kMostHeld = std::uint64_t{8} << 30;
/// Pictures looked at to learn whether any has colour.
constexpr std::size_t kProbes = 64;
/// Decoding fewer pictures is over before a bar is read.
constexpr std::size_t kProgressFrom = 20'000;

class FolderPictures : public PictureStore {
 public:
  FolderPictures(const FileTree& tree, const Wanted& also) : root_(tree.root()) {
    for (const auto& name : tree.names()) {
      if (also(name)) names_.push_back(name);
    }
  }
  std::size_t count() const override { return names_.size(); }
  std::string name(std::size_t index) const override { return names_.at(index); }
  std::string where(std::size_t index) const override { return (root_ / names_.at(index)).string(); }
  std::uint64_t bytes(std::size_t index) const override {
    std::error_code error;
    return fs::file_size(root_ / names_.at(index), error);
  }
  image::Image decode(std::size_t index) const override {
    return image::decode(read_file(root_ / names_.at(index), kLargestPicture), where(index));
  }

 private:
  fs::path root_;
  std::vector<std::string> names_;
};

class ArchivePictures : public PictureStore {
 public:
  ArchivePictures(FileTree tree, const Wanted& also) : tree_(std::move(tree)) {
    ArchiveLimits limits;
    limits.member = kLargestPicture;
    limits.total = kMostHeld;
    std::map<std::string, Bytes> held;
    tree_.read(
        also,
        [&](const std::string& name, Bytes bytes) {
          held[name] = std::move(bytes);
          return true;
        },
        limits);
    for (auto& [name, bytes] : held) pictures_.emplace_back(name, std::move(bytes));
  }
  std::size_t count() const override { return pictures_.size(); }
  std::string name(std::size_t index) const override { return pictures_.at(index).first; }
  std::string where(std::size_t index) const override { return tree_.where(pictures_.at(index).first); }
  std::uint64_t bytes(std::size_t index) const override { return pictures_.at(index).second.size(); }
  image::Image decode(std::size_t index) const override {
    return image::decode(pictures_.at(index).second, where(index));
  }

 private:
  FileTree tree_;
  std::vector<std::pair<std::string, Bytes>> pictures_;
};

struct Shape {
  int height = 0, width = 0, channels = 0;
  std::uint64_t bytes() const { return std::uint64_t{1} * height * width * channels; }
};

/// The shape all pictures get: what was asked for, else that of the first; with colour when any of some has it.
Shape shape_of(const PictureStore& store, const PictureListing& listing, const DatasetOptions& options) {
  const image::Image first = store.decode(listing.pictures.front());
  Shape shape{options.size, options.size, options.channels};
  if (options.size == 0) shape = {first.height, first.width, options.channels};
  if (shape.channels > 0) return shape;
  shape.channels = first.channels;
  const std::size_t probes = std::min(kProbes, listing.pictures.size());
  for (std::size_t i = 0; i < probes && shape.channels == 1; ++i) {
    shape.channels = store.decode(listing.pictures[i * listing.pictures.size() / probes]).channels;
  }
  return shape;
}

/// One picture in the shape of all.
image::Image picture_of(const PictureStore& store, std::size_t index, const Shape& shape,
                        const DatasetOptions& options) {
  image::Image picture = store.decode(index);
  if (options.size == 0 && (picture.height != shape.height || picture.width != shape.width)) {
    throw Error(
        fmt::format("pictures of {}x{} and {}x{} in one set", shape.width, shape.height, picture.width, picture.height),
        store.where(index), "ask for one size: [data].size or --size");
  }
  if (options.channels == 0 && picture.channels > shape.channels) {
    throw Error("a picture in colour among grey ones", store.where(index), "set [data].channels to 1 or 3");
  }
  return fitted(std::move(picture), options.size, shape.channels);
}

/// Decodes at each read what is too much for memory.
class LazyPictures : public Dataset {
 public:
  LazyPictures(std::shared_ptr<const PictureStore> store, PictureListing listing, Shape shape,
               const DatasetOptions& options, DatasetInfo info)
      : store_(std::move(store)),
        listing_(std::move(listing)),
        shape_(shape),
        options_(options),
        info_(std::move(info)) {
    info_.height = shape.height;
    info_.width = shape.width;
    info_.channels = shape.channels;
    Digest digest;
    for (std::size_t i = 0; i < listing_.pictures.size(); ++i) {
      const std::size_t picture = listing_.pictures[i];
      const auto line = fmt::format("{}\n{}\n{}\n", store_->name(picture), store_->bytes(picture), listing_.labels[i]);
      digest.update({reinterpret_cast<const std::uint8_t*>(line.data()), line.size()});
    }
    info_.checksum = digest.hex();
  }
  const DatasetInfo& info() const override { return info_; }
  std::size_t size() const override { return listing_.pictures.size(); }
  int label(std::size_t index) const override { return listing_.labels.at(index); }
  void read(std::size_t index, std::span<std::uint8_t> pixels) const override {
    const image::Image picture = picture_of(*store_, listing_.pictures.at(index), shape_, options_);
    std::copy(picture.pixels.begin(), picture.pixels.end(), pixels.begin());
  }
  std::string key(std::size_t index) const override { return store_->name(listing_.pictures.at(index)); }

 private:
  std::shared_ptr<const PictureStore> store_;
  PictureListing listing_;
  Shape shape_;
  DatasetOptions options_;
  DatasetInfo info_;
};

Unpacked decode_all(const PictureStore& store, PictureListing listing, const Shape& shape,
                    const DatasetOptions& options) {
  Unpacked unpacked;
  Images& images = unpacked.images;
  images.height = shape.height;
  images.width = shape.width;
  images.channels = shape.channels;
  images.labels = std::move(listing.labels);
  images.pixels.resize(listing.pictures.size() * shape.bytes());
  std::optional<Progress> progress;
  if (listing.pictures.size() >= kProgressFrom) progress.emplace("decoding", listing.pictures.size(), "image");
  std::mutex mutex;
  std::size_t done = 0;
  parallel(listing.pictures.size(), [&](std::size_t i) {
    const image::Image picture = picture_of(store, listing.pictures[i], shape, options);
    std::copy(picture.pixels.begin(), picture.pixels.end(),
              images.pixels.begin() + static_cast<std::ptrdiff_t>(i * shape.bytes()));
    const std::lock_guard lock(mutex);
    if (progress) progress->update(++done);
  });
  unpacked.classes = std::move(listing.classes);
  unpacked.notes = std::move(listing.notes);
  return unpacked;
}

}  // namespace

bool is_picture_name(const std::string& name) {
  std::string end = name.substr(std::min(name.size(), name.rfind('.')));
  std::transform(end.begin(), end.end(), end.begin(), [](unsigned char c) { return std::tolower(c); });
  return end == ".png" || end == ".jpg" || end == ".jpeg" || end == ".webp";
}

std::shared_ptr<const PictureStore> pictures_of(const FileTree& tree, const Wanted& also) {
  if (tree.archived()) return std::make_shared<ArchivePictures>(tree, also);
  return std::make_shared<FolderPictures>(tree, also);
}

PictureListing chosen(const PictureStore& store, PictureListing all, const DatasetOptions& options,
                      const std::string& where) {
  std::vector<bool> left_out;
  if (!options.exclude.empty()) {
    const auto name = [&](std::size_t i) { return store.name(all.pictures[i]); };
    left_out = left_out_by(options.exclude, all.pictures.size(), name, "", all.notes);
  }
  Selection selection = select(all.labels, all.classes, options.classes, options.count, where, left_out);
  PictureListing listing{{}, std::move(selection.labels), std::move(selection.classes), std::move(all.notes)};
  for (const auto index : selection.indices) listing.pictures.push_back(all.pictures[index]);
  return listing;
}

std::shared_ptr<const Dataset> open_pictures(std::shared_ptr<const PictureStore> store, PictureListing listing,
                                             const DatasetOptions& options, DatasetInfo info,
                                             const std::string& fingerprint) {
  const Shape shape = shape_of(*store, listing, options);
  if (listing.pictures.size() * shape.bytes() > kPixelBudget) {
    info.classes = listing.classes;
    info.notes = listing.notes;
    return std::make_shared<LazyPictures>(std::move(store), std::move(listing), shape, options, std::move(info));
  }
  std::string key = fmt::format("{}\n{}\n{} {} {} {}\n", info.name, fingerprint, shape.height, shape.width,
                                shape.channels, options.size);
  for (std::size_t i = 0; i < listing.pictures.size(); ++i) {
    key += fmt::format("{}\n{}\n", store->name(listing.pictures[i]), listing.labels[i]);
  }
  info.classes = listing.classes;
  info.notes = listing.notes;
  std::vector<std::string> keys;
  for (const std::size_t picture : listing.pictures) keys.push_back(store->name(picture));
  Unpacked unpacked = cached(key, [&] { return decode_all(*store, std::move(listing), shape, options); });
  unpacked.images.keys = std::move(keys);
  return in_memory(std::move(info), std::move(unpacked.images));
}

}  // namespace ganymede::data
