// Sets of compressed pictures, whatever holds them: listed, chosen from, then decoded once into memory, or at each read
// where they are too many for it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "ganymede/data/dataset.h"
#include "ganymede/data/file_tree.h"
#include "ganymede/image/image.h"

namespace ganymede::data {

/// Compressed pictures by number. Its functions may be called from several threads at once.
class PictureStore {
 public:
  virtual ~PictureStore() = default;
  virtual std::size_t count() const = 0;
  /// What lists of images call it: a file's name below the root, a key of a database.
  virtual std::string name(std::size_t index) const = 0;
  /// How it is named in errors.
  virtual std::string where(std::size_t index) const = 0;
  /// Its size while compressed.
  virtual std::uint64_t bytes(std::size_t index) const = 0;
  /// Throws Error when it is no picture that we read.
  virtual image::Image decode(std::size_t index) const = 0;
};

/// True for the endings of the pictures we read: .png, .jpg, .jpeg, .webp.
bool is_picture_name(const std::string& name);

/// The tree's pictures for which `also` holds, sorted by name: a folder's are read when asked for, an archive's are
/// held in memory compressed, up to a limit. Throws Error where an archive is damaged.
std::shared_ptr<const PictureStore> pictures_of(const FileTree& tree, const Wanted& also);

/// Some pictures of a store, with their classes.
struct PictureListing {
  std::vector<std::size_t> pictures;  ///< numbers in the store
  std::vector<std::int32_t> labels;   ///< as many; -1 where there is none
  std::vector<std::string> classes;
  std::vector<std::string> notes;
};

/// What [data].exclude, classes and count leave of `all`. Throws as select() and left_out_by() do.
PictureListing chosen(const PictureStore& store, PictureListing all, const DatasetOptions& options,
                      const std::string& where);

/// The listed pictures as a data set of [data].size and [data].channels, in memory up to kPixelBudget. `fingerprint`
/// differs whenever the store's content does. `info` brings name, path and splits; the rest is filled in.
/// Throws Error for a picture that cannot be decoded or is of another size than the first where none is asked for.
std::shared_ptr<const Dataset> open_pictures(std::shared_ptr<const PictureStore> store, PictureListing listing,
                                             const DatasetOptions& options, DatasetInfo info,
                                             const std::string& fingerprint);

}  // namespace ganymede::data
