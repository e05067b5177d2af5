#include "cli/chosen_data.h"

#include <algorithm>
#include <filesystem>

#include "ganymede/core/error.h"
#include "ganymede/data/shards.h"
#include "ganymede/data/sources.h"

namespace ganymede::cli {

namespace fs = std::filesystem;

void ChosenData::add_to(CLI::App& app) {
  const auto repeated = [&](const char* flag, std::vector<std::string>& values, const char* about) {
    app.add_option(flag, values, about)->allow_extra_args(false);
  };
  // Not "data": CLI11 2.4 and later take that and --data for one name.
  app.add_option("set", what, "a data set's name (see 'ganymede data list'), or a path")
      ->required()
      ->type_name("NAME|PATH");
  app.add_option("--data", folder, "where its files are: a folder, archive or file")->type_name("DIR");
  repeated("--split", splits, "train, test, ...; may be repeated");
  repeated("--class", classes, "only this class; may be repeated");
  app.add_option("--size", size, "bring the images to this many pixels a side");
  app.add_option("--fit", fit, "how: crop to the centre square, pad with white, or stretch")
      ->check(CLI::IsMember({"crop", "pad", "stretch"}))
      ->capture_default_str();
  app.add_flag("--skip-bad", skip_bad, "leave out files that cannot be read, and say how many");
  app.add_option("--channels", channels, "1 (grey) or 3 (RGB)");
  repeated("--attribute", attributes, "celeba: make classes of it; may be repeated");
  repeated("--where", where, "celeba: only with this attribute, or without it: '!Male'; may be repeated");
  app.add_option("--label", label, "folder: the column of labels.csv or the .json key that is the class")
      ->type_name("NAME");
  app.add_option("--photos", photos, "mnistm: the photographs to draw on; default: cifar10")->type_name("DIR");
  app.add_option("--exclude", exclude, "leave out the images of this list (see 'data dedup')")->type_name("FILE");
}

data::DatasetOptions ChosenData::options() const {
  data::DatasetOptions options;
  options.name = what;
  options.path = folder;
  options.splits = splits;
  options.classes = classes;
  options.size = size;
  options.channels = channels;
  options.attributes = attributes;
  options.where = where;
  options.photos = photos;
  options.exclude = exclude;
  options.fit = fit == "pad" ? data::Fit::kPad : fit == "stretch" ? data::Fit::kStretch : data::Fit::kCrop;
  options.skip_bad = skip_bad;
  options.label = label;
  const auto names = data::dataset_names();
  if (std::find(names.begin(), names.end(), what) == names.end()) {
    const bool path = data::is_there(what);
    if (!path && what.find('/') != std::string::npos) throw Error("no such file or folder", what, "check the path");
    if (path) {
      if (!folder.empty()) throw UsageError("two paths were given", what + " and " + folder, "leave --data out");
      options.name = data::guess_source(what);
      options.path = what;
    }
  }
  return options;
}

}  // namespace ganymede::cli
