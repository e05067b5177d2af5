// STL-10 (Coates, Lee, Ng: "An analysis of single-layer networks in unsupervised feature learning", 2011) in its binary
// layout: files of 96 x 96 images, three planes each, every plane column by column; labels are bytes of 1 to 10. The
// split "unlabeled" has no labels.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "ganymede/core/counted.h"
#include "ganymede/core/error.h"
#include "ganymede/data/cache.h"
#include "ganymede/data/file_tree.h"
#include "ganymede/data/parallel.h"
#include "ganymede/data/published.h"
#include "ganymede/data/sources.h"

namespace ganymede::data {
namespace {

constexpr int kStlSide = 96;
constexpr std::size_t kStlPlane = kStlSide * kStlSide, kStlImage = 3 * kStlPlane;
constexpr std::uint64_t kMaxStlImages = 1'000'000;
const std::vector<std::string> kStlClasses = {"airplane", "bird",  "car",    "cat",  "deer",
                                              "dog",      "horse", "monkey", "ship", "truck"};
constexpr const char* kStlHint = "unpack it again, or run `ganymede data fetch stl10`";

struct StlSplit {
  const char *name, *images, *labels;  ///< no labels: nullptr
  std::size_t count;                   ///< officially
};
constexpr StlSplit kStlSplits[] = {{"train", "train_X.bin", "train_y.bin", 5'000},
                                   {"test", "test_X.bin", "test_y.bin", 8'000},
                                   {"unlabeled", "unlabeled_X.bin", nullptr, 100'000}};

/// A whole file's images: columns of planes become rows of pixels, in place, since the unlabelled ones take 2.8 GB.
void turn_to_rows(Bytes& bytes) {
  parallel(bytes.size() / kStlImage, [&](std::size_t image) {
    std::uint8_t* at = bytes.data() + image * kStlImage;
    const std::vector<std::uint8_t> planes(at, at + kStlImage);
    for (std::size_t row = 0; row < kStlSide; ++row) {
      for (std::size_t column = 0; column < kStlSide; ++column) {
        for (std::size_t channel = 0; channel < 3; ++channel)
          *at++ = planes[channel * kStlPlane + column * kStlSide + row];
      }
    }
  });
}

void append_split(const StlSplit& split, Bytes pixels, const Bytes& labels, const std::string& where,
                  const std::string& where_labels, Images& images) {
  const std::size_t count = pixels.size() / kStlImage;
  if (count == 0 || pixels.size() % kStlImage != 0) {
    throw Error(fmt::format("the file is truncated: it ends {} into image {} (of {} each)",
                            counted(pixels.size() % kStlImage, "byte"), count, counted(kStlImage, "byte")),
                where, kStlHint);
  }
  if (split.labels != nullptr && labels.size() != count) {
    throw Error(fmt::format("{} but {}", counted(count, "image"), counted(labels.size(), "label")),
                fmt::format("{} and {}", where, where_labels), "use files of the same set");
  }
  for (std::size_t i = 0; i < count; ++i) {
    if (split.labels == nullptr) {
      images.labels.push_back(-1);
    } else if (labels[i] < 1 || labels[i] > kStlClasses.size()) {
      throw Error(fmt::format("label {} is out of range 1..{}", labels[i], kStlClasses.size()),
                  fmt::format("{} byte {}", where_labels, i), kStlHint);
    } else {
      images.labels.push_back(labels[i] - 1);
    }
  }
  turn_to_rows(pixels);
  if (images.pixels.empty()) {
    images.pixels = std::move(pixels);
    return;
  }
  const std::size_t before = images.pixels.size();
  images.pixels.resize(before + pixels.size());
  std::copy(pixels.begin(), pixels.end(), images.pixels.begin() + static_cast<std::ptrdiff_t>(before));
}

Unpacked unpack_stl10(const FileTree& tree, const std::vector<StlSplit>& wanted) {
  std::map<std::string, Bytes> found;
  std::map<std::string, std::string> where;
  std::size_t files = 0;
  for (const StlSplit& split : wanted) files += split.labels == nullptr ? 1 : 2;
  const auto asked = [&](const std::string& name) {
    const std::string base = base_name(name);
    return std::any_of(wanted.begin(), wanted.end(), [&](const StlSplit& split) {
      return base == split.images || (split.labels != nullptr && base == split.labels);
    });
  };
  ArchiveLimits limits;
  limits.member = kMaxStlImages * kStlImage;
  tree.read(
      asked,
      [&](const std::string& name, Bytes bytes) {
        where[base_name(name)] = tree.where(name);
        found[base_name(name)] = std::move(bytes);
        return found.size() < files;
      },
      limits);
  const auto take = [&](const char* name) {
    const auto file = found.find(name);
    if (file == found.end()) throw Error(fmt::format("{} is missing", name), tree.root().string(), kStlHint);
    return std::move(file->second);
  };
  Unpacked unpacked;
  Images& images = unpacked.images;
  images.height = images.width = kStlSide;
  images.channels = 3;
  ContentCheck check("stl10");
  for (const StlSplit& split : wanted) {
    Bytes pixels = take(split.images);
    const Bytes labels = split.labels == nullptr ? Bytes() : take(split.labels);
    check.add(split.images, pixels);
    if (split.labels != nullptr) {
      check.add(split.labels, labels);
      unpacked.classes = kStlClasses;
    }
    const std::size_t before = images.count();
    append_split(split, std::move(pixels), labels, where[split.images],
                 split.labels == nullptr ? "" : where[split.labels], images);
    if (const std::size_t count = images.count() - before; count != split.count) {
      unpacked.notes.push_back(
          fmt::format("{}: {} of {}", split.images, grouped(count), counted(split.count, "image")));
    }
  }
  if (const std::string note = check.note(); !note.empty()) unpacked.notes.push_back(note);
  return unpacked;
}

std::shared_ptr<const Dataset> open_stl10(const DatasetOptions& options) {
  const auto known = [](const std::string& name) {
    const std::string base = base_name(name);
    return std::any_of(std::begin(kStlSplits), std::end(kStlSplits), [&](const StlSplit& split) {
      return base == split.images || (split.labels != nullptr && base == split.labels);
    });
  };
  const FileTree tree(options.path, Wanted(known), "stl10", "stl10");
  std::vector<StlSplit> wanted;
  std::string key = "stl10\n" + tree.fingerprint();
  for (const auto& name : options.splits) {
    key += "\n" + name;
    for (const StlSplit& split : kStlSplits) {
      if (name == split.name) wanted.push_back(split);
    }
  }
  const auto build = [&] { return unpack_stl10(tree, wanted); };
  Unpacked unpacked = tree.archived() ? cached(key, build) : build();
  DatasetInfo info;
  info.name = "stl10";
  info.path = tree.root();
  info.classes = std::move(unpacked.classes);
  info.splits = options.splits;
  info.notes = std::move(unpacked.notes);
  return in_memory(std::move(info), std::move(unpacked.images));
}

}  // namespace

void register_stl10(SourceRegistry& registry) {
  add_source(registry, {.name = "stl10",
                        .title = "STL-10: 13,000 photographs of ten kinds of things, and 100,000 without labels",
                        .splits = {"train", "test", "unlabeled"},
                        .shape = "96x96 RGB",
                        .open = open_stl10,
                        .has = [](const std::string& file, const std::string&) {
                          return file.starts_with("stl10_binary") || file == "train_X.bin" || file == "test_X.bin";
                        }});
}

}  // namespace ganymede::data
