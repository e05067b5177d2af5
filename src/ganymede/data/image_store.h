// Sets of compressed images, whatever holds them: listed, chosen from, then decoded once into memory, or at each read
// where they are too many for it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "ganymede/data/dataset.h"
#include "ganymede/data/file_tree.h"
#include "ganymede/data/sieve.h"
#include "ganymede/data/tables.h"
#include "ganymede/image/decode.h"

namespace ganymede::data {

/// A file beside the images that may say what classes they have (see labels.h).
struct SideFile {
  std::string name;       ///< as ImageStore::inner()
  std::size_t shard = 0;  ///< as ImageStore::shard()
  Bytes bytes;
};

/// A table that lies in the images' own files: the other columns of Parquet. Its first column names images.
struct OwnTable {
  std::string name;    ///< in notes
  std::string folder;  ///< its images' names lie below it: "" or "train/"
  Table table;
  std::map<std::string, std::vector<std::string>> class_names = {};  ///< of the numbers in a column, by its name
};

struct SideFiles {
  std::vector<SideFile> files;
  std::vector<OwnTable> tables;
  std::size_t apart = 0;      ///< samples of a tar whose members do not stand one behind the other
  std::string first_apart{};  ///< one of them
};

using UseBytes = std::function<void(std::span<const std::uint8_t>)>;

/// Compressed images by number. Its functions may be called from several threads at once.
class ImageStore {
 public:
  virtual ~ImageStore() = default;
  virtual std::size_t count() const = 0;
  /// A file's name below the root (any bytes), a key of a database.
  virtual std::string name(std::size_t index) const = 0;
  /// Its name in the archive that holds it, behind the split that a shard's name tells; as name() where there is one.
  virtual std::string inner(std::size_t index) const { return name(index); }
  /// Which of shards() archives holds it.
  virtual std::size_t shard(std::size_t) const { return 0; }
  /// How many archives the set is parted among; 0 where it is not.
  virtual std::size_t shards() const { return 0; }
  virtual const SideFiles& side_files() const {
    static const SideFiles none;
    return none;
  }
  /// How it is named in errors.
  virtual std::string where(std::size_t index) const = 0;
  /// Its size while compressed.
  virtual std::uint64_t bytes(std::size_t index) const = 0;
  /// A text that differs whenever the image does, told without reading it.
  virtual std::string stamp(std::size_t index) const = 0;
  /// What holds the images: a folder, an archive, a database.
  virtual std::string root() const = 0;
  /// What was left out when they were listed, a line for each reason.
  virtual std::vector<std::string> notes() const { return {}; }
  /// Hands its bytes, compressed as they are, to `use`. Throws Error where they cannot be read.
  virtual void read(std::size_t index, const UseBytes& use) const = 0;
  /// Throws Error when it is no image that we read, or has no such samples.
  image::Image decode(std::size_t index, image::FileFacts* facts = nullptr,
                      const image::DecodeOptions& wanted = {}) const;
};

/// The tree's images for which `also` holds, sorted by name: a folder's are read when asked for, an archive's are
/// held in memory compressed, up to a limit. Throws Error where an archive is damaged.
std::shared_ptr<const ImageStore> image_store_of(const FileTree& tree, const Wanted& also);
/// All images below a folder, in an archive or in shards (shards.h), known by their content whatever they are called.
std::shared_ptr<const ImageStore> image_store_at(const std::filesystem::path& path);

/// The samples that [data] asks of image files.
inline image::DecodeOptions decode_options(const DatasetOptions& options) {
  return {options.bits, options.channels, options.profiles == Profiles::kConvert};
}

/// Some images of a store, with their classes.
struct ImageListing {
  std::vector<std::size_t> images;   ///< numbers in the store
  std::vector<std::int32_t> labels;  ///< as many; -1 where there is none
  std::vector<std::string> classes;
  std::vector<std::string> notes;
};

struct Conditions;

/// A source's images: what open_images() opens and `data check` examines.
struct Listed {
  std::shared_ptr<const ImageStore> store;
  ImageListing listing;
  DatasetInfo info;                                   ///< name, path and splits
  std::shared_ptr<const Conditions> conditions = {};  ///< null where classes or nothing tell images apart
};

/// What [data].exclude, classes and count leave of `all`. Throws as select() and left_out_by() do.
ImageListing chosen(const ImageStore& store, ImageListing all, const DatasetOptions& options, const std::string& where);

/// The listed images as a data set of [data].size, channels and bits, in memory up to kPixelBudget; of as many
/// channels as any of them has where none is asked for. `info` brings name, path and splits; the rest is filled in.
/// Throws one Error that names all images that cannot be decoded, unless skip_bad leaves them out; and one for
/// images of several sizes where none is asked for.
std::shared_ptr<const Dataset> open_images(std::shared_ptr<const ImageStore> store, ImageListing listing,
                                           const DatasetOptions& options, DatasetInfo info);
inline std::shared_ptr<const Dataset> open_images(Listed listed, const DatasetOptions& options) {
  return open_images(std::move(listed.store), std::move(listed.listing), options, std::move(listed.info));
}

}  // namespace ganymede::data
