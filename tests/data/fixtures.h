// Small synthesized data sets and archives for the tests of data/.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "ganymede/core/files.h"
#include "ganymede/data/dataset.h"
#include "ganymede/image/image.h"
#include "support/support.h"

namespace ganymede::test {

/// Sets an environment variable for as long as it lives.
class Environment {
 public:
  Environment(std::string name, const std::string& value);
  ~Environment();
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

 private:
  std::string name_;
  std::optional<std::string> before_;
};

using Members = std::map<std::string, Bytes>;

/// A member of an archive that is a link.
struct Link {
  std::string name, target;
  bool hard = false;
};

/// Writes an archive; the format follows the name: .zip, .tar, .tar.gz, .tar.xz, .tar.zst, .tar.bz2.
void write_archive(const std::filesystem::path& path, const Members& members, const std::vector<Link>& links = {});
/// The same with the members in an order of one's own; a name may occur twice.
using Ordered = std::vector<std::pair<std::string, Bytes>>;
void write_members(const std::filesystem::path& path, const Ordered& members, const std::vector<Link>& links = {});
/// The bytes of such an archive, for archives within archives.
Bytes archive_bytes(const std::string& name, const Ordered& members);
/// Writes the members as plain files below `folder`.
void write_folder(const std::filesystem::path& folder, const Members& members);

Bytes bytes_of(const std::string& text);
Bytes gzip(const Bytes& bytes);

/// `count` CIFAR records. Record i has label i % classes (after `label_bytes` - 1 bytes of 7), and pixels that are the
/// constants i, i + 1, i + 2 in the three planes, but for the first pixel, which is 200, 100, 50.
Bytes cifar_records(std::size_t count, std::size_t label_bytes = 1, int classes = 10);
/// CIFAR-10's seven files with `count` records each, in the folder "cifar-10-batches-bin".
Members cifar10_members(std::size_t count = 2);

/// An idx file of `count` images of height x width, image i filled with i; or of labels i % 10.
Bytes idx_images(std::uint32_t count, std::uint32_t height = 4, std::uint32_t width = 3);
Bytes idx_labels(std::uint32_t count);

/// A PNG of one colour.
Bytes png(int width, int height, std::vector<std::uint8_t> colour);
Bytes png(const image::Image& image);

/// Pixels of one image.
std::vector<std::uint8_t> pixels_of(const data::Dataset& dataset, std::size_t index);

/// `count` images of 2x3 grey pixels whose first pixel is the index (low byte) and second the next; labels index % 3.
std::shared_ptr<const data::Dataset> numbered(std::size_t count);

}  // namespace ganymede::test
