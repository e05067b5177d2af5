#include "ganymede/data/archived_images.h"

#include <fmt/format.h>

#include <map>
#include <set>
#include <variant>

#include "ganymede/core/counted.h"
#include "ganymede/core/text.h"
#include "ganymede/data/labels.h"

namespace ganymede::data {
namespace {

namespace fs = std::filesystem;

/// Why a member cannot be read.
struct Fault {
  std::string what;
};
using ArchivedContent = std::variant<Bytes, Extent, Fault>;

struct Held {
  std::string name;
  std::size_t source = 0;
  ArchivedContent content;
};

/// Finds samples whose members do not follow each other in a tar.
class Order {
 public:
  explicit Order(SideFiles& files) : files_(files) {}
  void see(const std::string& name) {
    const std::string key = sample_key(name);
    if (key == last_) return;
    if (!seen_.insert(key).second && apart_.insert(key).second) {
      if (files_.apart++ == 0) files_.first_apart = key;
    }
    last_ = key;
  }

 private:
  SideFiles& files_;
  std::string last_;
  std::set<std::string> seen_, apart_;
};

class ArchivedImages : public ImageStore {
 public:
  ArchivedImages(std::vector<ArchiveSource> sources, const fs::path& root, const MemberFilter& wanted,
                 const std::function<std::vector<std::string>()>& turned_away, std::vector<SideFile> beside)
      : sources_(std::move(sources)), root_(root) {
    side_files_.files = std::move(beside);
    Unread unread;
    for (std::size_t i = 0; i < sources_.size(); ++i) {
      if (sources_[i].where.empty()) sources_[i].where = sources_[i].path.string();
      stamps_.push_back(stamp_of(sources_[i].path));
      read(i, wanted, unread);
    }
    if (turned_away) notes_ = turned_away();
    for (auto& note : unread_notes(unread)) notes_.push_back(std::move(note));
    if (unread.again > 0) {
      notes_.push_back(
          fmt::format("left out: {} again in the archive, of which the last is taken{}",
                      counted(unread.again, "member whose name comes", "members whose names come"),
                      first_again_.empty() ? "" : fmt::format(" (the first: {})", listed_name(first_again_))));
    }
  }
  std::size_t count() const override { return members_.size(); }
  std::string name(std::size_t index) const override {
    const std::string& archive = source(index).name;
    return archive.empty() ? inner(index) : archive + ":" + members_.at(index).name;
  }
  std::string inner(std::size_t index) const override {
    const std::string& prefix = source(index).prefix;
    return prefix.empty() ? members_.at(index).name : prefix + "/" + members_.at(index).name;
  }
  std::size_t shard(std::size_t index) const override { return members_.at(index).source; }
  std::size_t shards() const override { return sources_.front().name.empty() ? 0 : sources_.size(); }
  const SideFiles& side_files() const override { return side_files_; }
  std::string where(std::size_t index) const override {
    return fmt::format("{}:{}", source(index).where, members_.at(index).name);
  }
  std::uint64_t bytes(std::size_t index) const override {
    const ArchivedContent& content = members_.at(index).content;
    if (const auto* held = std::get_if<Bytes>(&content)) return held->size();
    const auto* extent = std::get_if<Extent>(&content);
    return extent != nullptr ? extent->bytes : 0;
  }
  std::string stamp(std::size_t index) const override {
    return fmt::format("{} {}", bytes(index), stamps_[members_.at(index).source]);
  }
  std::string root() const override { return root_.string(); }
  std::vector<std::string> notes() const override { return notes_; }
  void read(std::size_t index, const UseBytes& use) const override {
    const ArchivedContent& content = members_.at(index).content;
    if (const auto* held = std::get_if<Bytes>(&content)) return use(*held);
    if (const auto* fault = std::get_if<Fault>(&content)) throw Error(fault->what, where(index), "pack it again");
    use(read_extent(source(index).path, std::get<Extent>(content)));
  }

 private:
  const ArchiveSource& source(std::size_t index) const { return sources_[members_.at(index).source]; }

  /// Reads one archive.
  void read(std::size_t number, const MemberFilter& wanted, Unread& unread) {
    const ArchiveSource& from = sources_[number];
    const std::string folder = from.prefix.empty() ? "" : from.prefix + "/";
    std::map<std::string, ArchivedContent> found;
    std::map<std::string, Bytes> beside;
    Order order(side_files_);
    ArchiveLimits limits;
    limits.member = kLargestImage;
    limits.total = kMaxHeld - held_;
    const auto keep = [&](auto& in, const std::string& name, auto content) {
      order.see(name);
      // As readers see it that unpack the archive, or that look names up in it.
      const bool again = !in.insert_or_assign(name, std::move(content)).second;
      if (again && unread.again++ == 0) first_again_ = name;
      return true;
    };
    const Take take = [&](const std::string& name, Bytes bytes) {
      held_ += bytes.size();
      if (is_side_file(name)) return keep(beside, name, std::move(bytes));
      return keep(found, name, std::move(bytes));
    };
    const Places places{[](const std::string& name) { return !is_side_file(name); },
                        [&](const std::string& name, const Extent& extent) { return keep(found, name, extent); }};
    const OnFault on_fault = [&](const std::string& name, const std::string& fault) {
      if (is_side_file(name)) throw Error(fault, fmt::format("{}:{}", from.path.string(), name), "pack it again");
      keep(found, name, Fault{fault});
    };
    const Unread of_this = from.part
                               ? walk_archive_part(from.path, *from.part, from.where, wanted, take, limits, &places)
                               : walk_archive(from.path, wanted, take, limits, &places, on_fault);
    unread.lost_links += of_this.lost_links;
    unread.no_files += of_this.no_files;
    unread.again += of_this.again;
    for (auto& [name, bytes] : beside) side_files_.files.push_back({folder + name, number, std::move(bytes)});
    for (auto& [name, content] : found) members_.push_back({name, number, std::move(content)});
  }

  std::vector<ArchiveSource> sources_;
  fs::path root_;
  std::uint64_t held_ = 0;
  std::vector<std::string> stamps_, notes_;
  std::vector<Held> members_;
  std::string first_again_;
  SideFiles side_files_;
};

}  // namespace

std::shared_ptr<const ImageStore> archived_images(std::vector<ArchiveSource> sources, const fs::path& root,
                                                  const MemberFilter& wanted,
                                                  const std::function<std::vector<std::string>()>& turned_away,
                                                  std::vector<SideFile> beside) {
  return std::make_shared<ArchivedImages>(std::move(sources), root, wanted, turned_away, std::move(beside));
}

std::vector<std::string> unread_notes(const Unread& unread) {
  std::vector<std::string> notes;
  if (unread.lost_links > 0) {
    notes.push_back(
        fmt::format("left out: {} to nothing", counted(unread.lost_links, "link that leads", "links that lead")));
  }
  if (unread.no_files > 0) {
    notes.push_back("left out: " + counted(unread.no_files, "that is no file (a pipe, a socket or a device)",
                                           "that are no files (pipes, sockets or devices)"));
  }
  return notes;
}

}  // namespace ganymede::data
