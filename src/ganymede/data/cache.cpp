#include "ganymede/data/cache.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <optional>
#include <type_traits>

#include "ganymede/core/error.h"
#include "ganymede/core/files.h"
#include "ganymede/core/hash.h"
#include "ganymede/core/log.h"

namespace ganymede::data {
namespace {

namespace fs = std::filesystem;

// A cache file: the magic, the numbers of Header, the texts (classes, notes; each ended by a zero byte), pixels,
// labels, the content's checksum, and the checksum of everything before the pixels together with the content's.
constexpr char kMagic[8] = {'G', 'A', 'N', 'Y', 'P', 'I', 'X', '3'};
constexpr const char* kExtension = ".pixels";
constexpr std::size_t kHex = 64;
constexpr std::uint64_t kMaxText = 1 << 24;

struct Header {
  char magic[8];
  std::uint32_t height, width, channels, bits;
  std::uint64_t classes;
  std::uint64_t count, text_bytes;
};
static_assert(std::is_trivially_copyable_v<Header> && sizeof(Header) == 48);

template <class T>
std::span<const std::uint8_t> bytes_of(const T& items) {
  return {reinterpret_cast<const std::uint8_t*>(items.data()), items.size() * sizeof(*items.data())};
}
std::span<const std::uint8_t> bytes_of(const Header& header) {
  return {reinterpret_cast<const std::uint8_t*>(&header), sizeof header};
}

std::string head_checksum(const Header& header, const std::string& text, const std::string& content) {
  Digest digest;
  digest.update(bytes_of(header));
  digest.update(bytes_of(text));
  digest.update(bytes_of(content));
  return digest.hex();
}

bool fill(std::ifstream& file, void* to, std::uint64_t bytes) {
  file.read(static_cast<char*>(to), static_cast<std::streamsize>(bytes));
  return static_cast<std::uint64_t>(file.gcount()) == bytes;
}

/// Nothing where the file is missing, of another version or damaged.
std::optional<Unpacked> load(const fs::path& path) {
  std::error_code error;
  const std::uint64_t size = fs::file_size(path, error);
  std::ifstream file(path, std::ios::binary);
  Header header;
  if (error || !file || !fill(file, &header, sizeof header)) return std::nullopt;
  if (std::memcmp(header.magic, kMagic, sizeof kMagic) != 0 || header.text_bytes > kMaxText) return std::nullopt;
  if (header.height > 1 << 16 || header.width > 1 << 16 || header.channels > image::kMaxChannels) return std::nullopt;
  if (header.bits != 8 && header.bits != 16) return std::nullopt;
  const std::uint64_t image = std::uint64_t{header.height} * header.width * header.channels * (header.bits / 8);
  const std::uint64_t rest =
      size - sizeof header - 2 * kHex - header.text_bytes;  // wraps to something huge if too short
  if (rest > size || header.count > size || header.count * (image + 4) != rest) return std::nullopt;

  Unpacked unpacked;
  Images& images = unpacked.images;
  images.height = static_cast<int>(header.height);
  images.width = static_cast<int>(header.width);
  images.channels = static_cast<int>(header.channels);
  images.bits = static_cast<int>(header.bits);
  images.pixels.resize(header.count * image);
  images.labels.resize(header.count);
  std::string text(header.text_bytes, '\0'), content(kHex, '\0'), head(kHex, '\0');
  if (!fill(file, text.data(), text.size()) || !fill(file, images.pixels.data(), images.pixels.size()) ||
      !fill(file, images.labels.data(), images.labels.size() * 4) || !fill(file, content.data(), kHex) ||
      !fill(file, head.data(), kHex)) {
    return std::nullopt;
  }
  images.checksum = content_checksum(images);
  if (images.checksum != content || head_checksum(header, text, content) != head) return std::nullopt;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::string item = text.c_str() + begin;
    (unpacked.classes.size() < header.classes ? unpacked.classes : unpacked.notes).push_back(item);
    begin += item.size() + 1;
  }
  fs::last_write_time(path, fs::file_time_type::clock::now(), error);  // marks it as used
  return unpacked;
}

void save(const fs::path& path, const Unpacked& unpacked) {
  const Images& images = unpacked.images;
  std::string text;
  for (const auto* list : {&unpacked.classes, &unpacked.notes}) {
    for (const auto& item : *list) text += item + '\0';
  }
  Header header{};
  std::memcpy(header.magic, kMagic, sizeof kMagic);
  header.height = static_cast<std::uint32_t>(images.height);
  header.width = static_cast<std::uint32_t>(images.width);
  header.channels = static_cast<std::uint32_t>(images.channels);
  header.bits = static_cast<std::uint32_t>(images.bits);
  header.classes = unpacked.classes.size();
  header.count = images.count();
  header.text_bytes = text.size();
  write_file_in_pieces(path, [&](const PieceSink& sink) {
    sink(bytes_of(header));
    sink(bytes_of(text));
    sink(images.pixels);
    sink(bytes_of(images.labels));
    sink(bytes_of(images.checksum));
    sink(bytes_of(head_checksum(header, text, images.checksum)));
  });
}

}  // namespace

fs::path cache_folder() {
  const auto variable = [](const char* name) -> fs::path {
    const char* value = std::getenv(name);
    return value != nullptr ? value : "";
  };
  if (const fs::path cache = variable("XDG_CACHE_HOME"); !cache.empty()) return cache / "ganymede";
  if (const fs::path home = variable("HOME"); !home.empty()) return home / ".cache" / "ganymede";
  return {};
}

void trim_cache(const fs::path& folder, const std::string& extension, std::uint64_t limit) {
  struct Entry {
    fs::file_time_type used;
    std::uint64_t bytes;
    fs::path path;
  };
  std::vector<Entry> entries;
  std::uint64_t total = 0;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (entry.path().extension() != extension) continue;
    entries.push_back({entry.last_write_time(error), entry.file_size(error), entry.path()});
    total += entries.back().bytes;
  }
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) { return a.used < b.used; });
  for (std::size_t i = 0; i + 1 < entries.size() && total > limit; ++i) {
    if (fs::remove(entries[i].path, error)) total -= entries[i].bytes;
  }
}

Unpacked cached(const std::string& key, const std::function<Unpacked()>& build, double from_seconds) {
  const fs::path folder = cache_folder();
  const fs::path path = folder / (text_digest(key).substr(0, 32) + kExtension);
  if (!folder.empty()) {
    if (auto found = load(path)) return std::move(*found);
  }
  const auto begin = std::chrono::steady_clock::now();
  Unpacked unpacked = build();
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  unpacked.images.checksum = content_checksum(unpacked.images);
  if (folder.empty() || seconds < from_seconds) return unpacked;
  try {
    save(path, unpacked);
    trim_cache(folder, kExtension, kCacheLimit);
  } catch (const Error& error) {
    spdlog::debug("no cache was written: {}", error.what());
  }
  return unpacked;
}

}  // namespace ganymede::data
