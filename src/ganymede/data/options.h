// What a data set is asked for: [data] and [source] of a recipe, and the flags of commands.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "ganymede/config/fields.h"
#include "ganymede/image/depth.h"

namespace ganymede::data {

/// Height and width in pixels; 0 x 0 is "as the images are". In a recipe `size = 64`, a square, or `size = [64, 96]`:
/// height, then width.
struct ImageSize {
  static constexpr const char* kWords = "pixels, or [height, width]";
  int height = 0, width = 0;

  ImageSize() = default;
  ImageSize(int side) : height(side), width(side) {}  // NOLINT: a side is a size
  ImageSize(int h, int w) : height(h), width(w) {}
  bool given() const { return height > 0; }
  bool operator==(const ImageSize&) const = default;

  /// Whether `h` x `w` are this height and width.
  bool is(std::int64_t h, std::int64_t w) const { return height == h && width == w; }
  /// "96x64" as images' sizes are written, width first.
  std::string text() const { return std::to_string(width) + "x" + std::to_string(height); }
  std::string to_toml() const;
  /// Of "64", or "64,96": height, then width. Throws UsageError for another text.
  static ImageSize of_text(const std::string& text);
  static ImageSize from_node(const toml::node& node, const std::function<void(const std::string&)>& fail);
};

/// How images of other sizes come to the one that is asked for.
enum class Fit {
  kCrop,     ///< the largest part around the centre that has its shape, resized
  kPad,      ///< resized to fit into it, with white beside them
  kStretch,  ///< resized, whatever becomes of their shape
};

/// What becomes of colours whose ICC profile is another than sRGB.
enum class Profiles {
  kIgnore,   ///< taken as they are stored, which is said
  kConvert,  ///< converted to sRGB, perceptually, in builds with Little CMS
};

struct DatasetOptions {
  std::string name = {};                  ///< see dataset_names()
  std::filesystem::path path = {};        ///< folder, archive or file; unused by built-in data
  std::vector<std::string> splits = {};   ///< "train", "test", "extra", merged in this order; empty: the usual one
  std::vector<std::string> classes = {};  ///< keep only these class names, in this order; empty keeps all
  ImageSize size = {};                    ///< what the images are brought to, by `fit`; without it the source's own
  int channels = 0;                       ///< 1 or 3, or as many as the images have; 0 keeps the source's own
  int bits = 8;                           ///< of a sample: 8, or 16 where the images have them
  bool flip = false;                      ///< mirror left-right with probability 1/2: done by the Loader, in training
  std::size_t count = 0;   ///< at most so many, spread evenly over the set; built-in data: just so many; 0: all
  std::uint64_t seed = 0;  ///< built-in data only; a recipe's is that of its [train]
  std::vector<std::string> attributes = {};  ///< celeba: attributes that make the classes, at most four
  std::vector<std::string> where = {};       ///< celeba: only images with these attributes, or without them: "!Male"
  std::filesystem::path photos = {};         ///< mnistm: what the digits are put on; empty: cifar10 below data_root()
  std::filesystem::path exclude = {};        ///< a list of images to leave out: see exclude.h
  Fit fit = Fit::kCrop;
  Profiles profiles = Profiles::kIgnore;
  bool skip_bad = false;  ///< leave out files that cannot be read, and say how many, instead of refusing them all
  std::string label =
      {};  ///< folder: the column of a table, or the key of .json files, that is the class: see labels.h
  /// folder: columns of a table whose numbers are what an image is conditioned on, instead of a class: see
  /// conditions.h; celeba: attributes
  std::vector<std::string> conditions = {};

  /// As many images of another size and number of channels as the networks take; `of_seed` for built-in data.
  DatasetOptions sized(ImageSize to, int to_channels, std::uint64_t of_seed) const {
    DatasetOptions out = *this;
    out.size = to, out.channels = to_channels, out.seed = of_seed;
    return out;
  }
};

/// The keys of [data].
template <class V>
void visit_fields(V& field, DatasetOptions& o) {
  using config::in_range;
  field("name", o.name, "the kind of data set: `ganymede data` lists them");
  field("path", o.path, "folder, archive or file; by default below the folder of data sets; built-in data have none");
  field("splits", o.splits,
        "`train`, `test`, `extra`, taken together in this order; by default the data set's usual one");
  field("classes", o.classes, "keep only the classes of these names, in this order; by default all");
  field("size", o.size, "what images are brought to, by `fit`; by default as they are");
  field("channels", o.channels, in_range(0, image::kMaxChannels), "1 is grey, 3 is RGB; 0 is as the images are");
  field("bits", o.bits, config::EitherOf{8, 16}, "of a sample; 16 where the images have them");
  field("flip", o.flip, "mirror left to right with probability 1/2 while training");
  field("count", o.count, in_range(0, 1e9), "at most so many images, spread evenly over the set; 0 is all");
  field("attributes", o.attributes, "CelebA: attributes that make the classes, at most four");
  field("where", o.where, "CelebA: only images with these attributes, or without them: `\"!Male\"`");
  field("photos", o.photos, "MNIST-M: what the digits are put on; by default CIFAR-10");
  field("exclude", o.exclude, "file that lists images to leave out, as `data dedup` writes it");
  field("fit", o.fit,
        "how images of another shape come to `size`: the largest part around the centre, with white beside them, or "
        "stretched");
  field("profiles", o.profiles,
        "colours whose ICC profile is not sRGB: taken as they are, which is said, or converted");
  field("skip_bad", o.skip_bad, "leave out files that cannot be read, and say how many, instead of refusing them all");
  field("label", o.label, "folders: the column of a table, or the key of .json files, that is the class");
  field("conditions", o.conditions,
        "columns of a table (of CelebA, attributes) whose numbers an image is conditioned on, instead of a class");
}

}  // namespace ganymede::data

template <>
struct ganymede::config::Names<ganymede::data::Fit> {
  using Fit = ganymede::data::Fit;
  static constexpr std::array<std::pair<const char*, Fit>, 3> values{
      {{"crop", Fit::kCrop}, {"pad", Fit::kPad}, {"stretch", Fit::kStretch}}};
};

template <>
struct ganymede::config::Names<ganymede::data::Profiles> {
  using Profiles = ganymede::data::Profiles;
  static constexpr std::array<std::pair<const char*, Profiles>, 2> values{
      {{"ignore", Profiles::kIgnore}, {"convert", Profiles::kConvert}}};
};
