// Oxford's 102 flowers (Nilsback, Zisserman: "Automated flower classification over a large number of classes", 2008) as
// published: 102flowers.tgz (or its folder jpg/) with image_00001.jpg and on, imagelabels.mat with a class of 1 to 102
// for each, and setid.mat with the images' numbers of each split.
#include <fmt/format.h>

#include <charconv>
#include <map>
#include <optional>
#include <set>

#include "ganymede/core/counted.h"
#include "ganymede/core/error.h"
#include "ganymede/data/image_store.h"
#include "ganymede/data/mat_file.h"
#include "ganymede/data/sources.h"

namespace ganymede::data {
namespace {

namespace fs = std::filesystem;

constexpr int kFlowerKinds = 102;
constexpr const char* kFlowersHint = "copy the file again, or run `ganymede data fetch flowers102`";
constexpr const char* kFlowersMissing = "use the file as published, or run `ganymede data fetch flowers102`";

/// 12 of "jpg/image_00012.jpg".
std::optional<std::size_t> flower_number(const std::string& name) {
  constexpr std::string_view kStem = "image_";
  const std::string base = base_name(name);
  std::size_t number = 0;
  if (!base.starts_with(kStem)) return std::nullopt;
  const auto [stopped, error] = std::from_chars(base.data() + kStem.size(), base.data() + base.size(), number);
  if (error != std::errc() || number == 0 || *stopped != '.') return std::nullopt;
  return number;
}

/// What the two .mat files say: the class of each image, from 0, and the images of the chosen splits.
struct FlowerLists {
  std::vector<std::int32_t> labels;  ///< of image 1, 2, ...
  std::set<std::size_t> chosen;
};

fs::path beside(const fs::path& folder, const char* name) {
  std::error_code error;
  const fs::path path = folder / name;
  if (!fs::is_regular_file(path, error)) throw Error(fmt::format("{} is missing", name), folder.string(), kFlowersHint);
  return path;
}

FlowerLists read_flower_lists(const fs::path& folder, const std::vector<std::string>& splits) {
  static const std::map<std::string, const char*> kSetNames = {{"train", "trnid"}, {"val", "valid"}, {"test", "tstid"}};
  FlowerLists lists;
  const MatFile labels(beside(folder, "imagelabels.mat"), kFlowersHint);
  for (const double label : labels.numbers("labels", kFlowersMissing)) {
    if (!(label >= 1 && label <= kFlowerKinds)) {
      throw Error(fmt::format("label {} is out of range 1..{}", label, kFlowerKinds),
                  fmt::format("{} image {}", labels.path().string(), lists.labels.size() + 1), kFlowersHint);
    }
    lists.labels.push_back(static_cast<std::int32_t>(label) - 1);
  }
  const MatFile sets(beside(folder, "setid.mat"), kFlowersHint);
  for (const auto& split : splits) {
    for (const double number : sets.numbers(kSetNames.at(split), kFlowersMissing)) {
      if (!(number >= 1 && number <= static_cast<double>(lists.labels.size()))) {
        throw Error(fmt::format("image {} of split '{}' has no label", number, split), sets.path().string(),
                    kFlowersHint);
      }
      lists.chosen.insert(static_cast<std::size_t>(number));
    }
  }
  return lists;
}

}  // namespace

Listed list_flowers102(DatasetOptions& options) {
  std::error_code error;
  const fs::path folder = fs::is_regular_file(options.path, error) ? options.path.parent_path() : options.path;
  const FileTree tree(options.path, Wanted([](const std::string& name) { return flower_number(name).has_value(); }),
                      "102flowers", "flowers102");
  const FlowerLists lists = read_flower_lists(folder, options.splits);
  std::size_t unknown = 0;
  Listed listed;
  listed.store = image_store_of(tree, [&](const std::string& name) {
    const auto number = flower_number(name);
    if (!number) return false;
    unknown += *number > lists.labels.size() ? 1 : 0;
    return lists.chosen.contains(*number);
  });
  if (listed.store->count() == 0) {
    throw Error("no image of these splits was found", tree.root().string(),
                "name the folder that holds 102flowers.tgz, imagelabels.mat and setid.mat");
  }
  ImageListing all;
  for (int i = 1; i <= kFlowerKinds; ++i) all.classes.push_back(std::to_string(i));
  for (std::size_t i = 0; i < listed.store->count(); ++i) {
    all.images.push_back(i);
    all.labels.push_back(lists.labels[*flower_number(listed.store->name(i)) - 1]);
  }
  if (all.images.size() != lists.chosen.size()) {
    all.notes.push_back(fmt::format("{} of {} {} there", grouped(all.images.size()),
                                    counted(lists.chosen.size(), "image"), all.images.size() == 1 ? "is" : "are"));
  }
  if (unknown > 0) all.notes.push_back(fmt::format("left out: {} without a label", counted(unknown, "image")));
  listed.listing = chosen(*listed.store, std::move(all), options, tree.root().string());
  listed.info.name = "flowers102";
  listed.info.path = tree.root();
  listed.info.splits = options.splits;
  return listed;
}

}  // namespace ganymede::data
