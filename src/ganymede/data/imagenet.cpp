// ImageNet (Russakovsky et al., "ImageNet large scale visual recognition challenge", 2015) in the archives that were
// published: ILSVRC2012_img_train.tar, a tar of one tar for each class, n01440764.tar and so on;
// ILSVRC2012_img_val.tar, whose images are numbered. Nothing is unpacked: what is wanted is read where it lies. The
// classes go by their WordNet numbers. Those of the validation images are in a file beside the archive.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <set>

#include "ganymede/core/counted.h"
#include "ganymede/core/error.h"
#include "ganymede/data/archived_images.h"
#include "ganymede/data/sieve.h"
#include "ganymede/data/sources.h"
#include "ganymede/data/tables.h"

namespace ganymede::data {
namespace {

namespace fs = std::filesystem;

constexpr const char *kTrain = "ILSVRC2012_img_train.tar", *kVal = "ILSVRC2012_img_val.tar";
constexpr std::uint64_t kLargestTruth = std::uint64_t{64} << 20;
/// What may say the classes of the validation images: their WordNet numbers by name, the same a line each, and the
/// development kit's own numbers a line each.
constexpr std::array<const char*, 4> kTruths = {"LOC_val_solution.csv", "imagenet_2012_validation_synset_labels.txt",
                                                "ILSVRC2012_validation_ground_truth.txt",
                                                "ILSVRC2012_devkit_t12/data/ILSVRC2012_validation_ground_truth.txt"};

bool is_wnid(std::string_view text) {
  return text.size() == 9 && text[0] == 'n' && text.find_first_not_of("0123456789", 1) == std::string_view::npos;
}

/// "n01440764" of "n01440764.tar"; empty for other names.
std::string wnid_of(const std::string& name) {
  const std::string base = base_name(name);
  return base.size() == 13 && base.ends_with(".tar") && is_wnid(base.substr(0, 9)) ? base.substr(0, 9) : "";
}

/// The classes' archives: within the outer one, or in a folder that it was unpacked into.
std::vector<ArchiveSource> train_archives(const fs::path& path) {
  std::vector<ArchiveSource> found;
  std::error_code error;
  if (fs::is_directory(path, error)) {
    for (const auto& entry : fs::directory_iterator(path)) {
      const std::string wnid = wnid_of(entry.path().filename().string());
      if (!wnid.empty()) found.push_back({.path = entry.path(), .prefix = wnid});
    }
  } else {
    const Places places{[](const std::string&) { return true; },
                        [&](const std::string& name, const Extent& extent) {
                          const std::string where = fmt::format("{}:{}", path.string(), name);
                          found.push_back({.path = path, .part = extent, .prefix = wnid_of(name), .where = where});
                          return true;
                        }};
    const MemberFilter wanted = [](const std::string& name, const Head&) { return !wnid_of(name).empty(); };
    const Take packed = [&](const std::string& name, Bytes) -> bool {
      throw Error("the archive within it cannot be read where it lies", fmt::format("{}:{}", path.string(), name),
                  "use the archive as published, which is not packed, or unpack it into a folder train/");
    };
    ArchiveLimits limits;
    limits.member = std::uint64_t{64} << 30;
    walk_archive(path, wanted, packed, limits, &places);
  }
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.prefix < b.prefix; });
  if (found.empty())
    throw Error("no archive of a class (n01440764.tar) was found", path.string(), "use the archive as published");
  return found;
}

/// Where the archives are: `path` may be one of them.
struct ImageNetFiles {
  fs::path train, val, folder;
};

ImageNetFiles files_at(const fs::path& path, const std::vector<std::string>& splits) {
  std::error_code error;
  if (!fs::exists(path, error)) throw Error("no such file or folder", path.string(), "check the path");
  if (!fs::is_directory(path, error)) {
    const bool val = path.filename().string().find("val") != std::string::npos;
    if (splits.size() != 1 || (splits[0] == "val") != val) {
      throw UsageError(fmt::format("the archive holds the split '{}' alone", val ? "val" : "train"), path.string(),
                       "name the folder that holds both, or --split " + std::string(val ? "val" : "train"));
    }
    return {val ? fs::path() : path, val ? path : fs::path(), path.parent_path()};
  }
  ImageNetFiles files{path / kTrain, path / kVal, path};
  const auto is_class = [](const auto& entry) { return !wnid_of(entry.path().filename().string()).empty(); };
  for (const auto& folder : {path / "train", path}) {
    if (fs::is_regular_file(files.train, error) || !fs::is_directory(folder, error)) continue;
    const fs::directory_iterator entries(folder);
    if (std::any_of(fs::begin(entries), fs::end(entries), is_class)) files.train = folder;
  }
  for (const auto& split : splits) {
    const fs::path& wanted = split == "train" ? files.train : files.val;
    if (fs::exists(wanted, error)) continue;
    const bool other = fs::exists(split == "train" ? files.val : files.train, error);
    throw Error(fmt::format("{} is missing", wanted.filename().string()), path.string(),
                other ? fmt::format("get it from image-net.org, or ask for what is there: split {}",
                                    split == "train" ? "val" : "train")
                      : "get it from image-net.org; images in folders of their classes are read as `folder`");
  }
  return files;
}

/// The class of each validation image by its number, from 1.
class Truth {
 public:
  /// Looks into no folder where none is named.
  explicit Truth(const fs::path& folder) {
    std::error_code error;
    if (folder.empty()) return;
    for (const char* name : kTruths) {
      if (!fs::is_regular_file(folder / name, error)) continue;
      path_ = folder / name;
      const Bytes bytes = read_file(path_, kLargestTruth);
      name == kTruths[0] ? read_solutions(bytes) : read_lines(bytes);
      return;
    }
  }
  bool there() const { return !path_.empty(); }
  std::string name() const { return path_.filename().string(); }
  bool numbered() const { return numbered_; }
  /// Throws Error for a number that the file knows nothing of.
  const std::string& of(std::size_t number) const {
    const auto found = classes_.find(number);
    if (found != classes_.end()) return found->second;
    throw Error(fmt::format("it says nothing of image {}", number), path_.string(), "use the file as published");
  }
  /// 12 of "ILSVRC2012_val_00000012.JPEG"; 0 for other names.
  static std::size_t number_of(const std::string& name) {
    const std::string base = base_name(name);
    const std::size_t at = base.rfind('_') + 1;
    std::size_t number = 0;
    std::from_chars(base.data() + at, base.data() + base.size(), number);
    return base.starts_with("ILSVRC2012_val_") ? number : 0;
  }

 private:
  /// Kaggle's: ImageId, and PredictionString, which begins with the WordNet number.
  void read_solutions(const Bytes& bytes) {
    const Table table = read_table(bytes, kTruths[0], path_.string());
    for (const auto& row : table.rows) {
      const std::string wnid = row.size() > 1 ? row[1].substr(0, 9) : "";
      const std::size_t number = number_of(row[0]);
      if (number == 0 || !is_wnid(wnid)) {
        throw Error(fmt::format("no class is said of '{}'", row[0]), path_.string(), "use the file as published");
      }
      classes_[number] = wnid;
    }
  }
  void read_lines(const Bytes& bytes) {
    const std::string text(bytes.begin(), bytes.end());
    std::size_t line = 0;
    for (std::size_t begin = 0; begin < text.size();) {
      const std::size_t end = std::min(text.find('\n', begin), text.size());
      std::string word = text.substr(begin, end - begin);
      begin = end + 1;
      if (word.ends_with('\r')) word.pop_back();
      if (word.empty() && begin >= text.size()) break;
      const bool number =
          !word.empty() && word.size() <= 4 && word.find_first_not_of("0123456789") == std::string::npos;
      ++line;
      if (!number && !is_wnid(word)) {
        throw Error("neither a WordNet number (n01440764) nor one of the development kit's (1 to 1000)",
                    fmt::format("{} line {}", path_.string(), line), "use the file as published");
      }
      numbered_ = numbered_ || number;
      classes_[line] = word;
    }
  }
  fs::path path_;
  bool numbered_ = false;
  std::map<std::size_t, std::string> classes_;
};

/// Numbers by size, then names.
struct ByClassNumber {
  bool operator()(const std::string& a, const std::string& b) const {
    const bool names = is_wnid(a) || is_wnid(b);
    return a.size() != b.size() && !names ? a.size() < b.size() : a < b;
  }
};

/// The images of a store with their classes: by the archive that holds them, or as `truth` says.
ImageListing labelled_images(const ImageStore& store, const Truth& truth) {
  ImageListing all;
  std::vector<std::string> classes;
  for (std::size_t i = 0; i < store.count(); ++i) {
    const std::string name = store.inner(i);
    const std::string folder = name.substr(0, name.find('/'));
    const std::size_t number = Truth::number_of(name);
    classes.push_back(is_wnid(folder) ? folder : number > 0 && truth.there() ? truth.of(number) : "");
    all.images.push_back(i);
  }
  std::set<std::string, ByClassNumber> known(classes.begin(), classes.end());
  known.erase("");
  all.classes.assign(known.begin(), known.end());
  for (const auto& name : classes) {
    const auto found = std::lower_bound(all.classes.begin(), all.classes.end(), name, ByClassNumber());
    all.labels.push_back(name.empty() ? -1 : static_cast<std::int32_t>(found - all.classes.begin()));
  }
  return all;
}

Listed list_imagenet(DatasetOptions& options) {
  const ImageNetFiles files = files_at(options.path, options.splits);
  const auto wants = [&](const char* split) {
    return std::find(options.splits.begin(), options.splits.end(), split) != options.splits.end();
  };
  const Truth truth(wants("val") ? files.folder : fs::path());
  if (truth.numbered() && wants("train")) {
    throw UsageError(fmt::format("{} has other numbers for the classes than the training archive", truth.name()),
                     "[data].splits", fmt::format("put {} or {} beside it, or take one split", kTruths[0], kTruths[1]));
  }
  std::vector<ArchiveSource> sources;
  if (wants("train")) sources = train_archives(files.train);
  if (wants("val")) sources.push_back({.path = files.val});
  Listed listed;
  const MemberFilter images = [](const std::string& name, const Head&) { return is_image_name(name); };
  listed.store = archived_images(std::move(sources), options.path, images, nullptr);
  if (listed.store->count() == 0)
    throw Error("no image was found", options.path.string(), "use the archives as published");
  ImageListing all = labelled_images(*listed.store, truth);
  if (wants("val") && !truth.there()) {
    all.notes.push_back(
        fmt::format("the validation images have no labels: no file of them ({}) lies beside the archive",
                    fmt::join(kTruths, ", ")));
  } else if (truth.numbered()) {
    all.notes.push_back(
        fmt::format("the classes are the numbers of {}, which are not in the WordNet numbers' order", truth.name()));
  }
  listed.listing = chosen(*listed.store, std::move(all), options, options.path.string());
  listed.info.name = "imagenet";
  listed.info.path = options.path;
  listed.info.splits = options.splits;
  return listed;
}

}  // namespace

void register_imagenet(SourceRegistry& registry) {
  // "n01440764.tar" is of one class.
  const auto of_a_class = [](const std::string& file) {
    return file.size() == 13 && file[0] == 'n' && file.ends_with(".tar") &&
           file.find_first_not_of("0123456789", 1) == 9;
  };
  add_source(registry, {.name = "imagenet",
                        .title = "ImageNet (ILSVRC 2012): 1,331,167 photographs, in the published archives",
                        .splits = {"train", "val"},
                        .shape = "any RGB",
                        .list = list_imagenet,
                        .has = [of_a_class](const std::string& file, const std::string&) {
                          return file.starts_with("ILSVRC2012_img_") || of_a_class(file);
                        }});
}

}  // namespace ganymede::data
