// ganymede data check: the first thing to do with pictures of one's own
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <memory>

#include "cli/command.h"
#include "cli/data_sheet.h"
#include "cli/recipe_flags.h"
#include "ganymede/config/recipe_fields.h"
#include "ganymede/core/error.h"
#include "ganymede/core/files.h"
#include "ganymede/core/text.h"
#include "ganymede/data/pictures.h"
#include "ganymede/data/sources.h"
#include "ganymede/data/survey.h"
#include "ganymede/data/text.h"
#include "ganymede/image/encode.h"
#include "ganymede/models/gan.h"
#include "ganymede/operations/model.h"

namespace ganymede::cli {
namespace {

using data::counted;
using data::grouped;

/// Side of the sheet's pictures.
constexpr int kSheetSide = 64;
constexpr std::size_t kSheetEach = 10;
constexpr std::size_t kShown = 20;

struct CheckFlags {
  std::string what, recipe, out;
  std::vector<std::string> splits;
  bool json = false;
};

/// All that is found out about a folder or an archive.
struct Check {
  std::shared_ptr<const data::PictureStore> store;
  data::PictureListing listing;
  std::vector<data::Examined> examined;
  std::vector<std::string> splits;

  std::vector<std::size_t> bad() const {
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < examined.size(); ++i) {
      if (!examined[i].fault.empty()) places.push_back(i);
    }
    return places;
  }
  std::string name(std::size_t place) const { return listed_name(store->name(listing.pictures[place])); }
  /// Sound pictures of each class.
  std::vector<std::size_t> per_class() const {
    std::vector<std::size_t> counts(listing.classes.size());
    for (std::size_t i = 0; i < examined.size(); ++i) {
      if (examined[i].fault.empty() && listing.labels[i] >= 0) ++counts[static_cast<std::size_t>(listing.labels[i])];
    }
    return counts;
  }
  /// How often each value of `of` occurs among the sound pictures.
  template <class Of>
  std::map<std::string, std::size_t> counts(const Of& of) const {
    std::map<std::string, std::size_t> found;
    for (const auto& e : examined) {
      if (e.fault.empty()) ++found[of(e)];
    }
    return found;
  }
};

std::string size_of(const data::Examined& e) {
  return fmt::format("{}x{}", e.width, e.height);
}
std::string channels_of(const data::Examined& e) {
  return e.channels == 1 ? "grey" : "RGB";
}

Check examine(const CheckFlags& flags) {
  data::DatasetOptions options;
  options.name = "folder";
  options.path = flags.what;
  options.splits = flags.splits;
  Check check;
  check.store = data::pictures_at(flags.what);
  check.listing = data::list_folder(*check.store, options);
  check.splits = options.splits;
  check.examined = data::examine(*check.store, check.listing.pictures);
  return check;
}

/// Sizes have many values: the first few, then how many more.
std::string sizes_text(const std::map<std::string, std::size_t>& sizes) {
  std::map<std::string, std::size_t> shown;
  std::vector<std::pair<std::size_t, std::string>> rows;
  for (const auto& [size, count] : sizes) rows.emplace_back(count, size);
  std::stable_sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  for (std::size_t i = 0; i < std::min<std::size_t>(5, rows.size()); ++i) shown[rows[i].second] = rows[i].first;
  const std::string more = rows.size() > 5 ? fmt::format(" and {} more", counted(rows.size() - 5, "size")) : "";
  return data::listed(shown) + more;
}

/// What a training with a recipe would do with the pictures.
std::string recipe_text(const Check& check, const std::string& name) {
  const auto recipe = operations::recipe_or_model(name);
  const auto shape = models::build_gan(recipe).image_shape();
  const std::string wanted = fmt::format("{}x{}", shape.width(), shape.height());
  const auto sizes = check.counts(size_of);
  const std::size_t as_they_are = sizes.contains(wanted) ? sizes.at(wanted) : 0;
  std::size_t sound = 0, smaller = 0;
  for (const auto& e : check.examined) {
    sound += e.fault.empty() ? 1 : 0;
    smaller += e.fault.empty() && (e.width < shape.width() || e.height < shape.height()) ? 1 : 0;
  }
  std::string text = fmt::format("{} {}, of {}; {} brought to that size ({}), {} smaller than it", wanted,
                                 shape.channels() == 1 ? "grey" : "RGB", counted(sound, "picture"),
                                 counted(sound - as_they_are, "is", "are"), override_text("data.fit", recipe.data.fit),
                                 counted(smaller, "is", "are"));
  const auto batch = static_cast<std::size_t>(recipe.train.batch);
  return text + fmt::format("; {} of {} an epoch", counted((sound + batch - 1) / batch, "batch", "batches"), batch);
}

void print_text(const Check& check, const CheckFlags& flags) {
  const auto bad = check.bad();
  const auto copies = data::copies_among(check.examined);
  fmt::print("{}: {}{}\n", printable(flags.what), counted(check.examined.size(), "picture"),
             bad.empty() ? "" : fmt::format(", of which {} cannot be used", grouped(bad.size())));
  if (!check.splits.empty()) fmt::print("  split     {}\n", fmt::join(check.splits, ", "));
  fmt::print("  formats   {}\n", data::listed(check.counts([](const auto& e) { return e.format; })));
  fmt::print("  sizes     {}\n", sizes_text(check.counts(size_of)));
  fmt::print("  channels  {}\n", data::listed(check.counts(channels_of)));
  const auto per_class = check.per_class();
  if (per_class.empty()) fmt::print("  classes   none: there are no folders\n");
  for (std::size_t i = 0; i < per_class.size(); ++i) {
    fmt::print("  {}   {:>9}  {}\n", i == 0 ? "classes" : "       ", grouped(per_class[i]), check.listing.classes[i]);
  }
  auto notes = data::survey_notes(check.examined);
  for (const auto& more : {check.store->notes(), check.listing.notes})
    notes.insert(notes.end(), more.begin(), more.end());
  for (const auto& note : notes) fmt::print("  note      {}\n", note);
  for (std::size_t i = 0; i < std::min(kShown, copies.size()); ++i) {
    fmt::print("  copy      {} = {}\n", check.name(copies[i].first), check.name(copies[i].second));
  }
  if (copies.size() > kShown)
    fmt::print("  copy      and {} more (--json lists all)\n", grouped(copies.size() - kShown));
  for (const auto place : bad) fmt::print("  bad       {}: {}\n", check.name(place), check.examined[place].fault);
  if (!flags.recipe.empty()) fmt::print("  {}: {}\n", flags.recipe, recipe_text(check, flags.recipe));
  if (!bad.empty()) fmt::print("to train without the bad ones: --skip-bad\n");
}

void print_document(const Check& check, const CheckFlags& flags) {
  auto classes = nlohmann::json::array(), bad = nlohmann::json::array(), copies = nlohmann::json::array();
  const auto per_class = check.per_class();
  for (std::size_t i = 0; i < per_class.size(); ++i) {
    classes.push_back({{"name", check.listing.classes[i]}, {"count", per_class[i]}});
  }
  for (const auto place : check.bad()) {
    bad.push_back({{"name", check.name(place)}, {"fault", printable(check.examined[place].fault)}});
  }
  for (const auto& [copy, first] : data::copies_among(check.examined))
    copies.push_back({check.name(copy), check.name(first)});
  auto notes = check.store->notes();
  notes.insert(notes.end(), check.listing.notes.begin(), check.listing.notes.end());
  print_json({{"path", printable(flags.what)},
              {"pictures", check.examined.size()},
              {"splits", check.splits},
              {"formats", check.counts([](const auto& e) { return e.format; })},
              {"sizes", check.counts(size_of)},
              {"channels", check.counts(channels_of)},
              {"classes", classes},
              {"bad", bad},
              {"copies", copies},
              {"left_out", notes},
              {"recipe", flags.recipe.empty() ? nlohmann::json() : nlohmann::json(recipe_text(check, flags.recipe))}});
}

void run(const CheckFlags& flags) {
  if (!std::filesystem::exists(flags.what)) throw Error("no such file or folder", flags.what, "check the path");
  const Check check = examine(flags);
  if (flags.json) {
    print_document(check, flags);
  } else {
    print_text(check, flags);
  }
  if (flags.out.empty()) return;
  data::DatasetOptions options;
  options.name = "folder";
  options.path = flags.what;
  options.splits = flags.splits;
  options.size = kSheetSide;
  options.fit = data::Fit::kPad;
  options.skip_bad = true;
  write_file(flags.out, image::encode_png(data_sheet(*data::open_dataset(options), kSheetEach)));
  if (!flags.json) fmt::print("preview in {}\n", printable(flags.out));
}

}  // namespace

void add_data_check(CLI::App& app) {
  auto flags = std::make_shared<CheckFlags>();
  app.add_option("data", flags->what, "a folder, zip or tar of pictures")->required()->type_name("PATH");
  app.add_option("--recipe", flags->recipe, "say what this recipe would make of them");
  app.add_option("--split", flags->splits, "train, test, ...: a folder of the first level")->allow_extra_args(false);
  app.add_option("-o,--out", flags->out, "a sheet of some of each class, as PNG")->type_name("PNG");
  app.add_flag("--json", flags->json, "one JSON document");
  app.callback([flags] { run(*flags); });
}

}  // namespace ganymede::cli
