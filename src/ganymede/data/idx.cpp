// MNIST and Fashion-MNIST in the idx format (LeCun, Cortes, Burges): a big-endian header of a magic number and the
// dimensions, then bytes. Files may be gzip-compressed, lie in a folder or in an archive.
#include <fmt/format.h>

#include <map>

#include "ganymede/core/error.h"
#include "ganymede/data/file_tree.h"
#include "ganymede/data/memory.h"
#include "ganymede/data/published.h"
#include "ganymede/data/sources.h"

namespace ganymede::data {
namespace {

constexpr std::uint32_t kImagesMagic = 0x803, kLabelsMagic = 0x801;  // unsigned bytes in 3 dimensions, in 1
constexpr std::uint64_t kLargestFile = std::uint64_t{2} << 30;
constexpr std::uint32_t kLargestSide = 4096;

struct Kind {
  const char* dataset;
  std::vector<std::string> classes;
};

/// "train-images-idx3-ubyte" for any way the file gets called: with ".gz", or with a dot before "idx".
std::string canonical(const std::string& path) {
  std::string name = base_name(path);
  if (name.ends_with(".gz")) name.resize(name.size() - 3);
  if (const auto dot = name.find(".idx"); dot != std::string::npos) name[dot] = '-';
  return name;
}

bool is_idx_name(const std::string& path) {
  const std::string name = canonical(path);
  for (const char* known :
       {"train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"}) {
    if (name == known) return true;
  }
  return false;
}

struct Idx {
  std::vector<std::uint32_t> sides;  ///< count first
  Bytes bytes;                       ///< the whole file
  std::string where;
  std::span<const std::uint8_t> content() const { return std::span(bytes).subspan(4 + 4 * sides.size()); }
};

Idx parse(Bytes bytes, const std::string& where, std::uint32_t magic, const char* dataset) {
  const std::string mend = fmt::format("copy the file again, or run `ganymede data fetch {}`", dataset);
  const std::size_t dimensions = magic & 0xFF, header = 4 + 4 * dimensions;
  const auto number = [&](std::size_t at) {
    return std::uint32_t{bytes[at]} << 24 | std::uint32_t{bytes[at + 1]} << 16 | std::uint32_t{bytes[at + 2]} << 8 |
           bytes[at + 3];
  };
  if (bytes.size() < header) {
    throw Error(fmt::format("the file is truncated: {} bytes, less than its header of {}", bytes.size(), header), where,
                mend);
  }
  if (number(0) != magic) {
    throw Error(fmt::format("wrong magic number 0x{:08x} where 0x{:08x} belongs", number(0), magic), where + " byte 0",
                mend);
  }
  Idx idx{{}, {}, where};
  std::uint64_t expected = 1;
  for (std::size_t d = 0; d < dimensions; ++d) {
    const std::uint32_t side = number(4 + 4 * d);
    if (d > 0 && (side == 0 || side > kLargestSide)) {
      throw Error(fmt::format("the header tells of images {} pixels a side", side),
                  fmt::format("{} byte {}", where, 4 + 4 * d), mend);
    }
    idx.sides.push_back(side);
    expected *= side;  // at most 2^32 * 2^12 * 2^12
  }
  if (expected != bytes.size() - header || expected == 0) {
    throw Error(fmt::format("the header tells of {} items, {} bytes, but {} bytes follow it", idx.sides[0], expected,
                            bytes.size() - header),
                where + " byte 4", mend);
  }
  idx.bytes = std::move(bytes);
  return idx;
}

/// Appends one split to `images`.
void append(const Kind& kind, const FileTree& tree, const std::string& split, std::map<std::string, Bytes>& files,
            std::map<std::string, std::string>& where, Images& images, ContentCheck& check) {
  const auto take = [&](const std::string& what, std::uint32_t magic) {
    const std::string name = fmt::format("{}-{}-ubyte", split == "train" ? "train" : "t10k", what);
    const auto found = files.find(name);
    if (found == files.end()) {
      throw Error(fmt::format("{} (or {}.gz) is missing", name, name), tree.root().string(),
                  fmt::format("copy it there, or run `ganymede data fetch {}`", kind.dataset));
    }
    Bytes bytes = decompress(found->second, where[name], kLargestFile);
    files.erase(found);
    check.add(name, bytes);
    return parse(std::move(bytes), where[name], magic, kind.dataset);
  };
  const Idx pictures = take("images-idx3", kImagesMagic);
  const Idx labels = take("labels-idx1", kLabelsMagic);
  if (pictures.sides[0] != labels.sides[0]) {
    throw Error(fmt::format("{} images but {} labels", pictures.sides[0], labels.sides[0]),
                fmt::format("{} and {}", pictures.where, labels.where), "use files of the same set");
  }
  const int height = static_cast<int>(pictures.sides[1]), width = static_cast<int>(pictures.sides[2]);
  if (images.count() > 0 && (height != images.height || width != images.width)) {
    throw Error(fmt::format("images of {}x{} follow ones of {}x{}", width, height, images.width, images.height),
                pictures.where, "load one split alone");
  }
  images.height = height;
  images.width = width;
  images.channels = 1;
  images.pixels.insert(images.pixels.end(), pictures.content().begin(), pictures.content().end());
  const std::size_t classes = kind.classes.size();
  for (std::size_t i = 0; i < labels.content().size(); ++i) {
    const int label = labels.content()[i];
    if (static_cast<std::size_t>(label) >= classes) {
      throw Error(fmt::format("label {} is out of range 0..{}", label, classes - 1),
                  fmt::format("{} record {} (byte {})", labels.where, i, i + 8),
                  "check that the files belong to this set");
    }
    images.labels.push_back(label);
  }
}

std::shared_ptr<const Dataset> open(const Kind& kind, const DatasetOptions& options) {
  const FileTree tree(options.path, is_idx_name, "", kind.dataset);
  std::map<std::string, Bytes> files;
  std::map<std::string, std::string> where;
  ArchiveLimits limits;
  limits.member = kLargestFile;
  tree.read([](const std::string&) { return true; },
            [&](const std::string& name, Bytes bytes) {
              // Both "x" and "x.gz" may lie there: they hold the same.
              where[canonical(name)] = tree.where(name);
              files[canonical(name)] = std::move(bytes);
              return true;
            },
            limits);
  Images images;
  ContentCheck check(kind.dataset);
  for (const auto& split : options.splits) append(kind, tree, split, files, where, images, check);
  DatasetInfo info;
  info.name = kind.dataset;
  info.path = tree.root();
  info.classes = kind.classes;
  info.splits = options.splits;
  if (const std::string note = check.note(); !note.empty()) info.notes.push_back(note);
  return in_memory(std::move(info), std::move(images));
}

}  // namespace

std::shared_ptr<const Dataset> open_mnist(const DatasetOptions& options) {
  return open({"mnist", {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"}}, options);
}

std::shared_ptr<const Dataset> open_fashion_mnist(const DatasetOptions& options) {
  return open(
      {"fashion-mnist",
       {"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"}},
      options);
}

}  // namespace ganymede::data
