// MNIST, Fashion-MNIST, KMNIST (Clanuwat et al., "Deep learning for classical Japanese literature", 2018) and EMNIST
// (Cohen, Afshar, Tapson, van Schaik: "EMNIST: an extension of MNIST to handwritten letters", 2017) in the idx format
// (LeCun, Cortes, Burges): a big-endian header of a magic number and the dimensions, then bytes. Files may be
// gzip-compressed, lie in a folder or in an archive. EMNIST's images are stored column by column.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string_view>

#include "ganymede/core/counted.h"
#include "ganymede/core/error.h"
#include "ganymede/core/text.h"
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
  std::string emnist = {};  ///< which of EMNIST's six sets: its files' names and its pixels' order are other ones
  int first_label = 0;      ///< what the files call the first class
  /// "t10k-images-idx3-ubyte", "emnist-letters-test-images-idx3-ubyte".
  std::string file(const std::string& split, const char* what) const {
    if (!emnist.empty()) return fmt::format("emnist-{}-{}-{}-ubyte", emnist, split, what);
    return fmt::format("{}-{}-ubyte", split == "train" ? "train" : "t10k", what);
  }
};

constexpr const char *kImages = "images-idx3", *kLabels = "labels-idx1";

/// "train-images-idx3-ubyte" for any way the file gets called: with ".gz", or with a dot before "idx".
std::string canonical(const std::string& path) {
  std::string name = base_name(path);
  if (name.ends_with(".gz")) name.resize(name.size() - 3);
  if (const auto dot = name.find(".idx"); dot != std::string::npos) name[dot] = '-';
  return name;
}

bool is_idx_name(const Kind& kind, const std::string& path) {
  const std::string name = canonical(path);
  for (const char* split : {"train", "test"}) {
    if (name == kind.file(split, kImages) || name == kind.file(split, kLabels)) return true;
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
  const std::string hint = fmt::format("copy the file again, or run `ganymede data fetch {}`", dataset);
  const std::size_t dimensions = magic & 0xFF, header = 4 + 4 * dimensions;
  const auto number = [&](std::size_t at) {
    return std::uint32_t{bytes[at]} << 24 | std::uint32_t{bytes[at + 1]} << 16 | std::uint32_t{bytes[at + 2]} << 8 |
           bytes[at + 3];
  };
  if (bytes.size() < header) {
    throw Error(
        fmt::format("the file is truncated: {}, less than its header of {}", counted(bytes.size(), "byte"), header),
        where, hint);
  }
  if (number(0) != magic) {
    throw Error(fmt::format("wrong magic number 0x{:08x} where 0x{:08x} belongs", number(0), magic), where + " byte 0",
                hint);
  }
  Idx idx{{}, {}, where};
  std::uint64_t expected = 1;
  for (std::size_t d = 0; d < dimensions; ++d) {
    const std::uint32_t side = number(4 + 4 * d);
    if (d > 0 && (side == 0 || side > kLargestSide)) {
      throw Error(fmt::format("the header tells of images {} pixels a side", side),
                  fmt::format("{} byte {}", where, 4 + 4 * d), hint);
    }
    idx.sides.push_back(side);
    expected *= side;  // at most 2^32 * 2^12 * 2^12
  }
  if (expected != bytes.size() - header || expected == 0) {
    throw Error(fmt::format("the header tells of {}, {}, but {} it", counted(idx.sides[0], "item"),
                            counted(expected, "byte"), counted(bytes.size() - header, "byte follows", "bytes follow")),
                where + " byte 4", hint);
  }
  idx.bytes = std::move(bytes);
  return idx;
}

/// Appends the pixels of a file; where it stores columns they become rows.
void append_pixels(const Idx& stored, bool columns, Images& images) {
  const auto from = stored.content();
  if (!columns) {
    images.pixels.insert(images.pixels.end(), from.begin(), from.end());
    return;
  }
  const std::size_t height = static_cast<std::size_t>(images.height), width = static_cast<std::size_t>(images.width);
  images.pixels.reserve(images.pixels.size() + from.size());
  for (std::size_t image = 0; image < from.size(); image += height * width) {
    for (std::size_t row = 0; row < height; ++row) {
      for (std::size_t column = 0; column < width; ++column) {
        images.pixels.push_back(from[image + column * height + row]);
      }
    }
  }
}

/// Appends one split to `images`.
void append(const Kind& kind, const FileTree& tree, const std::string& split, std::map<std::string, Bytes>& files,
            std::map<std::string, std::string>& where, Images& images, ContentCheck& check) {
  const auto take = [&](const char* what, std::uint32_t magic) {
    const std::string name = kind.file(split, what);
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
  const Idx stored = take(kImages, kImagesMagic);
  const Idx labels = take(kLabels, kLabelsMagic);
  if (stored.sides[0] != labels.sides[0]) {
    throw Error(fmt::format("{} but {}", counted(stored.sides[0], "image"), counted(labels.sides[0], "label")),
                fmt::format("{} and {}", stored.where, labels.where), "use files of the same set");
  }
  const bool columns = !kind.emnist.empty();
  const int height = static_cast<int>(stored.sides[columns ? 2 : 1]);
  const int width = static_cast<int>(stored.sides[columns ? 1 : 2]);
  if (images.count() > 0 && (height != images.height || width != images.width)) {
    throw Error(fmt::format("images of {}x{} follow ones of {}x{}", width, height, images.width, images.height),
                stored.where, "load one split alone");
  }
  images.height = height;
  images.width = width;
  images.channels = 1;
  append_pixels(stored, columns, images);
  const int first = kind.first_label, last = first + static_cast<int>(kind.classes.size()) - 1;
  for (std::size_t i = 0; i < labels.content().size(); ++i) {
    const int label = labels.content()[i];
    if (label < first || label > last) {
      throw Error(fmt::format("label {} is out of range {}..{}", label, first, last),
                  fmt::format("{} record {} (byte {})", labels.where, i, i + 8),
                  "check that the files belong to this set");
    }
    images.labels.push_back(label - first);
  }
}

std::shared_ptr<const Dataset> open(const Kind& kind, const DatasetOptions& options) {
  const FileTree tree(options.path, Wanted([&](const std::string& name) { return is_idx_name(kind, name); }), "",
                      kind.dataset);
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

/// Names of one character each, for ranges given as pairs of their ends: "09" is 0 to 9.
std::vector<std::string> characters(const std::string& ranges) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i + 1 < ranges.size(); i += 2) {
    for (char c = ranges[i]; c <= ranges[i + 1]; ++c) names.emplace_back(1, c);
  }
  return names;
}

std::shared_ptr<const Dataset> open_mnist(const DatasetOptions& options) {
  return open({"mnist", characters("09")}, options);
}

std::shared_ptr<const Dataset> open_fashion_mnist(const DatasetOptions& options) {
  return open(
      {"fashion-mnist",
       {"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"}},
      options);
}

std::shared_ptr<const Dataset> open_kmnist(const DatasetOptions& options) {
  return open({"kmnist", {"o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"}}, options);
}

/// EMNIST's sets. The classes' order is that of the published mapping files. Where letters look alike in both cases,
/// they are one class, named by the capital.
const std::map<std::string, Kind>& emnist_kinds() {
  static const std::string merged = "09AZaabbddeeffgghhnnqqrrtt";
  static const std::map<std::string, Kind> kinds = {
      {"emnist-balanced", {"emnist-balanced", characters(merged), "balanced"}},
      {"emnist-byclass", {"emnist-byclass", characters("09AZaz"), "byclass"}},
      {"emnist-bymerge", {"emnist-bymerge", characters(merged), "bymerge"}},
      {"emnist-digits", {"emnist-digits", characters("09"), "digits"}},
      {"emnist-letters", {"emnist-letters", characters("AZ"), "letters", 1}},
      {"emnist-mnist", {"emnist-mnist", characters("09"), "mnist"}},
  };
  return kinds;
}

std::shared_ptr<const Dataset> open_emnist(const DatasetOptions& options) {
  return open(emnist_kinds().at(options.name), options);
}

bool is_idx(const std::string& file) {
  return file.find("-idx3-ubyte") != std::string::npos || file.find(".idx3-ubyte") != std::string::npos;
}

/// The set that a file is of, told by its name and, where that is the same for several, by its path.
std::string set_of_idx(const std::string& file, const std::string& path) {
  if (file.starts_with("emnist-")) {
    const std::string set = file.substr(0, file.find('-', std::string_view("emnist-").size()));
    return emnist_kinds().contains(set) ? set : "emnist-balanced";
  }
  const std::string lower = in_small_letters(path);
  if (lower.find("fashion") != std::string::npos) return "fashion-mnist";
  return lower.find("kmnist") != std::string::npos || lower.find("kuzushiji") != std::string::npos ? "kmnist" : "mnist";
}

}  // namespace

void register_idx(SourceRegistry& registry) {
  const auto add = [&](const std::string& name, const std::string& title, decltype(Source::open) open,
                       const std::string& home = "") {
    add_source(registry, {.name = name,
                          .title = title,
                          .splits = {"train", "test"},
                          .shape = "28x28 grey",
                          .open = open,
                          .home = home,
                          .in_zip = true,
                          .has = [name](const std::string& file, const std::string& path) {
                            return is_idx(file) && set_of_idx(file, path) == name;
                          }});
  };
  add("mnist", "MNIST: 70,000 handwritten digits", open_mnist);
  add("fashion-mnist", "Fashion-MNIST: 70,000 articles of clothing", open_fashion_mnist);
  add("kmnist", "KMNIST: 70,000 handwritten hiragana", open_kmnist);
  const auto emnist = [&](const std::string& kind, const std::string& what) {
    add("emnist-" + kind, "EMNIST's " + kind + ": " + what, open_emnist, "emnist");
  };
  emnist("balanced", "131,600 digits and letters, as many of each");
  emnist("byclass", "814,255 digits and letters");
  emnist("bymerge", "814,255 digits and letters, those that look alike as one");
  emnist("digits", "280,000 digits");
  emnist("letters", "145,600 letters");
  emnist("mnist", "70,000 digits");
}

}  // namespace ganymede::data
