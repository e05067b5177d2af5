// A folder of pictures, or a zip or tar of one, with a folder for each class, or none.
#include <fmt/format.h>

#include <algorithm>

#include "ganymede/core/error.h"
#include "ganymede/core/text.h"
#include "ganymede/data/pictures.h"
#include "ganymede/data/sources.h"
#include "ganymede/data/text.h"

namespace ganymede::data {
namespace {

/// The folders of a name, outermost first.
std::vector<std::string> folders_of(const std::string& name) {
  std::vector<std::string> parts;
  std::size_t begin = 0;
  for (std::size_t slash; (slash = name.find('/', begin)) != std::string::npos; begin = slash + 1) {
    parts.push_back(name.substr(begin, slash - begin));
  }
  return parts;
}

const std::vector<std::string> kSplitNames = {"train", "training", "val", "valid", "validation", "test", "testing"};

/// Takes away the outermost folder while all pictures share it and have further folders below: "faces.zip" may hold
/// "faces/man/1.jpg". One level always stays, as the class, and one of `splits` is never taken away.
void strip_wrapping(std::vector<std::vector<std::string>>& folders, const std::vector<std::string>& splits) {
  while (!folders.empty() && !folders[0].empty()) {
    if (std::find(splits.begin(), splits.end(), folders[0][0]) != splits.end()) return;
    const auto wrapped = [&](const auto& parts) { return parts.size() > 1 && parts[0] == folders[0][0]; };
    if (!std::all_of(folders.begin(), folders.end(), wrapped)) return;
    for (auto& parts : folders) parts.erase(parts.begin());
  }
}

/// The splits to take when none is asked for: "train" (or "training") where every picture lies in a folder that is
/// named like a split, and those of that one have class folders, as in ImageNet's tree. Else none: all is one set.
std::vector<std::string> usual_splits(const std::vector<std::vector<std::string>>& folders) {
  std::vector<std::string> training;
  bool others = false;
  for (const auto& parts : folders) {
    if (parts.empty() || std::find(kSplitNames.begin(), kSplitNames.end(), parts[0]) == kSplitNames.end()) return {};
    if (!parts[0].starts_with("train")) {
      others = true;
    } else {
      if (parts.size() < 2 || (!training.empty() && training[0] != parts[0])) return {};
      training = {parts[0]};
    }
  }
  return others ? training : std::vector<std::string>{};
}

/// Pictures beside class folders belong to no class. A few (a cover, say) are left out, which is said; where they are
/// more than a quarter of what the folders hold, or the only folder tells no classes apart, it is not clear what is
/// meant, unless classes are named.
void judge_loose(std::size_t loose, std::size_t within, const std::vector<std::string>& classes,
                 const DatasetOptions& options, const std::string& root, std::vector<std::string>& notes) {
  if (loose == 0 || classes.empty()) return;
  if (options.classes.empty() && (classes.size() == 1 || loose > within / 4)) {
    const std::string folders = classes.size() == 1 ? fmt::format("the folder '{}'", classes[0])
                                                    : fmt::format("{} class folders", grouped(classes.size()));
    throw Error(
        fmt::format("{} beside {} with {}: which are meant?", counted(loose, "picture lies", "pictures lie"), folders,
                    grouped(within)),
        root,
        fmt::format("put them apart, name a folder inside, or name the classes: --class '{0}' or classes = [\"{0}\"]",
                    classes[0]));
  }
  notes.push_back(fmt::format("left out: {} beside the class folders", counted(loose, "picture")));
}

}  // namespace

PictureListing list_folder(const PictureStore& store, DatasetOptions& options) {
  const std::string root = store.root();
  if (store.count() == 0) {
    const auto notes = store.notes();
    throw Error(fmt::format("no picture was found{}", notes.empty() ? "" : "; " + notes[0]), root,
                "name a folder or archive of pictures");
  }
  std::vector<std::vector<std::string>> folders;
  for (std::size_t i = 0; i < store.count(); ++i) folders.push_back(folders_of(store.name(i)));
  strip_wrapping(folders, options.splits);
  PictureListing all;
  const bool chosen_by_us = options.splits.empty() && !(options.splits = usual_splits(folders)).empty();

  std::vector<std::size_t> kept;
  std::vector<std::string> classes, split_names;
  std::size_t loose = 0;
  for (std::size_t i = 0; i < folders.size(); ++i) {
    auto& parts = folders[i];
    if (!options.splits.empty()) {
      const std::string split = parts.empty() ? "" : parts[0];
      if (std::find(split_names.begin(), split_names.end(), split) == split_names.end()) split_names.push_back(split);
      if (std::find(options.splits.begin(), options.splits.end(), split) == options.splits.end()) continue;
      parts.erase(parts.begin());
    }
    kept.push_back(i);
    if (!parts.empty()) parts[0] = listed_name(parts[0]);
    if (parts.empty())
      ++loose;
    else if (classes.empty() || classes.back() != parts[0])
      classes.push_back(parts[0]);
  }
  if (chosen_by_us) {
    all.notes.push_back(fmt::format("the folders are splits: this is '{}'", options.splits[0]));
    all.notes.push_back(fmt::format("left out: {} of other splits", counted(folders.size() - kept.size(), "picture")));
  }
  for (const auto& split : options.splits) {
    if (std::find(split_names.begin(), split_names.end(), split) != split_names.end()) continue;
    throw UsageError(fmt::format("no folder for split '{}'", split), root, suggest(split, split_names));
  }
  std::sort(classes.begin(), classes.end());
  classes.erase(std::unique(classes.begin(), classes.end()), classes.end());

  for (const std::size_t i : kept) {
    if (folders[i].empty() && !classes.empty()) continue;
    all.pictures.push_back(i);
    const auto at =
        folders[i].empty() ? classes.end() : std::lower_bound(classes.begin(), classes.end(), folders[i][0]);
    all.labels.push_back(at == classes.end() ? -1 : static_cast<std::int32_t>(at - classes.begin()));
  }
  judge_loose(loose, kept.size() - loose, classes, options, root, all.notes);
  all.classes = std::move(classes);
  return chosen(store, std::move(all), options, root);
}

std::shared_ptr<const Dataset> open_folder(const DatasetOptions& asked) {
  DatasetOptions options = asked;
  auto store = pictures_at(options.path);
  DatasetInfo info;
  info.name = "folder";
  info.path = store->root();
  PictureListing listing = list_folder(*store, options);
  info.splits = options.splits;
  return open_pictures(std::move(store), std::move(listing), options, std::move(info));
}

}  // namespace ganymede::data
