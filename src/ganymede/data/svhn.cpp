// SVHN's cropped digits (Netzer et al., "Reading digits in natural images", 2011): MATLAB files with X, 32 x 32 x 3 x N
// bytes in column-major order, and y, N labels of 1 to 10 where 10 stands for the digit 0.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "ganymede/core/counted.h"
#include "ganymede/core/error.h"
#include "ganymede/core/hash.h"
#include "ganymede/data/mat_file.h"
#include "ganymede/data/memory.h"
#include "ganymede/data/published.h"
#include "ganymede/data/sources.h"

namespace ganymede::data {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kSide = 32, kPlane = kSide * kSide, kImage = 3 * kPlane;
struct Split {
  const char *name, *file;
  std::size_t images;  ///< officially
};
constexpr Split kSplits[] = {
    {"train", "train_32x32.mat", 73'257}, {"test", "test_32x32.mat", 26'032}, {"extra", "extra_32x32.mat", 531'131}};

const char* kHint = "copy the file again, or run `ganymede data fetch svhn`";

constexpr const char* kHintMissing = "use the cropped digits, format 2 of SVHN";

void append_pixels(const MatFile& file, Images& images) {
  const fs::path& path = file.path();
  const auto x = file.find("X", kHintMissing);
  std::vector<std::size_t> shape = sides_of(*x);
  if (shape.size() == 3) shape.push_back(1);  // MATLAB drops a last dimension of 1
  const bool fits = shape.size() == 4 && shape[0] == kSide && shape[1] == kSide && shape[2] == 3 && shape[3] > 0;
  if (x->class_type != MAT_C_UINT8 || x->isComplex || !fits) {
    throw Error(
        fmt::format("X is {} of {} where 8-bit integers of 32 x 32 x 3 x N belong",
                    x->class_type == MAT_C_UINT8 ? "8-bit integers" : "of another type", fmt::join(shape, " x ")),
        path.string(), kHintMissing);
  }
  const std::uint64_t count = shape[3];
  if (count > file.most_bytes() / kImage) {
    throw Error(fmt::format("X tells of {}, more than the file can hold", counted(count, "image")), path.string(),
                kHint);
  }
  file.load(*x, "X", count * kImage);
  const auto* from = static_cast<const std::uint8_t*>(x->data);
  const std::size_t begin = images.pixels.size();
  images.pixels.resize(begin + count * kImage);
  std::uint8_t* out = images.pixels.data() + begin;
  for (std::size_t i = 0; i < count; ++i, from += kImage) {
    for (std::size_t row = 0; row < kSide; ++row) {
      for (std::size_t column = 0; column < kSide; ++column) {
        for (std::size_t channel = 0; channel < 3; ++channel) *out++ = from[channel * kPlane + column * kSide + row];
      }
    }
  }
}

void append_labels(const MatFile& file, std::size_t count, Images& images) {
  const std::string where = file.path().string();
  const std::vector<double> labels = file.numbers("y", kHintMissing);
  if (labels.size() != count) {
    throw Error(fmt::format("{} but {}", counted(count, "image"), counted(labels.size(), "label")), where, kHint);
  }
  for (std::size_t i = 0; i < count; ++i) {
    const double label = labels[i];
    if (!(label >= 0 && label <= 10) || label != static_cast<int>(label)) {
      throw Error(fmt::format("label {} is out of range 1..10", label), fmt::format("{} record {}", where, i), kHint);
    }
    images.labels.push_back(static_cast<int>(label) % 10);
  }
}

void append(const Split& split, const fs::path& path, Images& images, DatasetInfo& info) {
  if (!fs::is_regular_file(path)) {
    throw Error(fmt::format("{} is missing", split.file), path.parent_path().string(),
                fmt::format("copy it there, or run `ganymede data fetch svhn --split {}`", split.name));
  }
  const MatFile file(path, kHint);
  const std::size_t before = images.count();
  append_pixels(file, images);
  const std::size_t count = images.pixels.size() / kImage - before;
  append_labels(file, count, images);
  if (count != split.images) {
    info.notes.push_back(
        fmt::format("{}: {} of {}", path.filename().string(), grouped(count), counted(split.images, "image")));
  }
}

}  // namespace

std::shared_ptr<const Dataset> open_svhn(const DatasetOptions& options) {
  const fs::path& root = options.path;
  if (!fs::exists(root)) {
    throw Error("no such file or folder", root.string(), "check the path, or run `ganymede data fetch svhn`");
  }
  const bool single = !fs::is_directory(root);
  if (single && options.splits.size() > 1) {
    throw UsageError("one file cannot hold several splits", root.string(), "name the folder that holds the .mat files");
  }
  Images images;
  images.height = images.width = static_cast<int>(kSide);
  images.channels = 3;
  DatasetInfo info;
  info.name = "svhn";
  info.path = root;
  info.splits = options.splits;
  info.classes = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"};
  ContentCheck check("svhn");
  for (const auto& name : options.splits) {
    for (const Split& split : kSplits) {
      if (name != split.name) continue;
      const fs::path path = single ? root : root / split.file;
      append(split, path, images, info);
      check.add_md5(split.file, file_digest(path, "md5"));
    }
  }
  if (const std::string note = check.note(); !note.empty()) info.notes.push_back(note);
  return in_memory(std::move(info), std::move(images));
}

}  // namespace ganymede::data
