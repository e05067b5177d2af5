#include "ganymede/data/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <locale.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <set>

#include "ganymede/core/counted.h"
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
  if (begin == kLfsPointer) throw Error(kIsLfsPointer, where, kLfsPointerHint);
  const char* reason = archive_error_string(reader);
  throw Error(fmt::format("cannot read the archive: {}", reason != nullptr ? reason : "unknown format"), where,
              "download or pack it again");
}

bool is_zip(archive* reader) {
  return (archive_format(reader) & ARCHIVE_FORMAT_BASE_MASK) == ARCHIVE_FORMAT_ZIP;
}

/// A member of a zip that cannot be read: the others may be.
struct FaultyMember : Error {
  FaultyMember(archive* reader, bool ends, const std::string& where)
      : Error(fault_of(reader), where, "download or pack it again"), ends_reading(ends) {}
  bool ends_reading;  ///< libarchive goes no further

  static std::string fault_of(archive* reader) {
    const char* reason = archive_error_string(reader);
    const std::string said = reason != nullptr ? reason : "unknown error";
    if (said.find("assphrase") != std::string::npos) return "it is encrypted in the archive";
    const bool sum = said.find("bad CRC") != std::string::npos;
    return "it is damaged in the archive: " + (sum ? "its checksum is wrong" : said);
  }
};

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
  if (is_zip(reader)) use_slashes(text);
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

bool is_link(archive_entry* entry) {
  return archive_entry_hardlink(entry) != nullptr || archive_entry_filetype(entry) == AE_IFLNK;
}

/// Of what has none, the name alone must say whether it mattered.
std::span<const std::uint8_t> no_content() {
  return {};
}

/// Whether what is read are the bytes of a tar as they lie in the file.
bool plain(archive* reader) {
  return archive_filter_code(reader, 0) == ARCHIVE_FILTER_NONE &&
         (archive_format(reader) & ARCHIVE_FORMAT_BASE_MASK) == ARCHIVE_FORMAT_TAR;
}

/// How far a plain tar was read: behind a header that is where its content begins.
std::uint64_t position(archive* reader) {
  return static_cast<std::uint64_t>(std::max<la_int64_t>(0, archive_filter_bytes(reader, 0)));
}

Error cut_short(const std::string& where) {
  return Error("the archive is cut short", where, "download or pack it again");
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
  /// Where its content lies, if that is as it is and nothing of it was read yet; `base` is where the archive begins.
  std::optional<Extent> extent(archive_entry* entry, std::uint64_t base) const {
    if (!plain(reader_) || !begun_.empty() || !archive_entry_size_is_set(entry) ||
        archive_entry_sparse_count(entry) > 0) {
      return std::nullopt;
    }
    if (announced_ > limit_) throw too_large();
    return Extent{base + position(reader_), announced_};
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
      if (got < 0 && is_zip(reader_)) throw FaultyMember(reader_, got <= ARCHIVE_FATAL, where_);
      if (got < 0) damaged(reader_, where_);
      if (got == 0) break;
      done += static_cast<std::size_t>(got);
    }
    return done;
  }
  Error too_large() const {
    return Error("a member is larger than the limit of " + counted(limit_, "byte"), where_,
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
  constexpr int kMaxSteps = 40;
  for (int step = 0; step < kMaxSteps; ++step) {
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

/// A part of a file, as libarchive reads it.
class Part {
 public:
  Part(const std::filesystem::path& path, const Extent& extent)
      : descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)),
        at_(extent.offset),
        end_(extent.offset + extent.bytes),
        block_(kBlock) {
    if (descriptor_ < 0) throw Error("cannot read the file", path.string(), "check its rights");
  }
  ~Part() { ::close(descriptor_); }
  Part(const Part&) = delete;
  Part& operator=(const Part&) = delete;

  static la_ssize_t read(archive* reader, void* self, const void** bytes) {
    auto& part = *static_cast<Part*>(self);
    const std::size_t most = static_cast<std::size_t>(std::min<std::uint64_t>(part.end_ - part.at_, kBlock));
    const ssize_t got = ::pread(part.descriptor_, part.block_.data(), most, static_cast<off_t>(part.at_));
    if (got < 0) archive_set_error(reader, errno, "the file cannot be read");
    if (got < 0) return ARCHIVE_FATAL;
    part.at_ += static_cast<std::uint64_t>(got);
    *bytes = part.block_.data();
    return got;
  }
  static la_int64_t skip(archive*, void* self, la_int64_t bytes) {
    auto& part = *static_cast<Part*>(self);
    const auto most =
        std::min<std::uint64_t>(static_cast<std::uint64_t>(std::max<la_int64_t>(0, bytes)), part.end_ - part.at_);
    part.at_ += most;
    return static_cast<la_int64_t>(most);
  }

 private:
  int descriptor_;
  std::uint64_t at_, end_;
  std::vector<std::uint8_t> block_;
};

/// What is to be walked through: a file, or a part of one.
struct Archive {
  std::filesystem::path path;
  std::string where;           ///< its name in errors
  std::optional<Extent> part;  ///< a tar within a tar
  /// Where in the file it ends.
  std::uint64_t end() const {
    std::error_code error;
    return part ? part->offset + part->bytes : std::filesystem::file_size(path, error);
  }
};

std::uint64_t most_unpacked(std::uint64_t packed) {
  return std::max(kAlwaysUnpacked, packed * kMaxUnpacked);
}

/// One pass through an archive.
class Walk {
 public:
  Walk(Archive of, const ArchiveLimits& limits, const Places* places, const OnFault& on_fault)
      : of_(std::move(of)), limits_(limits), places_(places), on_fault_(on_fault) {
    const std::uint64_t most = most_unpacked(of_.part ? of_.part->bytes : of_.end());
    limits_.total = std::min(limits_.total, most);
    limits_.member = std::min(limits_.member, most);
  }

  /// Takes what is wanted of every regular file, until `take` returns false; notes links and what is no file.
  bool files(const MemberFilter& wanted, const Take& take, Links& links, Unread& unread) {
    const auto one = [&](const std::string& name, Member& member, const std::optional<Extent>& extent) {
      const bool was_link = links.erase(name) > 0;
      try {
        if (!wanted(name, [&] { return member.head(); })) return true;
        unread.again += was_link ? 1 : 0;
        if (extent && places_->of(name)) return places_->take(name, *extent);
        return take(name, read(member));
      } catch (const FaultyMember& fault) {
        tell({name}, fault);
        return true;
      }
    };
    const auto otherwise = [&](const std::string& name, archive_entry* entry) {
      if (is_link(entry)) {
        const bool again = !links.insert_or_assign(name, link_target(entry, name)).second;
        if (again && wanted(name, no_content)) ++unread.again;
      } else if (archive_entry_filetype(entry) != AE_IFDIR && wanted(name, no_content)) {
        ++unread.no_files;
      }
    };
    return each(one, otherwise);
  }
  /// Tells of a member by all its names. Throws it on where there is nobody to tell or no going on.
  void tell(const std::vector<std::string>& names, const FaultyMember& fault) const {
    if (!on_fault_) throw FaultyMember(fault);
    for (const auto& name : names) on_fault_(name, fault.what_happened());
    if (fault.ends_reading) throw FaultyMember(fault);
  }

  /// As once(), and behind a member at which libarchive's reading ends goes on anew.
  template <class Do, class Otherwise>
  bool each(const Do& do_it, const Otherwise& otherwise) {
    passed_ = 0;
    for (int begun = 0;; ++begun) {
      try {
        return once(do_it, otherwise);
      } catch (const FaultyMember&) {
        if (!on_fault_ || begun == kMostBegun) throw;
        passed_ = at_;
      }
    }
  }

  Bytes read(Member& member) {
    Bytes bytes = member.read();
    total_ += bytes.size();
    if (total_ > limits_.total) {
      throw Error("the archive unpacks to more than the limit of " + counted(limits_.total, "byte"), of_.where,
                  "unpack it into a folder and name that");
    }
    return bytes;
  }
  const Places* places() const { return places_; }
  const std::string& where() const { return of_.where; }

 private:
  /// Calls do_it(name, member, extent) for every regular file, until it returns false, and otherwise(name, entry) for
  /// all else. The extent is there where it may be taken instead of the content.
  template <class Do, class Otherwise>
  bool once(const Do& do_it, const Otherwise& otherwise) {
    const Utf8Names names;
    std::optional<Part> part;
    const Reader reader = new_reader();
    archive_read_support_format_tar(reader.get());
    open(reader.get(), part);
    const std::uint64_t base = of_.part ? of_.part->offset : 0, end = of_.end();
    for (at_ = 0;;) {
      archive_entry* entry = nullptr;
      const int status = archive_read_next_header(reader.get(), &entry);
      if (status == ARCHIVE_EOF) {
        // What is passed over is not read: that it is all there is not left to libarchive's versions.
        if (plain(reader.get()) && base + position(reader.get()) > end) throw cut_short(of_.where);
        return true;
      }
      if (status == ARCHIVE_RETRY) continue;
      if (status < ARCHIVE_WARN) damaged(reader.get(), of_.where);
      if (++at_ > limits_.members) {
        throw Error("the archive has more than " + counted(limits_.members, "member"), of_.where);
      }
      if (at_ <= passed_) continue;
      const std::string name = member_name(reader.get(), entry, of_.where);
      if (name.empty() && archive_entry_filetype(entry) != AE_IFDIR) {  // a folder's may be "."
        throw Error("a member has no name", of_.where, "pack it again, or unpack it into a folder");
      }
      if (is_link(entry) || archive_entry_filetype(entry) != AE_IFREG) {
        otherwise(name, entry);
      } else {
        Member member(reader.get(), entry, limits_.member, fmt::format("{}:{}", of_.where, name));
        const auto extent = places_ != nullptr ? member.extent(entry, base) : std::nullopt;
        if (extent && (extent->offset > end || extent->bytes > end - extent->offset)) {
          throw cut_short(fmt::format("{}:{}", of_.where, name));
        }
        if (!do_it(name, member, extent)) return false;
      }
    }
  }
  void open(archive* reader, std::optional<Part>& part) const {
    int status = ARCHIVE_OK;
    if (of_.part) {
      part.emplace(of_.path, *of_.part);
      archive_read_set_callback_data(reader, &*part);
      archive_read_set_read_callback(reader, Part::read);
      archive_read_set_skip_callback(reader, Part::skip);
      status = archive_read_open1(reader);
    } else {
      archive_read_support_format_zip(reader);
      status = archive_read_open_filename(reader, of_.path.c_str(), kBlock);
    }
    if (status != ARCHIVE_OK) damaged(reader, of_.where);
  }

  static constexpr int kMostBegun = 200;  // each time all headers are read
  Archive of_;
  ArchiveLimits limits_;
  const Places* places_;
  const OnFault& on_fault_;
  std::uint64_t total_ = 0, at_ = 0, passed_ = 0;  ///< bytes; members
};

/// Whether a path leads through a folder that it is in already.
bool in_circles(const std::string& path, const Links& links) {
  std::set<std::string> seen;
  for (std::size_t end = path.find('/'); end != std::string::npos; end = path.find('/', end + 1)) {
    const std::string folder = followed(path.substr(0, end), links);
    if (folder.empty() || !seen.insert(folder).second) return true;
  }
  return false;
}

/// The names under which links show what is called `name`: the file itself and every folder above it may be linked to,
/// and so may what then has another name. Throws Error where they are too many to be meant.
std::vector<std::string> aliases_of(const std::string& name, const std::multimap<std::string, std::string>& by_target,
                                    const Links& links, const std::string& where) {
  constexpr std::size_t kMaxNames = 10'000;
  std::vector<std::string> names{name};
  std::set<std::string> seen{name};
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::string from = names[i];
    for (std::size_t end = from.find('/');; end = from.find('/', end + 1)) {
      const auto [first, last] = by_target.equal_range(from.substr(0, end));
      for (auto link = first; link != last; ++link) {
        std::string alias = link->second + (end == std::string::npos ? "" : from.substr(end));
        if (!in_circles(alias, links) && seen.insert(alias).second) names.push_back(std::move(alias));
      }
      if (end == std::string::npos) break;
    }
    if (names.size() > kMaxNames) {
      throw Error("links give one file more than " + counted(kMaxNames, "name"), where + ":" + name,
                  "unpack the archive and leave links out");
    }
  }
  names.erase(names.begin());
  return names;
}

/// A second pass, which gives links the content of what they lead to. Returns how many found nothing.
std::size_t walk_links(Walk& walk, const Links& links, const MemberFilter& wanted, const Take& take) {
  std::multimap<std::string, std::string> by_target;
  std::set<std::string> lost;
  for (const auto& [name, target] : links) {
    const std::string end = followed(name, links);
    if (!end.empty() && name.starts_with(end + "/")) continue;  // goes in circles
    if (!end.empty()) by_target.emplace(end, name);
    lost.insert(name);
  }
  walk.each(
      [&](const std::string& name, Member& member, const std::optional<Extent>& extent) {
        const auto aliases = aliases_of(name, by_target, links, walk.where());
        for (const auto& alias : aliases) {
          // A link to a folder is found once anything in it is.
          for (std::size_t end = alias.find('/');; end = alias.find('/', end + 1)) {
            lost.erase(alias.substr(0, end));
            if (end == std::string::npos) break;
          }
        }
        std::vector<std::string> chosen;
        const auto is_wanted = [&](const auto& alias) { return wanted(alias, [&] { return member.head(); }); };
        std::optional<Bytes> bytes;
        try {
          std::copy_if(aliases.begin(), aliases.end(), std::back_inserter(chosen), is_wanted);
          return std::all_of(chosen.begin(), chosen.end(), [&](const auto& alias) {
            if (extent && walk.places()->of(alias)) return walk.places()->take(alias, *extent);
            if (!bytes) bytes = walk.read(member);
            return take(alias, *bytes);
          });
        } catch (const FaultyMember& fault) {
          walk.tell(chosen.empty() ? aliases : chosen, fault);
          return true;
        }
      },
      [](const std::string&, archive_entry*) {});
  return static_cast<std::size_t>(
      std::count_if(lost.begin(), lost.end(), [&](const auto& name) { return wanted(name, no_content); }));
}

Unread walk_through(const Archive& of, const MemberFilter& wanted, const Take& take, const ArchiveLimits& limits,
                    const Places* places, const OnFault& on_fault) {
  Walk walk(of, limits, places, on_fault);
  Links links;
  Unread unread;
  const bool whole = walk.files(wanted, take, links, unread);
  if (whole && !links.empty()) unread.lost_links = walk_links(walk, links, wanted, take);
  return unread;
}

}  // namespace

bool is_archive_name(const std::filesystem::path& path) {
  return is_tar_name(path) || in_small_letters(path.extension().string()) == ".zip";
}

bool is_tar_name(const std::filesystem::path& path) {
  constexpr std::array kEndings = {".tar",     ".tar.gz", ".tgz", ".tar.xz", ".txz",
                                   ".tar.bz2", ".tbz2",   ".tbz", ".tar.zst"};
  const std::string name = in_small_letters(path.filename().string());
  return std::any_of(kEndings.begin(), kEndings.end(), [&](const char* ending) { return name.ends_with(ending); });
}

Unread walk_archive(const std::filesystem::path& path, const MemberFilter& wanted, const Take& take,
                    const ArchiveLimits& limits, const Places* places, const OnFault& on_fault) {
  return walk_through({path, path.string(), std::nullopt}, wanted, take, limits, places, on_fault);
}

Unread walk_archive_part(const std::filesystem::path& path, const Extent& part, const std::string& where,
                         const MemberFilter& wanted, const Take& take, const ArchiveLimits& limits,
                         const Places* places) {
  return walk_through({path, where, part}, wanted, take, limits, places, {});
}

Unread walk_archive(const std::filesystem::path& path, const Wanted& wanted, const Take& take,
                    const ArchiveLimits& limits) {
  return walk_archive(path, MemberFilter([&](const std::string& name, const Head&) { return wanted(name); }), take,
                      limits);
}

Bytes read_extent(const std::filesystem::path& path, const Extent& extent) {
  Bytes bytes(extent.bytes);
  std::ifstream file(path, std::ios::binary);
  file.seekg(static_cast<std::streamoff>(extent.offset));
  file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  if (!file) throw Error("the archive cannot be read as far as when it was opened", path.string(), "start again");
  return bytes;
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
  return Member(reader.get(), entry, std::min(limit, most_unpacked(bytes.size())), where).read();
}

}  // namespace ganymede::data
