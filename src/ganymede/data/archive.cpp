#include "ganymede/data/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>

#include "ganymede/core/error.h"

namespace ganymede::data {
namespace {

constexpr std::size_t kBlock = 1 << 20, kSmall = 1 << 12;
/// A header's size is believed only up to here; what is longer grows as it is read.
constexpr std::uint64_t kBelieved = std::uint64_t{64} << 20;

using Reader = std::unique_ptr<archive, decltype(&archive_read_free)>;

Reader new_reader() {
  Reader reader(archive_read_new(), &archive_read_free);
  if (!reader) throw Error("out of memory while opening an archive");
  archive_read_support_filter_gzip(reader.get());
  archive_read_support_filter_bzip2(reader.get());
  archive_read_support_filter_xz(reader.get());
  archive_read_support_filter_zstd(reader.get());
  return reader;
}

[[noreturn]] void damaged(archive* reader, const std::string& where) {
  const char* reason = archive_error_string(reader);
  throw Error(fmt::format("cannot read the archive: {}", reason != nullptr ? reason : "unknown format"), where,
              "download or pack it again");
}

std::string member_name(archive_entry* entry) {
  const char* name = archive_entry_pathname_utf8(entry);
  if (name == nullptr) name = archive_entry_pathname(entry);
  std::string text = name != nullptr ? name : "";
  std::replace(text.begin(), text.end(), '\\', '/');
  while (text.rfind("./", 0) == 0) text.erase(0, 2);
  return text;
}

Bytes read_member(archive* reader, std::uint64_t announced, std::uint64_t limit, const std::string& where) {
  const auto too_large = [&] {
    return Error(fmt::format("a member is larger than the limit of {} bytes", limit), where,
                 "leave it out of the archive");
  };
  if (announced > limit) throw too_large();
  Bytes bytes(static_cast<std::size_t>(std::clamp<std::uint64_t>(announced + 1, kSmall, kBelieved)));
  std::size_t done = 0;
  for (;;) {
    if (done == bytes.size()) bytes.resize(bytes.size() * 2);
    const la_ssize_t got = archive_read_data(reader, bytes.data() + done, bytes.size() - done);
    if (got == ARCHIVE_RETRY) continue;
    if (got < 0) damaged(reader, where);
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
    if (done > limit) throw too_large();
  }
  bytes.resize(done);
  bytes.shrink_to_fit();  // thousands may be held at once
  return bytes;
}

}  // namespace

bool is_archive_name(const std::filesystem::path& path) {
  constexpr std::array kEndings = {".tar",     ".tar.gz", ".tgz", ".tar.xz",  ".txz",
                                   ".tar.bz2", ".tbz2",   ".tbz", ".tar.zst", ".zip"};
  std::string name = path.filename().string();
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
  return std::any_of(kEndings.begin(), kEndings.end(), [&](const char* ending) { return name.ends_with(ending); });
}

void walk_archive(const std::filesystem::path& path, const Wanted& wanted, const Take& take,
                  const ArchiveLimits& limits) {
  const Reader reader = new_reader();
  archive_read_support_format_tar(reader.get());
  archive_read_support_format_zip(reader.get());
  if (archive_read_open_filename(reader.get(), path.c_str(), kBlock) != ARCHIVE_OK)
    damaged(reader.get(), path.string());
  std::uint64_t members = 0, total = 0;
  for (;;) {
    archive_entry* entry = nullptr;
    const int status = archive_read_next_header(reader.get(), &entry);
    if (status == ARCHIVE_EOF) return;
    if (status == ARCHIVE_RETRY) continue;
    if (status < ARCHIVE_WARN) damaged(reader.get(), path.string());
    if (++members > limits.members) {
      throw Error(fmt::format("the archive has more than {} members", limits.members), path.string());
    }
    if (archive_entry_filetype(entry) != AE_IFREG || archive_entry_hardlink(entry) != nullptr) continue;
    const std::string name = member_name(entry);
    if (!wanted(name)) continue;
    const auto announced = archive_entry_size_is_set(entry) ? std::max<la_int64_t>(0, archive_entry_size(entry)) : 0;
    Bytes bytes = read_member(reader.get(), static_cast<std::uint64_t>(announced), limits.member,
                              fmt::format("{}:{}", path.string(), name));
    total += bytes.size();
    if (total > limits.total) {
      throw Error(fmt::format("the archive unpacks to more than the limit of {} bytes", limits.total), path.string(),
                  "unpack it into a folder and name that");
    }
    if (!take(name, std::move(bytes))) return;
  }
}

Bytes decompress(std::span<const std::uint8_t> bytes, const std::string& where, std::uint64_t limit) {
  const Reader reader = new_reader();
  archive_read_support_format_raw(reader.get());
  archive_read_support_format_empty(reader.get());
  if (archive_read_open_memory(reader.get(), bytes.data(), bytes.size()) != ARCHIVE_OK) damaged(reader.get(), where);
  archive_entry* entry = nullptr;
  const int status = archive_read_next_header(reader.get(), &entry);
  if (status == ARCHIVE_EOF) return {};
  if (status < ARCHIVE_WARN) damaged(reader.get(), where);
  return read_member(reader.get(), 0, limit, where);
}

}  // namespace ganymede::data
