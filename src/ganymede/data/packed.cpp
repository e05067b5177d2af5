#include "ganymede/data/packed.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string_view>
#include <type_traits>

#include "ganymede/core/error.h"
#include "ganymede/core/files.h"
#include "ganymede/core/hash.h"
#include "ganymede/core/progress.h"
#include "ganymede/core/task.h"
#include "ganymede/data/parallel.h"
#include "ganymede/data/sources.h"

namespace ganymede::data {
namespace {

namespace fs = std::filesystem;

// A packed file: the header, filled up to kPixelsAt; the pixels of all images; their labels; a checksum for each block
// of images; the description as JSON and, where images are conditioned on something, behind a zero byte their vectors
// (f32, an image's numbers together); the checksum of everything but the pixels. Numbers are little endian.
constexpr char kMagic[8] = {'G', 'A', 'N', 'Y', 'P', 'A', 'K', '1'};
constexpr std::size_t kPixelsAt = 4096, kHex = 64;
constexpr std::uint64_t kMaxText = 1 << 28;
/// A block is checked as a whole at the first read of any of its images: large enough to need few checksums, small
/// enough not to be felt.
constexpr std::uint64_t kBlockBytes = 256 << 10;
/// Pixels decoded at a time while packing.
constexpr std::uint64_t kChunkBytes = 32 << 20;
const char* kHint = "make it again with `ganymede data prepare`";

struct Header {
  char magic[8];
  std::uint64_t count, image_bytes, block_images, text_bytes;

  std::uint64_t blocks() const { return (count + block_images - 1) / block_images; }
};
static_assert(std::is_trivially_copyable_v<Header> && sizeof(Header) == 40);

using BlockSum = std::uint64_t;  // the first 64 bits of a sha256: it guards against damage, not malice

template <class T>
std::span<const std::uint8_t> bytes_of(const T& items) {
  return {reinterpret_cast<const std::uint8_t*>(items.data()), items.size() * sizeof(*items.data())};
}
std::span<const std::uint8_t> bytes_of(const Header& header) {
  return {reinterpret_cast<const std::uint8_t*>(&header), sizeof header};
}

BlockSum block_sum(std::span<const std::uint8_t> pixels) {
  Digest digest;
  digest.update(pixels);
  return std::stoull(digest.hex().substr(0, 2 * sizeof(BlockSum)), nullptr, 16);
}

std::string head_checksum(const Header& header, const std::vector<std::int32_t>& labels,
                          const std::vector<BlockSum>& sums, const std::string& text) {
  Digest digest;
  digest.update(bytes_of(header));
  digest.update(bytes_of(labels));
  digest.update(bytes_of(sums));
  digest.update(bytes_of(text));
  return digest.hex();
}

std::string description(const DatasetInfo& info, const PackedOrigin& origin) {
  auto conditions = nlohmann::json::array();
  for (const auto& one : info.conditions) conditions.push_back({one.name, one.low, one.high});
  return nlohmann::json{{"name", info.name},
                        {"path", info.path.string()},
                        {"height", info.height},
                        {"width", info.width},
                        {"channels", info.channels},
                        {"bits", info.bits},
                        {"resized", info.resized},
                        {"classes", info.classes},
                        {"splits", info.splits},
                        {"checksum", info.checksum},
                        {"notes", info.notes},
                        {"conditions", conditions},
                        {"fingerprint", origin.fingerprint},
                        {"own_channels", origin.own_channels}}
      .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

/// The description of a set, with its images' vectors.
std::string described(const Dataset& dataset, const PackedOrigin& origin) {
  std::string text = description(dataset.info(), origin);
  if (dataset.info().conditions.empty()) return text;
  text += '\0';
  for (std::size_t i = 0; i < dataset.size(); ++i) {
    const auto row = dataset.conditions(i);
    text.append(reinterpret_cast<const char*>(row.data()), row.size() * sizeof(float));
  }
  return text;
}

void parse_description(std::string_view text, DatasetInfo& info, PackedOrigin& origin) {
  const auto json = nlohmann::json::parse(text);
  info.name = json.at("name");
  info.path = json.at("path").get<std::string>();
  json.at("height").get_to(info.height);
  json.at("width").get_to(info.width);
  json.at("channels").get_to(info.channels);
  info.bits = json.value("bits", 8);                            // files of before 16 bits have none
  info.resized = json.value("resized", info.name == "folder");  // files of before it: a folder's usually were
  json.at("classes").get_to(info.classes);
  json.at("splits").get_to(info.splits);
  json.at("checksum").get_to(info.checksum);
  json.at("notes").get_to(info.notes);
  for (const auto& one : json.value("conditions", nlohmann::json::array())) {
    info.conditions.push_back({one.at(0), one.at(1), one.at(2)});
  }
  json.at("fingerprint").get_to(origin.fingerprint);
  json.at("own_channels").get_to(origin.own_channels);
}

/// A whole file mapped for reading. Packed files are replaced, never changed, so it stays as long as it was.
class Mapping {
 public:
  explicit Mapping(const fs::path& path) {
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) fail(path, errno);
    struct stat status{};
    ::fstat(descriptor, &status);
    const bool file = S_ISREG(status.st_mode) && status.st_size > 0;
    if (file) size_ = static_cast<std::size_t>(status.st_size);
    void* start = file ? ::mmap(nullptr, size_, PROT_READ, MAP_SHARED, descriptor, 0) : MAP_FAILED;
    const int error = errno;
    if (start == MAP_FAILED) ::close(descriptor);
    if (!file) throw Error("this is no packed data set", path.string(), kHint);
    if (start == MAP_FAILED) fail(path, error);
    data_ = static_cast<const std::uint8_t*>(start);
    descriptor_ = descriptor;
  }
  ~Mapping() {
    ::munmap(const_cast<std::uint8_t*>(data_), size_);
    ::close(descriptor_);
  }
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;

  std::span<const std::uint8_t> bytes() const { return {data_, size_}; }
  /// Whether the file still reaches as far as it was mapped: reading what lies behind its end ends the program.
  bool whole() const {
    struct stat status{};
    return ::fstat(descriptor_, &status) == 0 && static_cast<std::size_t>(status.st_size) >= size_;
  }

 private:
  [[noreturn]] static void fail(const fs::path& path, int error) {
    throw Error(fmt::format("cannot read the packed data: {}", std::strerror(error)), path.string(),
                "check the path, or make it with `ganymede data prepare`");
  }

  const std::uint8_t* data_ = nullptr;
  int descriptor_ = -1;
  std::size_t size_ = 0;
};

}  // namespace

void write_packed(const fs::path& path, const Dataset& dataset, const PackedOrigin& origin) {
  const std::uint64_t count = dataset.size(), image = dataset.image_bytes();
  if (count == 0 || image == 0) throw Error("there is no image to pack", dataset.info().path.string());
  const std::string text = described(dataset, origin);
  if (text.size() > kMaxText)
    throw Error("the data set's description is too long to pack", dataset.info().path.string());
  Header header{};
  std::memcpy(header.magic, kMagic, sizeof kMagic);
  header.count = count;
  header.image_bytes = image;
  header.block_images = std::clamp<std::uint64_t>(kBlockBytes / image, 1, count);
  header.text_bytes = text.size();

  std::vector<std::int32_t> labels;
  labels.reserve(count);
  for (std::uint64_t i = 0; i < count; ++i) labels.push_back(dataset.label(i));
  std::vector<BlockSum> sums(header.blocks());
  Progress progress("packing", count, "image");
  write_file_in_pieces(path, [&](const PieceSink& sink) {
    std::vector<std::uint8_t> start(kPixelsAt);
    std::memcpy(start.data(), &header, sizeof header);
    sink(start);
    const std::uint64_t block_bytes = header.block_images * image;
    const std::uint64_t chunk = std::max<std::uint64_t>(1, kChunkBytes / block_bytes) * header.block_images;  // images
    std::vector<std::uint8_t> pixels;
    for (std::uint64_t begin = 0; begin < count; begin += chunk) {
      const std::uint64_t here = std::min(chunk, count - begin);
      pixels.resize(here * image);
      parallel(here, [&](std::size_t i) { dataset.read(begin + i, std::span(pixels).subspan(i * image, image)); });
      parallel((here + header.block_images - 1) / header.block_images, [&](std::size_t block) {
        const std::uint64_t at = block * block_bytes;
        const std::uint64_t bytes = std::min<std::uint64_t>(block_bytes, pixels.size() - at);
        sums[begin / header.block_images + block] = block_sum(std::span(pixels).subspan(at, bytes));
      });
      sink(pixels);
      progress.update(begin + here);
      if (cancel_requested()) throw Cancelled("stopped while packing; nothing was written", path.string());
    }
    sink(bytes_of(labels));
    sink(bytes_of(sums));
    sink(bytes_of(text));
    sink(bytes_of(head_checksum(header, labels, sums, text)));
  });
}

bool is_packed(const fs::path& path) {
  char magic[sizeof kMagic];
  std::error_code error;
  return fs::is_regular_file(path, error) && std::ifstream(path, std::ios::binary).read(magic, sizeof magic) &&
         std::memcmp(magic, kMagic, sizeof kMagic) == 0;
}

struct Packed::Impl {
  explicit Impl(const fs::path& path) : where(path.string()), map(path) {
    const auto damaged = [&](const char* problem) { return Error(problem, where, kHint); };
    const auto file = map.bytes();
    if (file.size() < kPixelsAt || std::memcmp(file.data(), kMagic, sizeof kMagic) != 0) {
      throw damaged("this is no packed data set, or one of another version");
    }
    std::memcpy(&header, file.data(), sizeof header);
    // Each number is checked against the file's size before it is multiplied with another.
    const std::uint64_t size = file.size();
    if (header.count == 0 || header.count > size || header.image_bytes == 0 ||
        header.image_bytes > size / header.count || header.block_images == 0 || header.block_images > size ||
        header.text_bytes > kMaxText ||
        kPixelsAt + header.count * (header.image_bytes + 4) + header.blocks() * sizeof(BlockSum) + header.text_bytes +
                kHex !=
            size) {
      throw damaged("the packed data is cut short or damaged");
    }
    std::size_t at = kPixelsAt + header.count * header.image_bytes;
    const auto take = [&](void* to, std::size_t bytes) {
      if (bytes > 0) std::memcpy(to, file.data() + at, bytes);
      at += bytes;
    };
    labels.resize(header.count);
    sums.resize(header.blocks());
    std::string text(header.text_bytes, '\0'), checksum(kHex, '\0');
    take(labels.data(), labels.size() * sizeof(std::int32_t));
    take(sums.data(), sums.size() * sizeof(BlockSum));
    take(text.data(), text.size());
    take(checksum.data(), checksum.size());
    if (head_checksum(header, labels, sums, text) != checksum) throw damaged("the packed data is damaged");
    try {
      const std::string_view all = text, json = all.substr(0, all.find('\0'));
      parse_description(json, info, origin);
      take_conditions(all.substr(std::min(all.size(), json.size() + 1)));
    } catch (const nlohmann::json::exception&) {
      throw damaged("the packed data's description is damaged");
    }
    const bool shaped = info.height > 0 && info.width > 0 && info.channels > 0 &&
                        info.channels <= image::kMaxChannels && (info.bits == 8 || info.bits == 16) &&
                        std::uint64_t{1} * info.height * info.width * info.pixel_bytes() == header.image_bytes;
    const auto classes = static_cast<std::int64_t>(info.classes.size());
    if (!shaped ||
        std::any_of(labels.begin(), labels.end(), [&](auto label) { return label < -1 || label >= classes; })) {
      throw damaged("the packed data contradicts itself");
    }
    checked = std::vector<std::atomic<bool>>(header.blocks());
  }

  /// Throws Error unless there is a number for each image and condition.
  void take_conditions(std::string_view numbers) {
    const std::uint64_t row = info.conditions.size() * sizeof(float);
    // Divided, for a file's own count times its own number of conditions may be past 64 bits.
    const bool whole = row == 0 ? numbers.empty() : numbers.size() % row == 0 && numbers.size() / row == header.count;
    if (!whole) throw Error("the packed data contradicts itself", where, kHint);
    conditions.resize(numbers.size() / sizeof(float));
    if (!conditions.empty()) std::memcpy(conditions.data(), numbers.data(), numbers.size());
  }

  std::span<const std::uint8_t> pixels_of(std::uint64_t first, std::uint64_t images) const {
    return map.bytes().subspan(kPixelsAt + first * header.image_bytes, images * header.image_bytes);
  }

  void check(std::uint64_t block) const {
    if (checked[block].load(std::memory_order_relaxed)) return;
    const std::uint64_t first = block * header.block_images;
    const std::uint64_t images = std::min(header.block_images, header.count - first);
    if (block_sum(pixels_of(first, images)) != sums[block]) {
      throw Error(fmt::format("images {} to {} of the packed data are damaged", first, first + images - 1), where,
                  kHint);
    }
    checked[block].store(true, std::memory_order_relaxed);
  }

  std::string where;
  Mapping map;
  Header header{};
  std::vector<std::int32_t> labels;
  std::vector<BlockSum> sums;
  std::vector<float> conditions;
  DatasetInfo info;
  PackedOrigin origin;
  mutable std::vector<std::atomic<bool>> checked;  ///< blocks found whole
};

Packed::Packed(const fs::path& path) : impl_(std::make_unique<Impl>(path)) {}
Packed::~Packed() = default;

const DatasetInfo& Packed::info() const {
  return impl_->info;
}
std::size_t Packed::size() const {
  return impl_->labels.size();
}
int Packed::label(std::size_t index) const {
  return impl_->labels.at(index);
}
std::span<const float> Packed::conditions(std::size_t index) const {
  const std::size_t each = impl_->info.conditions.size();
  return std::span(impl_->conditions).subspan(index * each, each);
}
const PackedOrigin& Packed::origin() const {
  return impl_->origin;
}

void Packed::read(std::size_t index, std::span<std::uint8_t> pixels) const {
  if (index >= size()) throw Error(fmt::format("there is no image {}", index), impl_->where);
  if (!impl_->map.whole()) throw Error("the file is shorter than it was", impl_->where, "leave files in use alone");
  impl_->check(index / impl_->header.block_images);
  const auto from = impl_->pixels_of(index, 1);
  std::copy(from.begin(), from.end(), pixels.begin());
}

void Packed::verify() const {
  parallel(impl_->header.blocks(), [&](std::size_t block) { impl_->check(block); });
}

namespace {

/// A packed file under its own name, as [data] name = "packed" opens it.
class NamedPacked : public Packed {
 public:
  explicit NamedPacked(const fs::path& path) : Packed(path), info_(Packed::info()) {
    info_.notes.insert(info_.notes.begin(), fmt::format("packed from {} {}", info_.name, info_.path.string()));
    info_.name = "packed";
    info_.path = path;
  }
  const DatasetInfo& info() const override { return info_; }

 private:
  DatasetInfo info_;
};

std::shared_ptr<const Dataset> open_packed(const DatasetOptions& options) {
  if (options.path.empty()) {
    throw UsageError("no packed file was named", {},
                     "name it with --data or [data].path; `ganymede data prepare` makes it");
  }
  return std::make_shared<NamedPacked>(options.path);
}

}  // namespace

void register_packed(SourceRegistry& registry) {
  add_source(registry, {.name = "packed",
                        .title = "a file that `ganymede data prepare` made",
                        .open = open_packed,
                        .anywhere = true,
                        .deep = true,
                        .prepared = true,
                        .options = {"conditions"},
                        .is = [](const std::filesystem::path& path) {
                          return path.extension() == ".packed" || is_packed(path);
                        }});
}

}  // namespace ganymede::data
