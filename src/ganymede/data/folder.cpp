// A folder of pictures, or a zip or tar of one: PNG, JPEG and WebP, with a folder for each class, or none.
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
#include "ganymede/data/file_tree.h"
#include "ganymede/data/parallel.h"
#include "ganymede/data/sources.h"
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

bool is_picture(const std::string& name) {
  std::string end = name.substr(std::min(name.size(), name.rfind('.')));
  std::transform(end.begin(), end.end(), end.begin(), [](unsigned char c) { return std::tolower(c); });
  return end == ".png" || end == ".jpg" || end == ".jpeg" || end == ".webp";
}

/// The pictures in their compressed form: read from the folder when asked for, or held in memory for an archive.
class Files {
 public:
  Files(const DatasetOptions& options) : tree_(options.path, is_picture, "", "") {
    if (!tree_.archived()) {
      names = tree_.names();
      return;
    }
    ArchiveLimits limits;
    limits.member = kLargestPicture;
    limits.total = kMostHeld;
    tree_.read([](const std::string&) { return true; },
               [&](const std::string& name, Bytes bytes) {
                 held_[name] = std::move(bytes);
                 return true;
               },
               limits);
    for (const auto& [name, bytes] : held_) names.push_back(name);
  }

  const FileTree& tree() const { return tree_; }
  std::string where(std::size_t index) const { return tree_.where(names[index]); }
  std::uint64_t bytes(std::size_t index) const {
    if (tree_.archived()) return held_.at(names[index]).size();
    std::error_code error;
    return fs::file_size(tree_.root() / names[index], error);
  }
  image::Image decode(std::size_t index) const {
    if (tree_.archived()) return image::decode(held_.at(names[index]), where(index));
    return image::decode(read_file(tree_.root() / names[index], kLargestPicture), where(index));
  }

  std::vector<std::string> names;  ///< sorted

 private:
  FileTree tree_;
  std::map<std::string, Bytes> held_;
};

/// The pictures that were asked for, with their classes.
struct Listing {
  std::vector<std::size_t> files;  ///< into Files::names
  std::vector<std::int32_t> labels;
  std::vector<std::string> classes;
  std::vector<std::string> notes;
};

/// The folders of a name, outermost first.
std::vector<std::string> folders_of(const std::string& name) {
  std::vector<std::string> parts;
  std::size_t begin = 0;
  for (std::size_t slash; (slash = name.find('/', begin)) != std::string::npos; begin = slash + 1) {
    parts.push_back(name.substr(begin, slash - begin));
  }
  return parts;
}

/// Takes away the outermost folder while all pictures share it and have further folders below: "faces.zip" may hold
/// "faces/man/1.jpg". One level always stays, as the class.
void strip_wrapping(std::vector<std::vector<std::string>>& folders) {
  while (!folders.empty()) {
    const auto wrapped = [&](const auto& parts) { return parts.size() > 1 && parts[0] == folders[0][0]; };
    if (!std::all_of(folders.begin(), folders.end(), wrapped)) return;
    for (auto& parts : folders) parts.erase(parts.begin());
  }
}

Listing list(const Files& files, const DatasetOptions& options) {
  const std::string root = files.tree().root().string();
  if (files.names.empty()) {
    throw Error("no picture (.png, .jpg, .jpeg or .webp) was found", root, "name a folder or archive of pictures");
  }
  std::vector<std::vector<std::string>> folders;
  for (const auto& name : files.names) folders.push_back(folders_of(name));
  strip_wrapping(folders);

  std::vector<std::size_t> kept;
  std::vector<std::string> classes, split_names;
  std::size_t loose = 0;
  for (std::size_t i = 0; i < folders.size(); ++i) {
    auto& parts = folders[i];
    if (!options.splits.empty()) {
      const std::string split = parts.empty() ? "" : parts[0];
      if (std::find(split_names.begin(), split_names.end(), split) == split_names.end()) split_names.push_back(split);
      if (std::find(options.splits.begin(), options.splits.end(), split) == options.splits.end()) continue;
      parts.erase(parts.begin());
    }
    kept.push_back(i);
    if (parts.empty())
      ++loose;
    else if (classes.empty() || classes.back() != parts[0])
      classes.push_back(parts[0]);
  }
  for (const auto& split : options.splits) {
    if (std::find(split_names.begin(), split_names.end(), split) != split_names.end()) continue;
    throw UsageError(fmt::format("no folder for split '{}'", split), root, suggest(split, split_names));
  }
  std::sort(classes.begin(), classes.end());
  classes.erase(std::unique(classes.begin(), classes.end()), classes.end());

  Listing all;
  for (const std::size_t i : kept) {
    if (folders[i].empty() && !classes.empty()) continue;
    all.files.push_back(i);
    const auto at =
        folders[i].empty() ? classes.end() : std::lower_bound(classes.begin(), classes.end(), folders[i][0]);
    all.labels.push_back(at == classes.end() ? -1 : static_cast<std::int32_t>(at - classes.begin()));
  }
  if (loose > 0 && !classes.empty()) {
    all.notes.push_back(fmt::format("{} pictures beside the class folders are left out", loose));
  }
  Selection selection = select(all.labels, classes, options.classes, options.count, root);
  Listing listing{{}, std::move(selection.labels), std::move(selection.classes), std::move(all.notes)};
  for (const auto index : selection.indices) listing.files.push_back(all.files[index]);
  return listing;
}

struct Shape {
  int height = 0, width = 0, channels = 0;
  std::uint64_t bytes() const { return std::uint64_t{1} * height * width * channels; }
};

/// The shape all pictures get: what was asked for, else that of the first; with colour when any of some has it.
Shape shape_of(const Files& files, const Listing& listing, const DatasetOptions& options) {
  const image::Image first = files.decode(listing.files.front());
  Shape shape{options.size, options.size, options.channels};
  if (options.size == 0) shape = {first.height, first.width, options.channels};
  if (shape.channels > 0) return shape;
  shape.channels = first.channels;
  const std::size_t probes = std::min(kProbes, listing.files.size());
  for (std::size_t i = 0; i < probes && shape.channels == 1; ++i) {
    shape.channels = files.decode(listing.files[i * listing.files.size() / probes]).channels;
  }
  return shape;
}

/// One picture in the shape of all.
image::Image picture_of(const Files& files, std::size_t index, const Shape& shape, const DatasetOptions& options) {
  image::Image picture = files.decode(index);
  if (options.size == 0 && (picture.height != shape.height || picture.width != shape.width)) {
    throw Error(
        fmt::format("pictures of {}x{} and {}x{} in one set", shape.width, shape.height, picture.width, picture.height),
        files.where(index), "ask for one size: [data].size or --size");
  }
  if (options.channels == 0 && picture.channels > shape.channels) {
    throw Error("a picture in colour among grey ones", files.where(index), "set [data].channels to 1 or 3");
  }
  return fitted(std::move(picture), options.size, shape.channels);
}

/// Decodes at each read what is too much for memory.
class LazyFolder : public Dataset {
 public:
  LazyFolder(Files files, Listing listing, Shape shape, const DatasetOptions& options, DatasetInfo info)
      : files_(std::move(files)),
        listing_(std::move(listing)),
        shape_(shape),
        options_(options),
        info_(std::move(info)) {
    info_.height = shape.height;
    info_.width = shape.width;
    info_.channels = shape.channels;
    Digest digest;
    for (std::size_t i = 0; i < listing_.files.size(); ++i) {
      const std::size_t file = listing_.files[i];
      const auto line = fmt::format("{}\n{}\n{}\n", files_.names[file], files_.bytes(file), listing_.labels[i]);
      digest.update({reinterpret_cast<const std::uint8_t*>(line.data()), line.size()});
    }
    info_.checksum = digest.hex();
  }
  const DatasetInfo& info() const override { return info_; }
  std::size_t size() const override { return listing_.files.size(); }
  int label(std::size_t index) const override { return listing_.labels.at(index); }
  void read(std::size_t index, std::span<std::uint8_t> pixels) const override {
    const image::Image picture = picture_of(files_, listing_.files.at(index), shape_, options_);
    std::copy(picture.pixels.begin(), picture.pixels.end(), pixels.begin());
  }

 private:
  Files files_;
  Listing listing_;
  Shape shape_;
  DatasetOptions options_;
  DatasetInfo info_;
};

Unpacked decode_all(const Files& files, Listing listing, const Shape& shape, const DatasetOptions& options) {
  Unpacked unpacked;
  Images& images = unpacked.images;
  images.height = shape.height;
  images.width = shape.width;
  images.channels = shape.channels;
  images.labels = std::move(listing.labels);
  images.pixels.resize(listing.files.size() * shape.bytes());
  std::optional<Progress> progress;
  if (listing.files.size() >= kProgressFrom) progress.emplace("decoding", listing.files.size(), "image");
  std::mutex mutex;
  std::size_t done = 0;
  parallel(listing.files.size(), [&](std::size_t i) {
    const image::Image picture = picture_of(files, listing.files[i], shape, options);
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

std::shared_ptr<const Dataset> open_folder(const DatasetOptions& options) {
  Files files(options);
  DatasetInfo info;
  info.name = "folder";
  info.path = files.tree().root();
  info.splits = options.splits;
  Listing listing = list(files, options);
  const Shape shape = shape_of(files, listing, options);
  if (listing.files.size() * shape.bytes() > kPixelBudget) {
    info.classes = listing.classes;
    info.notes = listing.notes;
    return std::make_shared<LazyFolder>(std::move(files), std::move(listing), shape, options, std::move(info));
  }
  std::string key = fmt::format("folder\n{}\n{} {} {} {}\n", files.tree().fingerprint(), shape.height, shape.width,
                                shape.channels, options.size);
  for (std::size_t i = 0; i < listing.files.size(); ++i) {
    key += fmt::format("{}\n{}\n", files.names[listing.files[i]], listing.labels[i]);
  }
  Unpacked unpacked = cached(key, [&] { return decode_all(files, listing, shape, options); });
  info.classes = std::move(unpacked.classes);
  info.notes = std::move(unpacked.notes);
  return in_memory(std::move(info), std::move(unpacked.images));
}

}  // namespace ganymede::data
