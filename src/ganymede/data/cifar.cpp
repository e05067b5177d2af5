// CIFAR-10 and CIFAR-100 in their binary layout (Krizhevsky, "Learning multiple layers of features from tiny images",
// 2009): records of one label byte (two for CIFAR-100, coarse then fine) and 3 x 32 x 32 pixels, plane by plane.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "ganymede/core/counted.h"
#include "ganymede/core/error.h"
#include "ganymede/core/log.h"
#include "ganymede/data/cache.h"
#include "ganymede/data/file_tree.h"
#include "ganymede/data/published.h"
#include "ganymede/data/sources.h"

namespace ganymede::data {
namespace {

constexpr int kSide = 32;
constexpr std::size_t kPlane = kSide * kSide, kPixels = 3 * kPlane;
/// A file may hold up to so many records: far above the official ones.
constexpr std::uint64_t kMaxRecords = 1'000'000;

struct Batch {
  const char *split, *file;
  std::size_t records;  ///< officially
};

struct Layout {
  const char* dataset;
  const char* archive_stem;
  const char* names_file;
  std::size_t label_bytes;  ///< the last of them is the class
  int classes;
  std::vector<Batch> batches;
};

const Layout& cifar10() {
  static const Layout layout = {"cifar10",
                                "cifar-10-binary",
                                "batches.meta.txt",
                                1,
                                10,
                                {{"train", "data_batch_1.bin", 10'000},
                                 {"train", "data_batch_2.bin", 10'000},
                                 {"train", "data_batch_3.bin", 10'000},
                                 {"train", "data_batch_4.bin", 10'000},
                                 {"train", "data_batch_5.bin", 10'000},
                                 {"test", "test_batch.bin", 10'000}}};
  return layout;
}

const Layout& cifar100() {
  static const Layout layout = {"cifar100",
                                "cifar-100-binary",
                                "fine_label_names.txt",
                                2,
                                100,
                                {{"train", "train.bin", 50'000}, {"test", "test.bin", 10'000}}};
  return layout;
}

/// Appends a file's records: labels, and pixels from planes to interleaved channels.
void append(const Layout& layout, std::span<const std::uint8_t> bytes, const std::string& where, Images& images) {
  const std::size_t record = layout.label_bytes + kPixels;
  const std::size_t count = bytes.size() / record;
  if (bytes.size() % record != 0 || count == 0) {
    throw Error(fmt::format("the file is truncated: it ends {} into record {} (of {} each)",
                            counted(bytes.size() % record, "byte"), count, counted(record, "byte")),
                where, fmt::format("unpack it again, or run `ganymede data fetch {}`", layout.dataset));
  }
  images.pixels.reserve(images.pixels.size() + count * kPixels);
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint8_t* at = bytes.data() + i * record;
    const int label = at[layout.label_bytes - 1];
    if (label >= layout.classes) {
      throw Error(fmt::format("label {} is out of range 0..{}", label, layout.classes - 1),
                  fmt::format("{} record {} (byte {})", where, i, i * record + layout.label_bytes - 1),
                  fmt::format("check that this is {} in its binary version", layout.dataset));
    }
    images.labels.push_back(label);
    const std::uint8_t* planes = at + layout.label_bytes;
    const std::size_t begin = images.pixels.size();
    images.pixels.resize(begin + kPixels);
    std::uint8_t* out = images.pixels.data() + begin;
    for (std::size_t p = 0; p < kPlane; ++p, out += 3) {
      out[0] = planes[p];
      out[1] = planes[kPlane + p];
      out[2] = planes[2 * kPlane + p];
    }
  }
}

/// One class name a line; nothing when the file does not hold one for each class.
std::vector<std::string> parse_names(const Bytes& bytes, int classes) {
  std::vector<std::string> names(1);
  for (const std::uint8_t byte : bytes) {
    if (byte == '\n') {
      if (!names.back().empty()) names.emplace_back();
    } else if (byte > ' ' && byte < 0x7F) {
      names.back() += static_cast<char>(byte);
    }
  }
  if (names.back().empty()) names.pop_back();
  if (static_cast<int>(names.size()) != classes) names.clear();
  return names;
}

Unpacked unpack(const Layout& layout, const FileTree& tree, const std::vector<Batch>& wanted) {
  if (tree.archived()) spdlog::info("unpacking {}, to be kept in the cache", tree.root().string());
  std::map<std::string, Bytes> found;
  const auto asked = [&](const std::string& name) {
    const std::string base = base_name(name);
    return base == layout.names_file ||
           std::any_of(wanted.begin(), wanted.end(), [&](const Batch& batch) { return base == batch.file; });
  };
  ArchiveLimits limits;
  limits.member = kMaxRecords * (layout.label_bytes + kPixels);
  std::map<std::string, std::string> where;
  tree.read(
      asked,
      [&](const std::string& name, Bytes bytes) {
        where[base_name(name)] = tree.where(name);
        found[base_name(name)] = std::move(bytes);
        return found.size() < wanted.size() + 1;
      },
      limits);

  Unpacked unpacked;
  unpacked.images.height = unpacked.images.width = kSide;
  unpacked.images.channels = 3;
  ContentCheck check(layout.dataset);
  for (const Batch& batch : wanted) {
    const auto file = found.find(batch.file);
    if (file == found.end()) {
      throw Error(fmt::format("{} is missing", batch.file), tree.root().string(),
                  fmt::format("unpack the whole binary version, or run `ganymede data fetch {}`", layout.dataset));
    }
    const std::size_t before = unpacked.images.count();
    append(layout, file->second, where[batch.file], unpacked.images);
    check.add(batch.file, file->second);
    file->second = Bytes();  // a batch at a time is enough to hold twice
    const std::size_t records = unpacked.images.count() - before;
    if (records != batch.records) {
      unpacked.notes.push_back(
          fmt::format("{}: {} of {}", batch.file, grouped(records), counted(batch.records, "record")));
    }
  }
  if (const auto names = found.find(layout.names_file); names != found.end()) {
    unpacked.classes = parse_names(names->second, layout.classes);
  }
  if (unpacked.classes.empty()) {
    for (int label = 0; label < layout.classes; ++label) unpacked.classes.push_back(std::to_string(label));
    unpacked.notes.push_back(
        fmt::format("{} is missing or incomplete: classes go by their numbers", layout.names_file));
  }
  if (const std::string note = check.note(); !note.empty()) unpacked.notes.push_back(note);
  return unpacked;
}

std::shared_ptr<const Dataset> open(const Layout& layout, const DatasetOptions& options) {
  const auto known = [&](const std::string& name) {
    const std::string base = base_name(name);
    return base == layout.names_file || std::any_of(layout.batches.begin(), layout.batches.end(),
                                                    [&](const Batch& batch) { return base == batch.file; });
  };
  const FileTree tree(options.path, known, layout.archive_stem, layout.dataset);
  std::vector<Batch> wanted;
  std::string key = fmt::format("{}\n{}", layout.dataset, tree.fingerprint());
  for (const auto& split : options.splits) {
    key += "\n" + split;
    for (const auto& batch : layout.batches) {
      if (split == batch.split) wanted.push_back(batch);
    }
  }
  const auto build = [&] { return unpack(layout, tree, wanted); };
  Unpacked unpacked = tree.archived() ? cached(key, build) : build();
  DatasetInfo info;
  info.name = layout.dataset;
  info.path = tree.root();
  info.classes = std::move(unpacked.classes);
  info.splits = options.splits;
  info.notes = std::move(unpacked.notes);
  return in_memory(std::move(info), std::move(unpacked.images));
}

std::shared_ptr<const Dataset> open_cifar10(const DatasetOptions& options) {
  return open(cifar10(), options);
}
std::shared_ptr<const Dataset> open_cifar100(const DatasetOptions& options) {
  return open(cifar100(), options);
}

}  // namespace

void register_cifar(SourceRegistry& registry) {
  add_source(registry, {.name = "cifar10",
                        .title = "CIFAR-10: 60,000 photographs of ten kinds of things",
                        .splits = {"train", "test"},
                        .shape = "32x32 RGB",
                        .open = open_cifar10,
                        .has = [](const std::string& file, const std::string&) {
                          return file == "data_batch_1.bin" || file == "test_batch.bin" ||
                                 file.starts_with("cifar-10-binary");
                        }});
  add_source(registry, {.name = "cifar100",
                        .title = "CIFAR-100: 60,000 photographs of a hundred kinds",
                        .splits = {"train", "test"},
                        .shape = "32x32 RGB",
                        .open = open_cifar100,
                        .has = [](const std::string& file, const std::string&) {
                          return file == "fine_label_names.txt" || file.starts_with("cifar-100-binary");
                        }});
}

}  // namespace ganymede::data
