// CelebA (Liu, Luo, Wang, Tang: "Deep learning face attributes in the wild", 2015): aligned faces of 178x218 pixels in
// img_align_celeba/ (or a zip or tar of it) with the lists of celeba_lists.h. Its usual square is the centre crop.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "ganymede/core/counted.h"
#include "ganymede/core/error.h"
#include "ganymede/core/text.h"
#include "ganymede/data/celeba_lists.h"
#include "ganymede/data/conditions.h"
#include "ganymede/data/image_store.h"
#include "ganymede/data/sources.h"

namespace ganymede::data {
namespace {

namespace fs = std::filesystem;

/// Each attribute doubles the classes.
constexpr std::size_t kMaxChosenAttributes = 4;
const std::vector<std::string> kSplits = {"train", "val", "test"};  // by their numbers in the list

/// "not Smiling, Male" and so on: the first attribute counts most, as in Choice::label_of().
std::vector<std::string> class_names(const std::vector<std::string>& attributes) {
  if (attributes.empty()) return {};
  std::vector<std::string> names = {""};
  for (const auto& attribute : attributes) {
    std::vector<std::string> longer;
    for (const auto& name : names) {
      for (const char* has : {"not ", ""}) longer.push_back(name + (name.empty() ? "" : ", ") + has + attribute);
    }
    names = std::move(longer);
  }
  return names;
}

/// What the options say about each image: whether it is wanted, and its class.
class Choice {
 public:
  explicit Choice(const DatasetOptions& options) {
    if (options.attributes.size() > kMaxChosenAttributes) {
      throw UsageError(fmt::format("{} too many: each doubles the classes",
                                   counted(options.attributes.size(), "attribute is", "attributes are")),
                       "[data].attributes", fmt::format("name at most {}", kMaxChosenAttributes));
    }
    const auto& splits = options.splits;
    const bool all = std::find(splits.begin(), splits.end(), "all") != splits.end();
    if (all && splits.size() > 1) throw UsageError("'all' is every split already", "[data].splits", "name it alone");
    const bool attributes = !options.attributes.empty() || !options.where.empty() || !options.conditions.empty();
    lists_ = read_celeba_lists(options.path, attributes, !all);
    for (const auto& split : splits) {
      splits_.push_back(static_cast<int>(std::find(kSplits.begin(), kSplits.end(), split) - kSplits.begin()));
    }
    masks_ = masks_of(options.attributes, "attributes");
    conditions_ = masks_of(options.conditions, "conditions");
    for (const auto& condition : options.where) {
      const bool without = condition.starts_with('!');
      (without ? without_ : with_) |= lists_.attributes->mask(condition.substr(without ? 1 : 0), "where");
    }
    if ((with_ & without_) != 0) {
      throw UsageError("an attribute is both wanted and not", "[data].where", "leave one of the two out");
    }
  }

  /// Whether a list that is asked does not know the image.
  bool unknown(const std::string& name) const {
    const std::string stem = celeba_stem(name);
    return (lists_.splits && !lists_.splits->contains(stem)) ||
           (lists_.attributes && !lists_.attributes->of.contains(stem));
  }
  bool wanted(const std::string& name) const {
    const std::string stem = celeba_stem(name);
    if (lists_.splits) {
      const auto found = lists_.splits->find(stem);
      if (found == lists_.splits->end()) return false;
      if (std::find(splits_.begin(), splits_.end(), found->second) == splits_.end()) return false;
    }
    if (!lists_.attributes) return true;
    const auto found = lists_.attributes->of.find(stem);
    return found != lists_.attributes->of.end() && (found->second & with_) == with_ && (found->second & without_) == 0;
  }
  /// The image's value of each of [data].conditions: 1 where it has the attribute, else 0.
  std::vector<float> conditions_of(const std::string& name) const {
    std::vector<float> row;
    for (const auto mask : conditions_) {
      row.push_back((lists_.attributes->of.at(celeba_stem(name)) & mask) != 0 ? 1.0f : 0.0f);
    }
    return row;
  }
  std::int32_t label_of(const std::string& name) const {
    if (masks_.empty()) return -1;
    const std::uint64_t bits = lists_.attributes->of.at(celeba_stem(name));
    std::int32_t label = 0;
    for (const auto mask : masks_) label = 2 * label + ((bits & mask) != 0 ? 1 : 0);
    return label;
  }

 private:
  std::vector<std::uint64_t> masks_of(const std::vector<std::string>& attributes, const char* key) const {
    std::vector<std::uint64_t> masks;
    for (const auto& name : attributes) {
      masks.push_back(lists_.attributes->mask(name, key));
      if (std::count(masks.begin(), masks.end(), masks.back()) > 1) {
        throw UsageError(fmt::format("attribute '{}' was asked for twice", name), fmt::format("[data].{}", key),
                         "name it once");
      }
    }
    return masks;
  }

  CelebaLists lists_;
  std::vector<int> splits_;
  std::vector<std::uint64_t> masks_, conditions_;
  std::uint64_t with_ = 0, without_ = 0;
};

Listed list_celeba(DatasetOptions& options) {
  // As published, the images' archive lies in a folder Img/ beside those of the lists.
  const fs::path inner = options.path / "Img";
  const FileTree tree(fs::is_directory(inner) ? inner : options.path, is_image_name, kCelebaImages, "");
  const Choice choice(options);
  std::size_t seen = 0, unknown = 0;
  auto store = image_store_of(tree, [&](const std::string& name) {
    ++seen;
    unknown += choice.unknown(name) ? 1 : 0;
    return choice.wanted(name);
  });
  if (seen == 0) {
    throw Error("no image (.jpg or .png) was found", tree.root().string(),
                fmt::format("name the folder that holds {} or its archive", kCelebaImages));
  }
  if (store->count() == 0) {
    throw Error(fmt::format("none of {} is of the kind asked for", counted(seen, "image")), tree.root().string(),
                "check [data].where, [data].splits and that lists and images belong together");
  }
  ImageListing all;
  all.classes = class_names(options.attributes);
  if (unknown > 0) {
    all.notes.push_back(
        fmt::format("left out: {} not in the lists", counted(unknown, "image that is", "images that are")));
  }
  for (std::size_t i = 0; i < store->count(); ++i) {
    all.images.push_back(i);
    all.labels.push_back(choice.label_of(store->name(i)));
  }
  DatasetInfo info;
  info.name = "celeba";
  info.path = tree.root();
  info.splits = options.splits;
  ImageListing listing = chosen(*store, std::move(all), options, tree.root().string());
  if (options.conditions.empty()) return {std::move(store), std::move(listing), std::move(info)};
  const auto conditions = std::make_shared<Conditions>();
  for (const auto& name : options.conditions) conditions->columns.push_back({name, 0, 1});
  for (const std::size_t image : listing.images) {
    conditions->of_image.emplace(listed_name(store->name(image)), choice.conditions_of(store->name(image)));
  }
  listing.notes.push_back(fmt::format("the conditions are the attributes {}", fmt::join(options.conditions, ", ")));
  return {std::move(store), std::move(listing), std::move(info), conditions};
}

}  // namespace

void register_celeba(SourceRegistry& registry) {
  add_source(registry, {.name = "celeba",
                        .title = "CelebA: 202,599 faces with 40 attributes",
                        .splits = {"all", "train", "val", "test"},
                        .shape = "178x218 RGB",
                        .list = list_celeba,
                        .options = {"attributes", "where", "conditions"},
                        .has = [](const std::string& file, const std::string&) {
                          return file.starts_with(kCelebaImages) || celeba_stem(file) == "list_attr_celeba";
                        }});
}

}  // namespace ganymede::data
