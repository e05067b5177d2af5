#include "cli/chosen_data.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "ganymede/core/error.h"
#include "ganymede/data/shards.h"
#include "ganymede/data/sources.h"

namespace ganymede::cli {

namespace fs = std::filesystem;

void ChosenData::add_to(CLI::App& app) {
  const auto repeated = [&](const char* flag, std::vector<std::string>& values, const char* about) {
    return app.add_option(flag, values, about)->allow_extra_args(false);
  };
  const char *const which = "Which images", *const how = "What becomes of them",
                    *const labels = "Labels and conditions";
  // Not "data": CLI11 2.4 and later take that and --data for one name.
  app.add_option("set", what_, "a data set's name (see 'ganymede data list'), or a path")
      ->required()
      ->type_name("NAME|PATH");
  app.add_option("--data", asked_.path, "where its files are: a folder, archive or file")
      ->type_name("DIR")
      ->group(which);
  repeated("--split", asked_.splits, "train, test, ...; may be repeated")->group(which);
  repeated("--class", asked_.classes, "only this class; may be repeated")->group(which);
  app.add_option_function<std::string>(
         "--size", [this](const std::string& size) { asked_.size = data::ImageSize::of_text(size); },
         "bring the images to this many pixels a side, or to this height and width: 64,96 gives images that are 96x64")
      ->type_name("SIDE|HEIGHT,WIDTH")
      ->group(how);
  app.add_option_function<std::string>(
         "--fit", [this](const std::string& name) { asked_.fit = config::value_named<data::Fit>(name).value(); },
         "how: crop around the centre, pad with white, or stretch")
      ->check(CLI::IsMember(config::all_names<data::Fit>()))
      ->default_str("crop")
      ->group(how);
  app.add_option_function<std::string>(
         "--profiles",
         [this](const std::string& name) { asked_.profiles = config::value_named<data::Profiles>(name).value(); },
         "colours with an ICC profile other than sRGB: take them as they are stored, or convert them")
      ->check(CLI::IsMember(config::all_names<data::Profiles>()))
      ->default_str("ignore")
      ->group(how);
  app.add_flag("--skip-bad", asked_.skip_bad, "leave out files that cannot be read, and say how many")->group(which);
  app.add_option("--channels", asked_.channels, "1 (grey), 3 (RGB), or as many as arrays, PNGs and TIFFs have")
      ->group(how);
  app.add_option("--bits", asked_.bits, "16 keeps samples of 16 bits; else they become 8")->group(how);
  repeated("--attribute", asked_.attributes, "celeba: make classes of it; may be repeated")->group(labels);
  repeated("--where", asked_.where, "celeba: only with this attribute, or without it: '!Male'; may be repeated")
      ->group(which);
  app.add_option("--label", asked_.label, "folder: the column of labels.csv or the .json key that is the class")
      ->type_name("NAME")
      ->group(labels);
  repeated("--condition", asked_.conditions,
           "folder: a column of numbers that images are conditioned on; celeba: an attribute; may be repeated")
      ->group(labels);
  app.add_option("--photos", asked_.photos, "mnistm: the photographs to put digits on; default: cifar10")
      ->type_name("DIR")
      ->group(which);
  app.add_option("--exclude", asked_.exclude, "leave out the images of this list (see 'data dedup')")
      ->type_name("FILE")
      ->group(which);
}

data::DatasetOptions ChosenData::options() const {
  data::DatasetOptions options = asked_;
  options.name = what_;
  const auto names = data::dataset_names();
  const bool known = std::find(names.begin(), names.end(), what_) != names.end();
  if (known && !asked_.path.empty() && data::source_named(what_).built_in) {
    throw UsageError(fmt::format("'{}' are images that the program makes itself: it reads no files", what_), "--data",
                     "leave it out, or name the path alone");
  }
  if (!known) {
    const bool path = data::is_there(what_);
    if (!path && what_.find('/') != std::string::npos) throw Error("no such file or folder", what_, "check the path");
    if (path) {
      if (!asked_.path.empty())
        throw UsageError("two paths were given", what_ + " and " + asked_.path.string(), "leave --data out");
      options.name = data::guess_source(what_);
      options.path = what_;
    }
  }
  return options;
}

}  // namespace ganymede::cli
