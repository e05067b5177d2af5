// What every source of training images looks like: an index goes in, pixels and a label come out.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "ganymede/data/options.h"
#include "ganymede/image/image.h"

namespace ganymede::data {

/// One number of the vector that an image is conditioned on: whether something is there, or how much.
struct Condition {
  std::string name;  ///< the column's
  /// What become 0 and 1; 0 and 1 themselves where the values lie between -1 and 1, and stay as they are.
  double low = 0, high = 1;

  /// Whether the values are others in the data.
  bool is_scaled() const { return low != 0 || high != 1; }
  double scaled(double value) const { return (value - low) / (high - low); }
  double value(double scaled) const { return low + scaled * (high - low); }
  bool operator==(const Condition&) const = default;
};

/// Facts about a data set, for `data info`, the environment file and error messages.
struct DatasetInfo {
  std::string name;            ///< the source's name in a recipe: "cifar10", "folder", ...
  std::filesystem::path path;  ///< where it was read from; empty for built-in data
  int height = 0, width = 0, channels = 0;
  int bits = 8;                      ///< of a sample: 8 or 16
  bool resized = false;              ///< images of another size were brought to this one
  std::vector<std::string> classes;  ///< class names by label; empty when there are no labels
  std::vector<std::string> splits;   ///< the splits merged into it
  std::vector<Condition>
      conditions;  ///< what images are conditioned on where that is no class; then there are no labels
  /// sha256 over all pixels and labels in order; over names, sizes and labels of the files where a folder is too large
  /// for memory; for a part or a resized copy of a set, over the whole's checksum and what was done.
  std::string checksum;
  std::vector<std::string> notes;  ///< what a user should know: "1,083 of 73,257 images", "checksum differs from ..."

  /// How errors name it.
  std::string where() const { return path.empty() ? name : path.string(); }
  int pixel_bytes() const { return channels * (bits / 8); }
};

/// A finite, indexable set of equally large images. All member functions may be called from several threads at once.
class Dataset {
 public:
  virtual ~Dataset() = default;

  virtual const DatasetInfo& info() const = 0;
  virtual std::size_t size() const = 0;
  /// The class of image `index`, or -1 where there are no labels.
  virtual int label(std::size_t index) const = 0;
  /// The image's value of each of info().conditions, scaled; empty where there are none.
  virtual std::span<const float> conditions(std::size_t) const { return {}; }
  /// Writes image_bytes() bytes (rows from the top, channels interleaved, as image::Image has them) to `pixels`.
  /// Throws Error when the image cannot be decoded.
  virtual void read(std::size_t index, std::span<std::uint8_t> pixels) const = 0;

  /// What lists of images call image `index`: its file's name or its database key where it has one, else its number in
  /// the source, before classes and count were chosen.
  virtual std::string key(std::size_t index) const { return std::to_string(index); }

  /// Whether read() only copies pixels that lie in memory, and so cannot fail.
  virtual bool is_in_memory() const { return false; }

  std::size_t image_bytes() const { return std::size_t{1} * info().height * info().width * info().pixel_bytes(); }
};

/// Image `index` as an image. Throws as read() does.
image::Image image_at(const Dataset& dataset, std::size_t index);

/// Opens a data set, with every option applied. Throws UsageError for options that cannot be meant and Error for
/// missing or damaged files, naming the file, the place in it and the remedy.
std::shared_ptr<const Dataset> open_dataset(const DatasetOptions& options);

/// The names open_dataset() knows, for `data list` and for suggestions.
std::vector<std::string> dataset_names();

}  // namespace ganymede::data
