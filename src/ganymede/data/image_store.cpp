#include "ganymede/data/image_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <optional>

#include "ganymede/core/counted.h"
#include "ganymede/core/error.h"
#include "ganymede/core/hash.h"
#include "ganymede/core/progress.h"
#include "ganymede/core/text.h"
#include "ganymede/data/archived_images.h"
#include "ganymede/data/cache.h"
#include "ganymede/data/decorators.h"
#include "ganymede/data/exclude.h"
#include "ganymede/data/labels.h"
#include "ganymede/data/parallel.h"
#include "ganymede/data/parquet.h"
#include "ganymede/data/shards.h"
#include "ganymede/data/survey.h"
#include "ganymede/image/decode.h"

namespace ganymede::data {
namespace {

namespace fs = std::filesystem;

/// Goes up when decode() or fitted() give other pixels than before: what caches hold is then made anew.
constexpr int kPixelsVersion = 4;
/// Decoding fewer images is over before a bar is read.
constexpr std::size_t kProgressFrom = 20'000;

class FolderImages : public ImageStore {
 public:
  FolderImages(const FileTree& tree, const Wanted& also, std::vector<std::string> notes)
      : root_(tree.root()), notes_(std::move(notes)) {
    for (const auto& name : tree.names()) {
      if (is_table_name(name))
        side_files_.files.push_back({name, 0, read_file(root_ / name, kLargestImage)});
      else if (also(name))
        names_.push_back(name);
    }
    for (auto& note : unread_notes({.lost_links = tree.lost_links(), .no_files = tree.no_files()}))
      notes_.push_back(std::move(note));
    stamps_.resize(names_.size());
    parallel(names_.size(), [&](std::size_t i) { stamps_[i] = tree.stamp(names_[i]); });
  }
  std::size_t count() const override { return names_.size(); }
  std::string name(std::size_t index) const override { return names_.at(index); }
  std::string where(std::size_t index) const override { return (root_ / names_.at(index)).string(); }
  std::uint64_t bytes(std::size_t index) const override {
    std::error_code error;
    return fs::file_size(root_ / names_.at(index), error);
  }
  std::string stamp(std::size_t index) const override { return stamps_.at(index); }
  std::string root() const override { return root_.string(); }
  std::vector<std::string> notes() const override { return notes_; }
  const SideFiles& side_files() const override { return side_files_; }
  void read(std::size_t index, const UseBytes& use) const override {
    use(read_file(root_ / names_.at(index), kLargestImage));
  }

 private:
  fs::path root_;
  std::vector<std::string> names_, stamps_, notes_;
  SideFiles side_files_;
};

struct Shape {
  int height = 0, width = 0, channels = 0, bits = 8;
  std::uint64_t bytes() const { return std::uint64_t{1} * height * width * channels * (bits / 8); }
};

/// The channels all images get: what was asked for, else colour when any has it. Both counts are said.
int channels_of(const std::vector<Examined>& examined, const DatasetOptions& options, std::vector<std::string>& notes) {
  if (decode_options(options).stored_channels()) return options.channels;
  const auto colour = static_cast<std::size_t>(
      std::count_if(examined.begin(), examined.end(), [](const Examined& e) { return e.channels == 3; }));
  const std::size_t grey = examined.size() - colour;
  if (options.channels > 0 && (options.channels == 3 || colour == 0)) return options.channels;
  if (colour > 0 && (grey > 0 || options.channels == 1)) {
    notes.push_back(fmt::format("{} in colour and {} in grey: all are taken as {}",
                                counted(colour, "image is", "images are"), grouped(grey),
                                options.channels == 1 ? "grey" : "RGB"));
  }
  return options.channels > 0 ? options.channels : colour > 0 ? 3 : 1;
}

/// How many images have each size, the most frequent first.
std::vector<std::pair<std::size_t, std::string>> sizes_of(const std::vector<Examined>& examined) {
  std::map<std::pair<int, int>, std::size_t> counts;
  for (const auto& e : examined) ++counts[{e.width, e.height}];
  std::vector<std::pair<std::size_t, std::string>> sizes;
  for (const auto& [size, count] : counts) sizes.emplace_back(count, fmt::format("{}x{}", size.first, size.second));
  std::stable_sort(sizes.begin(), sizes.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  return sizes;
}

void refuse_sizes(const std::vector<Examined>& examined, const std::string& root) {
  constexpr std::size_t kShown = 5;
  const auto sizes = sizes_of(examined);
  if (sizes.size() < 2) return;
  std::string list;
  for (std::size_t i = 0; i < std::min(kShown, sizes.size()); ++i) {
    list += fmt::format("{}{} of {}", list.empty() ? "" : ", ", grouped(sizes[i].first), sizes[i].second);
  }
  if (sizes.size() > kShown) list += ", ...";
  throw Error(fmt::format("images of {} in one set: {}", counted(sizes.size(), "size"), list), root,
              "ask for one size: [data].size or --size");
}

std::string fit_note(const std::vector<Examined>& examined, const DatasetOptions& options) {
  const auto sizes = sizes_of(examined);
  const std::string wanted = fmt::format("{}x{}", options.size.width, options.size.height);
  if (sizes.empty() || (sizes.size() == 1 && sizes[0].second == wanted)) return {};
  const char* how = options.fit == Fit::kPad       ? "fitted into {0}, with white beside them"
                    : options.fit == Fit::kStretch ? "stretched to {0}"
                                                   : "cropped around the centre and resized to {0}";
  return fmt::format("{} {}: {}", sizes.size() == 1 ? "all images are" : "images are of",
                     sizes.size() == 1 ? sizes[0].second : counted(sizes.size(), "size"),
                     fmt::format(fmt::runtime(how), wanted));
}

/// Decodes at each read what is too much for memory.
class LazyImages : public Dataset {
 public:
  LazyImages(std::shared_ptr<const ImageStore> store, ImageListing listing, Shape shape, const DatasetOptions& options,
             DatasetInfo info)
      : store_(std::move(store)), listing_(std::move(listing)), options_(options), info_(std::move(info)) {
    info_.height = shape.height;
    info_.width = shape.width;
    info_.channels = shape.channels;
    info_.bits = shape.bits;
    Digest digest;
    for (std::size_t i = 0; i < listing_.images.size(); ++i) {
      const std::size_t image = listing_.images[i];
      const auto line = fmt::format("{}\n{}\n{}\n", store_->name(image), store_->bytes(image), listing_.labels[i]);
      digest.update({reinterpret_cast<const std::uint8_t*>(line.data()), line.size()});
    }
    if (options.profiles == Profiles::kConvert) {
      digest.update({reinterpret_cast<const std::uint8_t*>("profiles"), sizeof "profiles"});
    }
    if (shape.bits != 8) digest.update({reinterpret_cast<const std::uint8_t*>(&shape.bits), sizeof shape.bits});
    info_.checksum = digest.hex();
  }
  const DatasetInfo& info() const override { return info_; }
  std::size_t size() const override { return listing_.images.size(); }
  int label(std::size_t index) const override { return listing_.labels.at(index); }
  void read(std::size_t index, std::span<std::uint8_t> pixels) const override {
    const std::size_t number = listing_.images.at(index);
    const image::Image image =
        fitted(store_->decode(number, nullptr, decode_options(options_)), options_.size, options_.fit, info_.channels);
    if (image.pixels.size() != pixels.size()) {
      throw Error("the image has another size than when it was checked", store_->where(number), "start again");
    }
    std::copy(image.pixels.begin(), image.pixels.end(), pixels.begin());
  }
  std::string key(std::size_t index) const override { return listed_name(store_->name(listing_.images.at(index))); }

 private:
  std::shared_ptr<const ImageStore> store_;
  ImageListing listing_;
  DatasetOptions options_;
  DatasetInfo info_;
};

/// The pixels of a set, a place for each listed image. Filled from several threads at once.
class Pixels {
 public:
  Pixels(std::size_t count, Shape shape, const DatasetOptions& options)
      : shape_(shape), options_(options), filled_(count) {}

  void put(std::size_t place, image::Image decoded) {
    const image::Image image = fitted(std::move(decoded), options_.size, options_.fit, shape_.channels);
    if (image.pixels.size() != shape_.bytes()) throw Error("the image has another size than when it was checked");
    // Not before: where a cache holds the pixels, none is put.
    std::call_once(reserved_, [&] { pixels_.resize(filled_.size() * shape_.bytes()); });
    std::copy(image.pixels.begin(), image.pixels.end(),
              pixels_.begin() + static_cast<std::ptrdiff_t>(place * shape_.bytes()));
    filled_[place] = 1;
  }
  /// Leaves out the places of bad images.
  void keep(const std::vector<std::size_t>& places) {
    for (std::size_t i = 0; i < places.size(); ++i) {
      filled_[i] = filled_[places[i]];
      if (pixels_.empty()) continue;
      const auto from = pixels_.begin() + static_cast<std::ptrdiff_t>(places[i] * shape_.bytes());
      if (i != places[i])
        std::copy_n(from, shape_.bytes(), pixels_.begin() + static_cast<std::ptrdiff_t>(i * shape_.bytes()));
    }
    filled_.resize(places.size());
    if (!pixels_.empty()) pixels_.resize(places.size() * shape_.bytes());
  }
  /// Decodes what is missing and hands all over.
  Unpacked take(const ImageStore& store, ImageListing listing) {
    std::vector<std::size_t> missing;
    for (std::size_t i = 0; i < filled_.size(); ++i) {
      if (filled_[i] == 0) missing.push_back(i);
    }
    std::optional<Progress> progress;
    if (missing.size() >= kProgressFrom) progress.emplace("decoding", missing.size(), "image");
    std::mutex mutex;
    std::size_t done = 0;
    parallel(missing.size(), [&](std::size_t i) {
      put(missing[i], store.decode(listing.images[missing[i]], nullptr, decode_options(options_)));
      const std::lock_guard lock(mutex);
      if (progress) progress->update(++done);
    });
    Unpacked unpacked;
    unpacked.images.height = shape_.height;
    unpacked.images.width = shape_.width;
    unpacked.images.channels = shape_.channels;
    unpacked.images.bits = shape_.bits;
    unpacked.images.labels = std::move(listing.labels);
    unpacked.images.pixels = std::move(pixels_);
    unpacked.classes = std::move(listing.classes);
    unpacked.notes = std::move(listing.notes);
    return unpacked;
  }

 private:
  Shape shape_;
  DatasetOptions options_;
  std::once_flag reserved_;
  std::vector<std::uint8_t> pixels_;
  std::vector<char> filled_;  // not bits: threads write their own
};

/// Leaves the bad images out of a listing. Returns the places of those that stay.
std::vector<std::size_t> leave_bad_out(ImageListing& listing, std::vector<Examined>& examined) {
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < examined.size(); ++i) {
    if (!examined[i].fault.empty()) continue;
    listing.images[places.size()] = listing.images[i];
    listing.labels[places.size()] = listing.labels[i];
    places.push_back(i);
  }
  listing.images.resize(places.size());
  listing.labels.resize(places.size());
  std::erase_if(examined, [](const Examined& e) { return !e.fault.empty(); });
  return places;
}

std::string cache_key(const ImageStore& store, const ImageListing& listing, const DatasetInfo& info,
                      const DatasetOptions& options, const Shape& shape) {
  std::string key = fmt::format("{}\n{} {} {} {} {} {} {} {} {}\n{}\n", info.name, kPixelsVersion, shape.height,
                                shape.width, shape.channels, shape.bits, options.size.height, options.size.width,
                                static_cast<int>(options.fit), static_cast<int>(options.profiles), store.root());
  for (std::size_t i = 0; i < listing.images.size(); ++i) {
    key += fmt::format("{}\n{}{}\n", store.name(listing.images[i]), store.stamp(listing.images[i]), listing.labels[i]);
  }
  return key;
}

/// The list of names that may lie beside shards.
std::vector<SideFile> class_names_beside(const fs::path& shards) {
  constexpr std::uint64_t kLargest = std::uint64_t{16} << 20;
  std::error_code error;
  const fs::path file = (fs::is_directory(shards, error) ? shards : shards.parent_path()) / kClassNames;
  if (!fs::is_regular_file(file, error)) return {};
  return {{kClassNames, 0, read_file(file, kLargest)}};
}

}  // namespace

image::Image ImageStore::decode(std::size_t index, image::FileFacts* facts, const image::DecodeOptions& wanted) const {
  image::Image decoded;
  read(index, [&](auto bytes) { decoded = image::decode(bytes, where(index), facts, wanted); });
  return decoded;
}

std::shared_ptr<const ImageStore> image_store_of(const FileTree& tree, const Wanted& also) {
  if (tree.archived()) return archived_images({{.path = tree.root()}}, tree.root(), tree.wanted(also), nullptr);
  return std::make_shared<FolderImages>(tree, also, std::vector<std::string>{});
}

std::shared_ptr<const ImageStore> image_store_at(const fs::path& path) {
  const auto sieve = std::make_shared<Sieve>();
  const auto takes = [sieve](bool of_samples) {
    return MemberFilter([sieve, of_samples](const std::string& name, const Head& head) {
      return is_table_name(name) || (of_samples && is_sample_label(name)) || sieve->takes(name, head);
    });
  };
  const auto all = [](const std::string&) { return true; };
  const auto phantoms = std::make_shared<PassedOver>(is_image_name);
  const auto turned_away = [sieve, phantoms] {
    auto notes = sieve->notes();
    std::size_t hidden = 0;
    std::map<std::string, std::size_t> by_name;
    for (const auto& [name, count] : phantoms->files()) hidden += count, by_name[printable(name)] += count;
    if (hidden > 0) {
      notes.push_back(fmt::format("left out: {} that {} hidden or a system's own ({})", counted(hidden, "image file"),
                                  hidden == 1 ? "is" : "are", listed(by_name)));
    }
    return notes;
  };
  const auto shards = shards_at(path);
  if (shards) {
    const fs::path root = shards->size() == 1 ? shards->front().path : path;
    if (is_parquet_name(shards->front().path)) return parquet_images(*shards, root);
    const FileTree any(shards->front().path, takes(true), "", "", phantoms);
    return archived_images(*shards, root, any.wanted(all), turned_away, class_names_beside(path));
  }
  const FileTree tree(path, takes(false), "", "", phantoms);
  if (!tree.archived()) return std::make_shared<FolderImages>(tree, all, turned_away());
  sieve->forget();  // what lies beside the archive
  return archived_images({{.path = tree.root()}}, tree.root(), tree.wanted(all), turned_away);
}

ImageListing chosen(const ImageStore& store, ImageListing all, const DatasetOptions& options,
                    const std::string& where) {
  std::vector<bool> left_out;
  if (!options.exclude.empty()) {
    const auto name = [&](std::size_t i) { return listed_name(store.name(all.images[i])); };
    left_out = left_out_by(options.exclude, all.images.size(), name, "", all.notes);
  }
  Selection selection = select(all.labels, all.classes, options.classes, options.count, where, left_out);
  ImageListing listing{{}, std::move(selection.labels), std::move(selection.classes), std::move(all.notes)};
  for (const auto index : selection.indices) listing.images.push_back(all.images[index]);
  return listing;
}

std::shared_ptr<const Dataset> open_images(std::shared_ptr<const ImageStore> store, ImageListing listing,
                                           const DatasetOptions& options, DatasetInfo info) {
  // Where the shape is known beforehand, one decoding serves the check and the set.
  Shape shape{options.size.height, options.size.width, options.channels, options.bits};
  const auto fits_memory = [&] { return listing.images.size() * shape.bytes() <= kPixelBudget; };
  std::optional<Pixels> pixels;
  OnImage on_image;
  if (shape.bytes() > 0 && fits_memory()) {
    pixels.emplace(listing.images.size(), shape, options);
    on_image = [&](std::size_t place, image::Image image) { pixels->put(place, std::move(image)); };
  }
  const auto begin = std::chrono::steady_clock::now();
  std::vector<Examined> examined = examine(*store, listing.images, decode_options(options), on_image);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  if (!options.skip_bad) refuse_faults(examined, *store, listing.images, store->root());
  std::vector<std::string> notes = survey_notes(examined, decode_options(options));
  const auto places = leave_bad_out(listing, examined);
  if (places.empty()) throw Error("every image is bad", store->root(), "name other images");
  if (pixels) pixels->keep(places);

  shape.channels = channels_of(examined, options, notes);
  if (!options.size.given()) {
    refuse_sizes(examined, store->root());
    shape.height = examined.front().height;
    shape.width = examined.front().width;
  } else if (const auto note = fit_note(examined, options); !note.empty()) {
    notes.push_back(note);
    info.resized = true;
  }
  for (const auto& more : {store->notes(), listing.notes}) notes.insert(notes.end(), more.begin(), more.end());
  info.classes = listing.classes;
  info.notes = std::move(notes);
  if (!fits_memory()) {
    return std::make_shared<LazyImages>(std::move(store), std::move(listing), shape, options, std::move(info));
  }
  std::vector<std::string> keys;
  for (const std::size_t image : listing.images) keys.push_back(listed_name(store->name(image)));
  if (!pixels) pixels.emplace(listing.images.size(), shape, options);
  const std::string key = cache_key(*store, listing, info, options, shape);
  // The time that the check took counts as the set's own.
  Unpacked unpacked =
      cached(key, [&] { return pixels->take(*store, std::move(listing)); }, kCacheFromSeconds - seconds);
  unpacked.images.keys = std::move(keys);
  return in_memory(std::move(info), std::move(unpacked.images));
}

}  // namespace ganymede::data
