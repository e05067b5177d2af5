#include "data/fixtures.h"

#include <archive.h>
#include <archive_entry.h>
#include <locale.h>

#include <algorithm>
#include <cstdlib>

#include "ganymede/core/text.h"
#include "ganymede/data/memory.h"
#include "ganymede/image/encode.h"

namespace ganymede::test {

namespace fs = std::filesystem;

Environment::Environment(std::string name, const std::string& value) : name_(std::move(name)) {
  if (const char* before = std::getenv(name_.c_str())) before_ = before;
  ::setenv(name_.c_str(), value.c_str(), 1);
}

Environment::~Environment() {
  if (before_)
    ::setenv(name_.c_str(), before_->c_str(), 1);
  else
    ::unsetenv(name_.c_str());
}

namespace {

void add(archive* writer, const std::string& name, const Bytes& bytes) {
  archive_entry* entry = archive_entry_new();
  archive_entry_set_pathname(entry, name.c_str());
  archive_entry_set_size(entry, static_cast<la_int64_t>(bytes.size()));
  archive_entry_set_filetype(entry, AE_IFREG);
  archive_entry_set_perm(entry, 0644);
  archive_write_header(writer, entry);
  archive_write_data(writer, bytes.data(), bytes.size());
  archive_entry_free(entry);
}

void add(archive* writer, const Link& link) {
  archive_entry* entry = archive_entry_new();
  archive_entry_set_pathname(entry, link.name.c_str());
  archive_entry_set_filetype(entry, link.hard ? AE_IFREG : AE_IFLNK);
  if (link.hard)
    archive_entry_set_hardlink(entry, link.target.c_str());
  else
    archive_entry_set_symlink(entry, link.target.c_str());
  archive_entry_set_perm(entry, 0777);
  archive_write_header(writer, entry);
  archive_entry_free(entry);
}

}  // namespace

void write_archive(const fs::path& path, const Members& members, const std::vector<Link>& links) {
  write_members(path, Ordered(members.begin(), members.end()), links);
}

Bytes archive_bytes(const std::string& name, const Ordered& members) {
  const TemporaryFolder folder;
  write_members(folder / name, members);
  return read_file(folder / name);
}

void write_members(const fs::path& path, const Ordered& members, const std::vector<Link>& links) {
  // Where all names are UTF-8 a zip's writer is to mark them so; others it stores as they are.
  const bool marked =
      std::all_of(members.begin(), members.end(), [](const auto& member) { return is_utf8(member.first); });
  const locale_t utf8 = newlocale(LC_CTYPE_MASK, marked ? "C.UTF-8" : "C", nullptr), before = uselocale(utf8);
  archive* writer = archive_write_new();
  const std::string name = path.filename().string();
  if (name.ends_with(".zip"))
    archive_write_set_format_zip(writer);
  else
    archive_write_set_format_pax_restricted(writer);
  if (name.ends_with("gz")) archive_write_add_filter_gzip(writer);
  if (name.ends_with("xz")) archive_write_add_filter_xz(writer);
  if (name.ends_with("zst")) archive_write_add_filter_zstd(writer);
  if (name.ends_with("bz2")) archive_write_add_filter_bzip2(writer);
  ASSERT_EQ(archive_write_open_filename(writer, path.c_str()), ARCHIVE_OK);
  for (const auto& [member, bytes] : members) add(writer, member, bytes);
  for (const Link& link : links) add(writer, link);
  archive_write_close(writer);
  archive_write_free(writer);
  uselocale(before);
  freelocale(utf8);
}

void write_folder(const fs::path& folder, const Members& members) {
  for (const auto& [name, bytes] : members) write_file(folder / name, bytes);
}

Bytes bytes_of(const std::string& text) {
  return {text.begin(), text.end()};
}

Bytes gzip(const Bytes& bytes) {
  Bytes out(bytes.size() + 4096);
  std::size_t used = 0;
  archive* writer = archive_write_new();
  archive_write_set_format_raw(writer);
  archive_write_add_filter_gzip(writer);
  archive_write_set_bytes_in_last_block(writer, 1);
  EXPECT_EQ(archive_write_open_memory(writer, out.data(), out.size(), &used), ARCHIVE_OK);
  add(writer, "content", bytes);
  archive_write_close(writer);
  archive_write_free(writer);
  out.resize(used);
  return out;
}

Bytes cifar_records(std::size_t count, std::size_t label_bytes, int classes) {
  Bytes bytes;
  for (std::size_t i = 0; i < count; ++i) {
    if (label_bytes == 2) bytes.push_back(7);
    bytes.push_back(static_cast<std::uint8_t>(i % static_cast<std::size_t>(classes)));
    for (std::size_t plane = 0; plane < 3; ++plane) {
      bytes.push_back(static_cast<std::uint8_t>(200 >> plane));
      bytes.insert(bytes.end(), 1023, static_cast<std::uint8_t>(i + plane));
    }
  }
  return bytes;
}

Members cifar10_members(std::size_t count) {
  Members members;
  const std::string folder = "cifar-10-batches-bin/";
  for (int batch = 1; batch <= 5; ++batch) {
    members[folder + "data_batch_" + std::to_string(batch) + ".bin"] = cifar_records(count);
  }
  members[folder + "test_batch.bin"] = cifar_records(count);
  members[folder + "batches.meta.txt"] =
      bytes_of("airplane\nautomobile\nbird\ncat\ndeer\ndog\nfrog\nhorse\nship\ntruck\n\n");
  return members;
}

namespace {

void put(Bytes& bytes, std::uint32_t number) {
  for (int shift = 24; shift >= 0; shift -= 8) bytes.push_back(static_cast<std::uint8_t>(number >> shift));
}

}  // namespace

Bytes idx_images(std::uint32_t count, std::uint32_t height, std::uint32_t width) {
  Bytes bytes;
  for (const std::uint32_t number : {0x803u, count, height, width}) put(bytes, number);
  for (std::uint32_t i = 0; i < count; ++i) bytes.insert(bytes.end(), height * width, static_cast<std::uint8_t>(i));
  return bytes;
}

Bytes idx_labels(std::uint32_t count) {
  Bytes bytes;
  for (const std::uint32_t number : {0x801u, count}) put(bytes, number);
  for (std::uint32_t i = 0; i < count; ++i) bytes.push_back(static_cast<std::uint8_t>(i % 10));
  return bytes;
}

Bytes png(int width, int height, std::vector<std::uint8_t> colour) {
  image::Image image(width, height, static_cast<int>(colour.size()));
  for (std::size_t i = 0; i < image.pixels.size(); ++i) image.pixels[i] = colour[i % colour.size()];
  return image::encode_png(image);
}

Bytes png(const image::Image& image) {
  return image::encode_png(image);
}

std::vector<std::uint8_t> pixels_of(const data::Dataset& dataset, std::size_t index) {
  std::vector<std::uint8_t> pixels(dataset.image_bytes());
  dataset.read(index, pixels);
  return pixels;
}

std::shared_ptr<const data::Dataset> numbered(std::size_t count) {
  data::Images images;
  images.height = 2;
  images.width = 3;
  images.channels = 1;
  for (std::size_t i = 0; i < count; ++i) {
    const auto low = static_cast<std::uint8_t>(i), high = static_cast<std::uint8_t>(i >> 8);
    images.pixels.insert(images.pixels.end(), {low, high, 255, 1, 2, 3});
    images.labels.push_back(static_cast<std::int32_t>(i % 3));
  }
  data::DatasetInfo info;
  info.name = "numbered";
  info.classes = {"a", "b", "c"};
  return data::in_memory(info, std::move(images));
}

}  // namespace ganymede::test
