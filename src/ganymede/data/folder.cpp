// A folder of images, or a zip or tar of one, or shards: with a folder for each class, or labels beside the images
// (labels.h), or neither.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "ganymede/core/counted.h"
#include "ganymede/core/error.h"
#include "ganymede/core/text.h"
#include "ganymede/data/conditions.h"
#include "ganymede/data/image_store.h"
#include "ganymede/data/labels.h"
#include "ganymede/data/sources.h"
#include "ganymede/data/splits.h"

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

/// Takes away the outermost folder while all images share it and have further folders below: "faces.zip" may hold
/// "faces/man/1.jpg". One level always stays, as the class, and one of `splits` is never taken away.
void strip_wrapping(std::vector<std::vector<std::string>>& folders, const std::vector<std::string>& splits) {
  while (!folders.empty() && !folders[0].empty()) {
    const auto asked = [&](const std::string& split) { return equal_in_any_case(split, folders[0][0]); };
    if (std::any_of(splits.begin(), splits.end(), asked)) return;
    const auto wrapped = [&](const auto& parts) { return parts.size() > 1 && parts[0] == folders[0][0]; };
    if (!std::all_of(folders.begin(), folders.end(), wrapped)) return;
    for (auto& parts : folders) parts.erase(parts.begin());
  }
}

/// Whether so many images beside folders may be what is meant.
bool too_many_loose(std::size_t loose, std::size_t within) {
  return loose > within / 4;
}

/// The splits to take when none is asked for: "train" (or "training") where every image lies in a folder that is
/// named like a split, and those of that one have class folders, as in ImageNet's tree, or need none; where they are
/// needed a few images (a cover, say) may lie beside the splits. Else none: all is one set.
std::vector<std::string> usual_splits(const std::vector<std::vector<std::string>>& folders, bool need_none) {
  std::vector<std::string> training;
  bool others = false;
  std::size_t loose = 0;
  for (const auto& parts : folders) {
    if (parts.empty()) {
      ++loose;
      continue;
    }
    if (!is_split_name(parts[0])) return {};
    if (!is_training_split(parts[0])) {
      others = true;
    } else {
      if ((parts.size() < 2 && !need_none) || (!training.empty() && training[0] != parts[0])) return {};
      training = {parts[0]};
    }
  }
  if (loose > 0 && (need_none || too_many_loose(loose, folders.size() - loose))) return {};
  return others ? training : std::vector<std::string>{};
}

/// Images beside class folders belong to no class. A few (a cover, say) are left out, which is said; where they are
/// more than a quarter of what the folders hold, or the only folder tells no classes apart, it is not clear what is
/// meant, unless classes are named.
void note_loose_images(std::size_t loose, std::size_t within, const std::vector<std::string>& classes,
                       const DatasetOptions& options, const std::string& root, std::vector<std::string>& notes) {
  if (loose == 0 || classes.empty()) return;
  if (options.classes.empty() && (classes.size() == 1 || too_many_loose(loose, within))) {
    const std::string folders =
        classes.size() == 1 ? fmt::format("the folder '{}'", classes[0]) : counted(classes.size(), "class folder");
    throw Error(fmt::format("{} beside {} with {}: which are meant?", counted(loose, "image lies", "images lie"),
                            folders, grouped(within)),
                root,
                fmt::format("put them apart, name a folder inside, or name the classes: --set 'data.classes=[\"{0}\"]'",
                            classes[0]));
  }
  notes.push_back(fmt::format("left out: {} beside the class folders", counted(loose, "image")));
}

using Folders = std::vector<std::vector<std::string>>;

/// Splits that were asked for are called as their folders are, where these differ in the case of letters alone.
void name_as_folders(const Folders& folders, std::vector<std::string>& splits) {
  std::set<std::string> known;
  for (const auto& parts : folders) {
    if (!parts.empty()) known.insert(parts[0]);
  }
  for (auto& split : splits) {
    const auto same = [&](const std::string& folder) { return equal_in_any_case(folder, split); };
    if (known.contains(split) || std::count_if(known.begin(), known.end(), same) != 1) continue;
    split = *std::find_if(known.begin(), known.end(), same);
  }
}

/// The images of the chosen splits, whose folders are taken away; without splits, all.
std::vector<std::size_t> of_splits(Folders& folders, const std::vector<std::string>& splits, const std::string& root) {
  std::vector<std::size_t> kept;
  std::vector<std::string> known;
  for (std::size_t i = 0; i < folders.size(); ++i) {
    auto& parts = folders[i];
    if (!splits.empty()) {
      const std::string split = parts.empty() ? "" : parts[0];
      if (std::find(known.begin(), known.end(), split) == known.end()) known.push_back(split);
      if (std::find(splits.begin(), splits.end(), split) == splits.end()) continue;
      parts.erase(parts.begin());
    }
    kept.push_back(i);
  }
  for (const auto& split : splits) {
    if (std::find(known.begin(), known.end(), split) != known.end()) continue;
    throw UsageError(fmt::format("no folder for split '{}'", split), root, suggest(split, known));
  }
  return kept;
}

/// Says which part of the images was taken where nobody asked for it; `loose` of them lie in no split's folder.
void note_splits(const std::string& taken, std::size_t others, std::size_t loose, std::vector<std::string>& notes) {
  notes.push_back(fmt::format("the folders are splits: this is '{}'", printable(taken)));
  notes.push_back(fmt::format("left out: {} of other splits", counted(others, "image")));
  if (loose > 0) notes.push_back(fmt::format("left out: {} beside the splits' folders", counted(loose, "image")));
}

/// Says which classes may be splits, with the classes meant in them.
void note_splits_as_classes(const std::vector<std::string>& classes, std::vector<std::string>& notes) {
  std::vector<std::string> named;
  for (const auto& name : classes) {
    if (is_split_name(name)) named.push_back(name);
  }
  if (named.empty()) return;
  const bool one = named.size() == 1;
  notes.push_back(fmt::format(
      "'{}' {} named like {}, and taken as {}; splits = [\"{}\"] in [data] (--split {}) takes what is in it",
      fmt::join(named, "', '"), one ? "is" : "are", one ? "a split" : "splits", one ? "a class" : "classes", named[0],
      named[0]));
}

/// The names of the kept images' outermost folders.
std::vector<std::string> folder_classes(const Folders& folders, const std::vector<std::size_t>& kept) {
  std::set<std::string> classes;
  for (const std::size_t i : kept) {
    if (!folders[i].empty()) classes.insert(listed_name(folders[i][0]));
  }
  return {classes.begin(), classes.end()};
}

/// Labels by folders; images beside them are left out.
void label_by_folders(const Folders& folders, const std::vector<std::size_t>& kept, const DatasetOptions& options,
                      const std::string& root, ImageListing& all) {
  all.classes = folder_classes(folders, kept);
  for (const std::size_t i : kept) {
    if (folders[i].empty() && !all.classes.empty()) continue;
    all.images.push_back(i);
    const auto at = folders[i].empty()
                        ? all.classes.end()
                        : std::lower_bound(all.classes.begin(), all.classes.end(), listed_name(folders[i][0]));
    all.labels.push_back(at == all.classes.end() ? -1 : static_cast<std::int32_t>(at - all.classes.begin()));
  }
  const auto loose = std::count_if(kept.begin(), kept.end(), [&](const std::size_t i) { return folders[i].empty(); });
  note_loose_images(static_cast<std::size_t>(loose), kept.size() - static_cast<std::size_t>(loose), all.classes,
                    options, root, all.notes);
  if (options.splits.empty()) note_splits_as_classes(all.classes, all.notes);
}

/// Numbers by size, then names.
bool comes_before(const std::string& a, const std::string& b) {
  const auto digits = [](const std::string& text) {
    return !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
  };
  if (digits(a) != digits(b)) return digits(a);
  if (digits(a) && a.size() != b.size()) return a.size() < b.size();
  return a < b;
}

void label_by_values(Labelling labelling, const std::vector<std::size_t>& kept, ImageListing& all) {
  std::map<std::string, std::int32_t> numbers;
  if (labelling.classes.empty()) {
    std::set<std::string> values(labelling.values.begin(), labelling.values.end());
    values.erase("");
    labelling.classes.assign(values.begin(), values.end());
    std::sort(labelling.classes.begin(), labelling.classes.end(), comes_before);
  }
  for (const auto& name : labelling.classes) numbers.emplace(name, static_cast<std::int32_t>(numbers.size()));
  std::size_t without = 0;
  for (std::size_t i = 0; i < kept.size(); ++i) {
    if (labelling.left_out[i]) continue;
    const auto found = numbers.find(labelling.values[i]);
    without += found == numbers.end() ? 1 : 0;
    all.images.push_back(kept[i]);
    all.labels.push_back(found == numbers.end() ? -1 : found->second);
  }
  all.classes = std::move(labelling.classes);
  all.notes.insert(all.notes.end(), labelling.notes.begin(), labelling.notes.end());
  if (without > 0) all.notes.push_back(fmt::format("{} no label", counted(without, "image has", "images have")));
}

/// The images of a folder, an archive or shards with their classes; the splits that were taken are filled in.
ImageListing listing_of(const ImageStore& store, DatasetOptions& options,
                        std::shared_ptr<const Conditions>& conditions) {
  const std::string root = store.root();
  if (store.count() == 0) {
    const auto notes = store.notes();
    throw Error(fmt::format("no image was found{}", notes.empty() ? "" : "; " + notes[0]), root,
                "name a folder or archive of images");
  }
  Folders folders;
  for (std::size_t i = 0; i < store.count(); ++i) folders.push_back(folders_of(store.inner(i)));
  strip_wrapping(folders, options.splits);
  name_as_folders(folders, options.splits);
  ImageListing all;
  const SideFiles& beside = store.side_files();
  const bool need_none = !beside.files.empty() || !beside.tables.empty() || store.shards() > 0;
  const bool chosen_by_us = options.splits.empty() && !(options.splits = usual_splits(folders, need_none)).empty();
  const auto loose = static_cast<std::size_t>(
      std::count_if(folders.begin(), folders.end(), [](const auto& parts) { return parts.empty(); }));
  const auto kept = of_splits(folders, options.splits, root);
  if (chosen_by_us) note_splits(options.splits[0], folders.size() - kept.size() - loose, loose, all.notes);
  const bool in_folders = folder_classes(folders, kept).size() > 1;
  if (!options.conditions.empty()) {
    conditions =
        std::make_shared<Conditions>(conditions_beside(store, kept, options.conditions, all.images, all.notes));
    all.labels.assign(all.images.size(), -1);
  } else if (auto labelling = labels_beside(store, kept, options.label, in_folders, all.notes)) {
    label_by_values(std::move(*labelling), kept, all);
  } else {
    label_by_folders(folders, kept, options, root, all);
  }
  if (all.images.empty()) {
    throw Error("the labels leave no image", root, "check that labels and images belong together");
  }
  return chosen(store, std::move(all), options, root);
}

Listed list_folder(DatasetOptions& options) {
  Listed listed;
  listed.store = image_store_at(options.path);
  listed.listing = listing_of(*listed.store, options, listed.conditions);
  listed.info.name = "folder";
  listed.info.path = listed.store->root();
  listed.info.splits = options.splits;
  return listed;
}

}  // namespace

void register_folder(SourceRegistry& registry) {
  add_source(
      registry,
      {.name = "folder",
       .title = "a folder, zip, tar, WebDataset shards or Parquet files, with folders as classes or a table of labels",
       .list = list_folder,
       .anywhere = true,
       .deep = true,
       .options = {"label", "conditions"}});
}

}  // namespace ganymede::data
