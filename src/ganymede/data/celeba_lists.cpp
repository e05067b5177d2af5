#include "ganymede/data/celeba_lists.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string_view>

#include "ganymede/core/counted.h"
#include "ganymede/core/error.h"
#include "ganymede/data/file_tree.h"

namespace ganymede::data {
namespace {

namespace fs = std::filesystem;

const char *kAttributes = "list_attr_celeba", *kPartition = "list_eval_partition";
constexpr std::uint64_t kLargestList = std::uint64_t{256} << 20;
constexpr std::size_t kMaxAttributes = 64;  // they go into 64 bits

bool is_list(const std::string& name) {
  const std::string base = base_name(name);
  return (base.ends_with(".txt") || base.ends_with(".csv")) &&
         (celeba_stem(name) == kAttributes || celeba_stem(name) == kPartition);
}

/// A list, read line by line.
class Lines {
 public:
  Lines(const Bytes& bytes, std::string where)
      : text_(reinterpret_cast<const char*>(bytes.data()), bytes.size()), where_(std::move(where)) {
    constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";  // Excel writes one
    if (text_.starts_with(kByteOrderMark)) text_.remove_prefix(kByteOrderMark.size());
  }

  /// Cuts the next line that is not empty at blanks and commas. False at the end.
  bool next(std::vector<std::string_view>& words) {
    words.clear();
    while (words.empty() && at_ < text_.size()) {
      const std::size_t end = std::min(text_.find('\n', at_), text_.size());
      std::size_t begin = at_;
      for (std::size_t i = at_; i <= end; ++i) {
        if (i < end && static_cast<unsigned char>(text_[i]) > ' ' && text_[i] != ',') continue;
        if (i > begin) words.push_back(text_.substr(begin, i - begin));
        begin = i + 1;
      }
      at_ = end + 1;
      ++line_;
    }
    return !words.empty();
  }
  [[noreturn]] void fail(const std::string& problem) const {
    throw Error(problem, fmt::format("{} line {}", where_, line_), "copy the list again");
  }

 private:
  std::string_view text_;
  std::string where_;
  std::size_t at_ = 0, line_ = 0;
};

struct List {
  Bytes bytes;
  std::string where;
};

/// The lists at hand, by their stems.
std::unordered_map<std::string, List> find_lists(const fs::path& path) {
  std::unordered_map<std::string, List> lists;
  ArchiveLimits limits;
  limits.member = kLargestList;
  const FileTree tree(path, is_list, kCelebaImages, "");
  tree.read([](const std::string&) { return true; },
            [&](const std::string& name, Bytes bytes) {
              lists.emplace(celeba_stem(name), List{std::move(bytes), tree.where(name)});
              return true;
            },
            limits);
  if (!lists.empty() || fs::is_directory(path)) return lists;
  for (const auto& entry : fs::directory_iterator(fs::absolute(path).parent_path())) {
    const std::string name = entry.path().filename().string();
    if (!is_list(name) || !entry.is_regular_file()) continue;
    lists.emplace(celeba_stem(name), List{read_file(entry.path(), kLargestList), entry.path().string()});
  }
  return lists;
}

CelebaAttributes parse_attributes(const List& list) {
  Lines lines(list.bytes, list.where);
  std::vector<std::string_view> words;
  std::optional<std::uint64_t> announced;
  if (lines.next(words) && words.size() == 1) {  // the official list begins with the number of images
    std::uint64_t number = 0;
    const auto [end, failed] = std::from_chars(words[0].data(), words[0].data() + words[0].size(), number);
    if (failed != std::errc() || end != words[0].data() + words[0].size()) {
      lines.fail("the number of images belongs here");
    }
    announced = number;
    lines.next(words);
  }
  if (!words.empty() && words[0] == "image_id") words.erase(words.begin());
  if (words.empty() || words.size() > kMaxAttributes) {
    lines.fail(fmt::format("{} where 1 to {} belong", counted(words.size(), "attribute"), kMaxAttributes));
  }
  CelebaAttributes attributes;
  attributes.names.assign(words.begin(), words.end());
  while (lines.next(words)) {
    if (words.size() != attributes.names.size() + 1) {
      lines.fail(
          fmt::format("{} for {}", counted(words.size() - 1, "value"), counted(attributes.names.size(), "attribute")));
    }
    std::uint64_t bits = 0;
    for (std::size_t i = 1; i < words.size(); ++i) {
      if (words[i] == "1")
        bits |= std::uint64_t{1} << (i - 1);
      else if (words[i] != "-1" && words[i] != "0")
        lines.fail(fmt::format("'{}' where 1 or -1 belongs", words[i]));
    }
    attributes.of[celeba_stem(std::string(words[0]))] = bits;
  }
  if (announced && *announced != attributes.of.size()) {
    lines.fail(
        fmt::format("the list announces {} but tells of {}", counted(*announced, "image"), attributes.of.size()));
  }
  return attributes;
}

/// The split of each image, by its stem.
std::unordered_map<std::string, int> parse_splits(const List& list) {
  Lines lines(list.bytes, list.where);
  std::vector<std::string_view> words;
  std::unordered_map<std::string, int> splits;
  while (lines.next(words)) {
    if (words[0] == "image_id") continue;
    if (words.size() != 2 || words[1].size() != 1 || words[1][0] < '0' || words[1][0] > '2') {
      lines.fail("an image's name and 0, 1 or 2 belong here");
    }
    splits[celeba_stem(std::string(words[0]))] = words[1][0] - '0';
  }
  return splits;
}

}  // namespace

std::string celeba_stem(const std::string& name) {
  const std::string base = base_name(name);
  return base.substr(0, base.rfind('.'));
}

std::uint64_t CelebaAttributes::mask(const std::string& name, const char* key) const {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) {
    throw UsageError(fmt::format("unknown attribute '{}'", name), fmt::format("[data].{}", key), suggest(name, names));
  }
  return std::uint64_t{1} << (found - names.begin());
}

CelebaLists read_celeba_lists(const fs::path& path, bool attributes, bool splits) {
  CelebaLists lists;
  if (!attributes && !splits) return lists;
  const auto found = find_lists(path);
  const auto list = [&](const char* name, const std::string& what) -> const List& {
    const auto at = found.find(name);
    if (at != found.end()) return at->second;
    throw Error(fmt::format("{}.txt is missing, which tells the {}", name, what), path.string(),
                "copy it beside the images: CelebA publishes it with them");
  };
  if (attributes) lists.attributes = parse_attributes(list(kAttributes, "attributes"));
  if (splits) lists.splits = parse_splits(list(kPartition, "splits"));
  return lists;
}

}  // namespace ganymede::data
