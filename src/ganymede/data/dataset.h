// What every source of training images looks like: an index goes in, 8-bit pixels and a label come out.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "ganymede/image/image.h"

namespace ganymede::data {

/// Facts about a data set, for `data info`, the environment file and error messages.
struct DatasetInfo {
  std::string name;            ///< the source's name in a recipe: "cifar10", "folder", ...
  std::filesystem::path path;  ///< where it was read from; empty for built-in data
  int height = 0, width = 0, channels = 0;
  std::vector<std::string> classes;  ///< class names by label; empty when there are no labels
  std::vector<std::string> splits;   ///< the splits merged into it
  /// sha256 over all pixels and labels in order; over names, sizes and labels of the files where a folder is too large
  /// for memory; for a part or a resized copy of a set, over the whole's checksum and what was done.
  std::string checksum;
  std::vector<std::string> notes;  ///< what a user should know: "1,083 of 73,257 images", "checksum differs from ..."
};

/// A finite, indexable set of equally large images. All member functions may be called from several threads at once.
class Dataset {
 public:
  virtual ~Dataset() = default;

  virtual const DatasetInfo& info() const = 0;
  virtual std::size_t size() const = 0;
  /// The class of image `index`, or -1 where there are no labels.
  virtual int label(std::size_t index) const = 0;
  /// Writes height * width * channels bytes (rows from the top, channels interleaved) to `pixels`.
  /// Throws Error when the image cannot be decoded.
  virtual void read(std::size_t index, std::span<std::uint8_t> pixels) const = 0;

  /// What lists of images call image `index`: its file's name or its database key where it has one, else its number in
  /// the source, before classes and count were chosen.
  virtual std::string key(std::size_t index) const { return std::to_string(index); }

  std::size_t image_bytes() const { return static_cast<std::size_t>(info().height) * info().width * info().channels; }
};

/// Image `index` as a picture. Throws as read() does.
image::Image picture(const Dataset& dataset, std::size_t index);

/// Height and width in pixels; a whole number stands for a square. 0 x 0 is "as the images are".
struct PictureSize {
  int height = 0, width = 0;

  PictureSize() = default;
  PictureSize(int side) : height(side), width(side) {}  // NOLINT: a side is a size
  PictureSize(int h, int w) : height(h), width(w) {}
  bool given() const { return height > 0; }
  bool operator==(const PictureSize&) const = default;
};

/// How pictures of other sizes come to the one that is asked for.
enum class Fit {
  kCrop,     ///< the largest part around the centre that has its shape, resized
  kPad,      ///< resized to fit into it, with white beside them
  kStretch,  ///< resized, whatever becomes of their shape
};

/// What a recipe's [data] section (or the command line) asks for.
struct DatasetOptions {
  std::string name;                  ///< see dataset_names()
  std::filesystem::path path;        ///< folder, archive or file; unused by built-in data
  std::vector<std::string> splits;   ///< "train", "test", "extra"; empty means the source's usual one
  std::vector<std::string> classes;  ///< keep only these class names, in this order; empty keeps all
  PictureSize size;                  ///< what the images are brought to, by `fit`; without it the source's own
  int channels = 0;                  ///< 1 or 3; 0 keeps the source's own
  std::size_t count = 0;   ///< at most so many, spread evenly over the set; built-in data: just so many; 0: all
  std::uint64_t seed = 0;  ///< built-in data only
  std::vector<std::string> attributes;  ///< celeba: attributes that make the classes, at most four
  std::vector<std::string> where;       ///< celeba: only pictures with these attributes, or without them: "!Male"
  std::filesystem::path photos;         ///< mnistm: what the digits are drawn on; empty: cifar10 below data_root()
  std::filesystem::path exclude;        ///< a list of images to leave out: see exclude.h
  Fit fit = Fit::kCrop;
  bool skip_bad = false;  ///< leave out files that cannot be read, and say how many, instead of refusing them all
  std::string label;      ///< folder: the column of a table, or the key of .json files, that is the class: see labels.h
};

/// Opens a data set, with every option applied. Throws UsageError for options that cannot be meant and Error for
/// missing or damaged files, naming the file, the place in it and the remedy.
std::shared_ptr<const Dataset> open_dataset(const DatasetOptions& options);

/// The names open_dataset() knows, for `data list` and for suggestions.
std::vector<std::string> dataset_names();

}  // namespace ganymede::data
