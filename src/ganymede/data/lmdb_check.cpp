#include "ganymede/data/lmdb_check.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <vector>

#include "ganymede/core/counted.h"
#include "ganymede/core/error.h"

namespace ganymede::data {
namespace {

namespace fs = std::filesystem;

constexpr std::uint32_t kMagic = 0xBEEFC0DE, kVersion = 1;
constexpr std::uint64_t kNoPage = ~std::uint64_t{0};
constexpr std::size_t kSmallestPage = 256, kLargestPage = 32768, kPageHeader = 16, kNodeHeader = 8, kMeta = 136;
constexpr unsigned kMaxDepth = 32;                                             // LMDB's own stack
constexpr std::uint16_t kBranch = 1, kLeaf = 2, kOverflow = 4, kMetaPage = 8;  // kinds of pages
constexpr std::uint16_t kBigValue = 1;                                         // a value on pages of its own
constexpr std::uint16_t kFixedMap = 1;                                         // wants a certain address

template <class T>
T number(const std::uint8_t* at) {
  T value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

/// Where a meta page's fields lie behind its page header.
struct Meta {
  std::uint32_t page_bytes;
  std::uint16_t free_flags, flags, depth;
  std::uint64_t entries, root, last_page, transaction;

  explicit Meta(const std::uint8_t* at)
      : page_bytes(number<std::uint32_t>(at + 24)),
        free_flags(number<std::uint16_t>(at + 28)),
        flags(number<std::uint16_t>(at + 76)),
        depth(number<std::uint16_t>(at + 78)),
        entries(number<std::uint64_t>(at + 104)),
        root(number<std::uint64_t>(at + 112)),
        last_page(number<std::uint64_t>(at + 120)),
        transaction(number<std::uint64_t>(at + 128)) {}
};

class Checker {
 public:
  explicit Checker(const fs::path& file) : where_(file.string()) {
    descriptor_ = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor_ < 0) fail("cannot be read");
    const auto end = ::lseek(descriptor_, 0, SEEK_END);
    bytes_ = end > 0 ? static_cast<std::uint64_t>(end) : 0;
  }
  ~Checker() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  Checker(const Checker&) = delete;
  Checker& operator=(const Checker&) = delete;

  LmdbFacts run() {
    page_bytes_ = kSmallestPage;
    const Meta first = meta(0);
    if (first.page_bytes < kSmallestPage || first.page_bytes > kLargestPage ||
        (first.page_bytes & (first.page_bytes - 1)) != 0) {
      fail("has pages of " + counted(first.page_bytes, "byte"));
    }
    page_bytes_ = first.page_bytes;
    const Meta second = meta(1);
    if (second.page_bytes != first.page_bytes) fail("has two sizes of pages");
    for (const Meta& one : {first, second}) {
      if ((one.free_flags & kFixedMap) != 0) fail("wants to lie at a certain address");
      if (one.flags != 0) fail(fmt::format("is of a kind that is not read (flags {:#x})", one.flags));
      if (one.last_page < 1 || one.last_page > std::uint64_t{1} << 46) fail("is damaged: it counts its pages wrongly");
    }
    const Meta& current = first.transaction < second.transaction ? second : first;
    pages_ = std::min(current.last_page + 1, bytes_ / page_bytes_);
    used_.assign(pages_, false);
    if (current.root != kNoPage) {
      if (current.depth < 1 || current.depth > kMaxDepth) fail("is damaged: " + counted(current.depth, "level"));
      page_.resize(current.depth);
      walk(current.root, 0, current.depth);
    }
    if (entries_ != current.entries) {
      fail(
          fmt::format("is damaged: it tells of {} but has {}", counted(current.entries, "entry", "entries"), entries_));
    }
    return {entries_, (current.last_page + 1) * page_bytes_};
  }

 private:
  [[noreturn]] void fail(const std::string& problem) const {
    throw Error("the database " + problem, where_, "copy or unpack it again");
  }
  [[noreturn]] void damaged(std::uint64_t page, const char* problem) const {
    fail(fmt::format("is damaged: page {} {}", page, problem));
  }

  void read(std::uint64_t at, std::uint8_t* to, std::size_t bytes) const {
    std::size_t done = 0;
    while (done < bytes) {
      const auto got = ::pread(descriptor_, to + done, bytes - done, static_cast<off_t>(at + done));
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) fail("is cut short");
      done += static_cast<std::size_t>(got);
    }
  }

  Meta meta(std::uint64_t page) const {
    std::array<std::uint8_t, kPageHeader + kMeta> bytes;
    read(page * page_bytes_, bytes.data(), bytes.size());
    const std::uint8_t* at = bytes.data() + kPageHeader;
    if (number<std::uint32_t>(at) != kMagic || (number<std::uint16_t>(bytes.data() + 10) & kMetaPage) == 0) {
      fail("is none of LMDB's");
    }
    if (number<std::uint32_t>(at + 4) != kVersion) {
      fail(fmt::format("is of format {}, not {}", number<std::uint32_t>(at + 4), kVersion));
    }
    return Meta(at);
  }

  /// Marks pages as used, once.
  void use(std::uint64_t first, std::uint64_t count, std::uint64_t by) {
    if (first >= pages_ || count > pages_ - first) damaged(by, "points beyond the end, or the file is cut short");
    for (std::uint64_t page = first; page < first + count; ++page) {
      if (page < 2 || used_[page]) damaged(by, "points to a page that is in use already");
      used_[page] = true;
    }
  }

  void walk(std::uint64_t number_of_page, unsigned level, unsigned depth) {
    use(number_of_page, 1, number_of_page);
    auto& page = page_[level];
    page.resize(page_bytes_);
    read(number_of_page * page_bytes_, page.data(), page.size());
    const bool leaf = level + 1 == depth;
    if (number<std::uint64_t>(page.data()) != number_of_page ||
        number<std::uint16_t>(page.data() + 10) != (leaf ? kLeaf : kBranch)) {
      damaged(number_of_page, "is not what it should be");
    }
    const std::size_t lower = number<std::uint16_t>(page.data() + 12), upper = number<std::uint16_t>(page.data() + 14);
    if (lower < kPageHeader || lower % 2 != 0 || lower > upper || upper > page_bytes_) {
      damaged(number_of_page, "has wrong bounds");
    }
    const std::size_t nodes = (lower - kPageHeader) / 2;
    if (nodes < (leaf ? 1u : 2u)) damaged(number_of_page, "has too few nodes");
    for (std::size_t i = 0; i < nodes; ++i) {
      const std::size_t at = number<std::uint16_t>(page.data() + kPageHeader + 2 * i);
      if (at < upper || at % 2 != 0 || at + kNodeHeader > page_bytes_) damaged(number_of_page, "has a node outside");
      const std::uint8_t* node = page.data() + at;
      const std::uint64_t low = number<std::uint16_t>(node), high = number<std::uint16_t>(node + 2);
      const std::uint16_t flags = number<std::uint16_t>(node + 4);
      const std::size_t key = number<std::uint16_t>(node + 6);
      if (at + kNodeHeader + key > page_bytes_) damaged(number_of_page, "has a key that leaves it");
      if (leaf) {
        check_value(number_of_page, page, at + kNodeHeader + key, low | high << 16, flags);
        ++entries_;
      } else {
        walk(low | high << 16 | std::uint64_t{flags} << 32, level + 1, depth);
      }
    }
  }

  void check_value(std::uint64_t leaf, const std::vector<std::uint8_t>& page, std::size_t at, std::uint64_t bytes,
                   std::uint16_t flags) {
    if ((flags & ~kBigValue) != 0) damaged(leaf, "holds another database or several values a key, which are not read");
    if ((flags & kBigValue) == 0) {
      if (bytes > page_bytes_ - at) damaged(leaf, "has a value that leaves it");
      return;
    }
    if (sizeof(std::uint64_t) > page_bytes_ - at) damaged(leaf, "has a value that leaves it");
    const std::uint64_t first = number<std::uint64_t>(page.data() + at);
    use(first, (kPageHeader + bytes + page_bytes_ - 1) / page_bytes_, leaf);
    std::array<std::uint8_t, kPageHeader> header;
    read(first * page_bytes_, header.data(), header.size());
    if (number<std::uint16_t>(header.data() + 10) != kOverflow) damaged(first, "is not what it should be");
  }

  std::string where_;
  int descriptor_ = -1;
  std::uint64_t bytes_ = 0, page_bytes_ = 0, pages_ = 0, entries_ = 0;
  std::vector<bool> used_;
  std::vector<std::vector<std::uint8_t>> page_;  ///< one a level
};

}  // namespace

LmdbFacts check_lmdb(const fs::path& file) {
  return Checker(file).run();
}

}  // namespace ganymede::data
