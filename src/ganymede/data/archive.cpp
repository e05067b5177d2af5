#include "ganymede/data/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <locale.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <map>
#include <memory>
#include <set>

#include "ganymede/core/error.h"
#include "ganymede/core/text.h"
#include "ganymede/image/decode.h"

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
  std::string begin(kLfsPointer.size(), '\0');
  std::ifstream(where, std::ios::binary).read(begin.data(), static_cast<std::streamsize>(begin.size()));
  if (begin == kLfsPointer) throw Error(kIsLfsPointer, where, kMendLfsPointer);
  const char* reason = archive_error_string(reader);
  throw Error(fmt::format("cannot read the archive: {}", reason != nullptr ? reason : "unknown format"), where,
              "download or pack it again");
}

/// libarchive passes names through the locale, and drops those that do not fit it: a program that set none loses every
/// name that is not ASCII. In this thread, for as long as this lives, names are UTF-8, which leaves their bytes alone.
class Utf8Names {
 public:
  Utf8Names() : locale_(newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr)) {
    if (locale_ != nullptr) before_ = uselocale(locale_);
  }
  ~Utf8Names() {
    if (locale_ == nullptr) return;
    uselocale(before_);
    freelocale(locale_);
  }
  Utf8Names(const Utf8Names&) = delete;
  Utf8Names& operator=(const Utf8Names&) = delete;

 private:
  locale_t locale_, before_ = nullptr;
};

/// The parts of a path without "." and, each taking away the one before it, without "..". False where they lead out.
bool normalise(std::string& path) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    const std::string part = path.substr(begin, end - begin);
    begin = end + 1;
    if (part == "..") {
      if (parts.empty()) return false;
      parts.pop_back();
    } else if (!part.empty() && part != ".") {
      parts.push_back(part);
    }
  }
  path = fmt::format("{}", fmt::join(parts, "/"));
  return true;
}

/// Zips of old programs on Windows part names by '\'. In a name that has a '/' it is a letter, and behind a byte that
/// is not ASCII it may be the second half of one (Shift-JIS).
void use_slashes(std::string& name) {
  if (name.find('/') != std::string::npos) return;
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (name[i] == '\\' && (i == 0 || static_cast<unsigned char>(name[i - 1]) < 0x80)) name[i] = '/';
  }
}

std::string member_name(archive* reader, archive_entry* entry, const std::string& where) {
  const char* name = archive_entry_pathname(entry);
  if (name == nullptr) name = archive_entry_pathname_utf8(entry);
  if (name == nullptr) {
    // A name that is marked as UTF-8 and is none: libarchive gives nothing of it, and what has no name would vanish.
    throw Error("a member's name is not in the encoding that the archive says", where,
                "pack it again, or unpack it into a folder");
  }
  std::string text = name;
  if ((archive_format(reader) & ARCHIVE_FORMAT_BASE_MASK) == ARCHIVE_FORMAT_ZIP) use_slashes(text);
  while (!normalise(text)) text = text.substr(text.find("..") + 2);  // what leads out of the archive begins within it
  return text;
}

/// What a link leads to, as a member's name; empty where that is outside the archive.
std::string link_target(archive_entry* entry, const std::string& name) {
  const char* hard = archive_entry_hardlink(entry);
  const char* soft = archive_entry_symlink(entry);
  std::string target = hard != nullptr ? hard : soft != nullptr ? soft : "";
  if (hard == nullptr) {
    if (target.starts_with('/')) return {};
    target = name.substr(0, name.rfind('/') + 1) + target;
  }
  return normalise(target) ? target : std::string();
}

/// One member, whose first bytes may be looked at before it is read.
class Member {
 public:
  Member(archive* reader, archive_entry* entry, std::uint64_t limit, std::string where)
      : reader_(reader), limit_(limit), where_(std::move(where)) {
    if (archive_entry_size_is_set(entry)) {
      announced_ = static_cast<std::uint64_t>(std::max<la_int64_t>(0, archive_entry_size(entry)));
    }
  }
  std::span<const std::uint8_t> head() {
    if (begun_.empty()) {
      begun_.resize(image::kHeadBytes);
      begun_.resize(fill(begun_.data(), begun_.size()));
    }
    return begun_;
  }
  Bytes read() {
    if (announced_ > limit_) throw too_large();
    Bytes bytes = std::move(begun_);
    std::size_t done = bytes.size();
    bytes.resize(static_cast<std::size_t>(std::clamp<std::uint64_t>(announced_ + 1, kSmall, kBelieved)));
    for (;;) {
      if (done == bytes.size()) bytes.resize(bytes.size() * 2);
      const std::size_t got = fill(bytes.data() + done, bytes.size() - done);
      if (got == 0) break;
      done += got;
      if (done > limit_) throw too_large();
    }
    bytes.resize(done);
    bytes.shrink_to_fit();  // thousands may be held at once
    return bytes;
  }

 private:
  std::size_t fill(std::uint8_t* to, std::size_t most) {
    std::size_t done = 0;
    while (done < most) {
      const la_ssize_t got = archive_read_data(reader_, to + done, most - done);
      if (got == ARCHIVE_RETRY) continue;
      if (got < 0) damaged(reader_, where_);
      if (got == 0) break;
      done += static_cast<std::size_t>(got);
    }
    return done;
  }
  Error too_large() const {
    return Error(fmt::format("a member is larger than the limit of {} bytes", limit_), where_,
                 "leave it out of the archive");
  }

  archive* reader_;
  std::uint64_t limit_, announced_ = 0;
  std::string where_;
  Bytes begun_;
};

/// An archive's links, by name.
using Links = std::map<std::string, std::string>;

/// Where a path leads when every link on it is followed; empty where it goes out or in circles.
std::string followed(std::string path, const Links& links) {
  constexpr int kMostSteps = 40;
  for (int step = 0; step < kMostSteps; ++step) {
    bool changed = false;
    for (std::size_t end = path.find('/'); !changed; end = path.find('/', end + 1)) {
      const auto found = links.find(path.substr(0, end));
      if (found != links.end()) {
        if (found->second.empty()) return {};
        path = found->second + (end == std::string::npos ? "" : path.substr(end));
        changed = true;
      }
      if (end == std::string::npos) break;
    }
    if (!changed) return path;
  }
  return {};
}

/// One pass through an archive.
class Walk {
 public:
  Walk(const std::filesystem::path& path, const ArchiveLimits& limits) : path_(path), limits_(limits) {}

  /// Calls each(name, entry, member) for every regular file, until it returns false; notes links.
  bool files(const std::function<bool(const std::string&, Member&)>& each, Links* links) {
    const Utf8Names names;
    const Reader reader = new_reader();
    archive_read_support_format_tar(reader.get());
    archive_read_support_format_zip(reader.get());
    if (archive_read_open_filename(reader.get(), path_.c_str(), kBlock) != ARCHIVE_OK)
      damaged(reader.get(), path_.string());
    for (std::uint64_t members = 0;;) {
      archive_entry* entry = nullptr;
      const int status = archive_read_next_header(reader.get(), &entry);
      if (status == ARCHIVE_EOF) return true;
      if (status == ARCHIVE_RETRY) continue;
      if (status < ARCHIVE_WARN) damaged(reader.get(), path_.string());
      if (++members > limits_.members) {
        throw Error(fmt::format("the archive has more than {} members", limits_.members), path_.string());
      }
      const std::string name = member_name(reader.get(), entry, path_.string());
      if (archive_entry_hardlink(entry) != nullptr || archive_entry_filetype(entry) == AE_IFLNK) {
        if (links != nullptr) (*links)[name] = link_target(entry, name);
      } else if (archive_entry_filetype(entry) == AE_IFREG) {
        Member member(reader.get(), entry, limits_.member, fmt::format("{}:{}", path_.string(), name));
        if (!each(name, member)) return false;
      }
    }
  }

  Bytes read(Member& member) {
    Bytes bytes = member.read();
    total_ += bytes.size();
    if (total_ > limits_.total) {
      throw Error(fmt::format("the archive unpacks to more than the limit of {} bytes", limits_.total), path_.string(),
                  "unpack it into a folder and name that");
    }
    return bytes;
  }

 private:
  std::filesystem::path path_;
  ArchiveLimits limits_;
  std::uint64_t total_ = 0;
};

/// The names under which links show what is called `name`: the file itself and every folder above it may be linked to.
std::vector<std::string> aliases_of(const std::string& name, const std::multimap<std::string, std::string>& by_target) {
  std::vector<std::string> aliases;
  for (std::size_t end = name.find('/');; end = name.find('/', end + 1)) {
    const auto [first, last] = by_target.equal_range(name.substr(0, end));
    for (auto link = first; link != last; ++link) {
      aliases.push_back(link->second + (end == std::string::npos ? "" : name.substr(end)));
    }
    if (end == std::string::npos) return aliases;
  }
}

/// A second pass, which gives links the content of what they lead to. Returns how many found nothing.
std::size_t walk_links(Walk& walk, const Links& links, const Judge& wanted, const Take& take) {
  std::multimap<std::string, std::string> by_target;
  std::set<std::string> lost;
  for (const auto& [name, target] : links) {
    const std::string end = followed(name, links);
    if (!end.empty() && name.starts_with(end + "/")) continue;  // goes in circles
    if (!end.empty()) by_target.emplace(end, name);
    lost.insert(name);
  }
  walk.files(
      [&](const std::string& name, Member& member) {
        std::vector<std::string> chosen;
        for (const auto& alias : aliases_of(name, by_target)) {
          if (wanted(alias, [&] { return member.head(); })) chosen.push_back(alias);
          // A link to a folder is found once anything in it is.
          for (std::size_t end = alias.find('/');; end = alias.find('/', end + 1)) {
            lost.erase(alias.substr(0, end));
            if (end == std::string::npos) break;
          }
        }
        if (chosen.empty()) return true;
        const Bytes bytes = walk.read(member);
        return std::all_of(chosen.begin(), chosen.end(), [&](const auto& alias) { return take(alias, bytes); });
      },
      nullptr);
  // What is lost has no content: its name alone must say whether it mattered.
  return static_cast<std::size_t>(std::count_if(lost.begin(), lost.end(), [&](const auto& name) {
    return wanted(name, [] { return std::span<const std::uint8_t>(); });
  }));
}

}  // namespace

bool is_archive_name(const std::filesystem::path& path) {
  constexpr std::array kEndings = {".tar",     ".tar.gz", ".tgz", ".tar.xz",  ".txz",
                                   ".tar.bz2", ".tbz2",   ".tbz", ".tar.zst", ".zip"};
  std::string name = path.filename().string();
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
  return std::any_of(kEndings.begin(), kEndings.end(), [&](const char* ending) { return name.ends_with(ending); });
}

std::size_t walk_archive(const std::filesystem::path& path, const Judge& wanted, const Take& take,
                         const ArchiveLimits& limits) {
  Walk walk(path, limits);
  Links links;
  const bool whole = walk.files(
      [&](const std::string& name, Member& member) {
        return !wanted(name, [&] { return member.head(); }) || take(name, walk.read(member));
      },
      &links);
  return !whole || links.empty() ? 0 : walk_links(walk, links, wanted, take);
}

std::size_t walk_archive(const std::filesystem::path& path, const Wanted& wanted, const Take& take,
                         const ArchiveLimits& limits) {
  return walk_archive(path, Judge([&](const std::string& name, const Head&) { return wanted(name); }), take, limits);
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
  return Member(reader.get(), entry, limit, where).read();
}

}  // namespace ganymede::data
