// ganymede data list|info|preview|fetch, and the table of what else `data` does
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <memory>

#include "cli/chosen_data.h"
#include "cli/command.h"
#include "cli/data_sheet.h"
#include "cli/image_output.h"
#include "cli/text_table.h"
#include "ganymede/core/counted.h"
#include "ganymede/core/error.h"
#include "ganymede/core/files.h"
#include "ganymede/core/signals.h"
#include "ganymede/core/text.h"
#include "ganymede/data/dataset.h"
#include "ganymede/data/fetch.h"
#include "ganymede/data/published.h"
#include "ganymede/data/sources.h"
#include "ganymede/data/statistics.h"
#include "ganymede/image/encode.h"

namespace ganymede::cli {
namespace {

namespace fs = std::filesystem;

bool downloadable(const std::string& name) {
  const auto& files = data::published_files();
  return std::any_of(files.begin(), files.end(), [&](const auto& file) { return file.dataset == name; });
}

void list(bool json) {
  nlohmann::json document = nlohmann::json::array();
  TextTable table({{"NAME"}, {"IMAGES"}, {"SPLITS"}, {"WHERE"}, {"WHAT"}});
  for (const auto& name : data::dataset_names()) {
    const auto& source = data::source_named(name);
    const fs::path here = data::home_of(source.name);
    const bool found = !source.built_in && !source.splits.empty() && fs::exists(here);
    if (json) {
      document.push_back({{"name", source.name},
                          {"title", source.title},
                          {"shape", source.shape},
                          {"splits", source.splits},
                          {"built_in", source.built_in},
                          {"downloadable", downloadable(source.name)},
                          {"path", found ? nlohmann::json(here.string()) : nlohmann::json()}});
      continue;
    }
    std::string where = "name it with --data";
    if (source.built_in)
      where = "built in";
    else if (found)
      where = here.string();
    else if (downloadable(source.name))
      where = "data fetch " + source.name;
    const std::string splits =
        source.splits.empty() ? "its folders" : fmt::format("{}", fmt::join(source.splits, ", "));
    table.add({source.name, source.shape, splits, where, source.title});
  }
  if (json) return print_json(document);
  fmt::print("{}", table.text());
}

void info_as_json(const data::Dataset& dataset, const data::Statistics& statistics) {
  const auto& info = dataset.info();
  nlohmann::json classes = nlohmann::json::array();
  for (std::size_t i = 0; i < info.classes.size(); ++i) {
    classes.push_back({{"name", info.classes[i]}, {"count", statistics.per_class[i]}});
  }
  auto conditions = nlohmann::json::array();
  for (const auto& one : info.conditions) {
    conditions.push_back({{"name", one.name}, {"low", one.low}, {"high", one.high}});
  }
  print_json({{"name", info.name},
              {"path", info.path.empty() ? nlohmann::json() : nlohmann::json(printable(info.path.string()))},
              {"count", dataset.size()},
              {"height", info.height},
              {"width", info.width},
              {"channels", info.channels},
              {"bits", info.bits},
              {"splits", info.splits},
              {"conditions", conditions},
              {"classes", classes},
              {"unlabelled", statistics.unlabelled},
              {"mean", statistics.mean},
              {"std", statistics.deviation},
              {"checksum", info.checksum},
              {"notes", info.notes}});
}

void info_as_text(const data::Dataset& dataset, const data::Statistics& statistics) {
  constexpr std::size_t kBar = 24;
  const auto& info = dataset.info();
  fmt::print("{}: {} of {}\n", info.name, counted(dataset.size(), "image"), kind_of(info));
  if (!info.path.empty()) fmt::print("  from      {}\n", printable(info.path.string()));
  if (!info.splits.empty()) fmt::print("  splits    {}\n", fmt::join(info.splits, ", "));
  fmt::print("  mean      {:.4f}{}\n", fmt::join(statistics.mean, "  "),
             info.channels == 3 ? "  (R G B, 0 to 1)" : "  (0 to 1)");
  fmt::print("  std       {:.4f}\n", fmt::join(statistics.deviation, "  "));
  fmt::print("  checksum  sha256 {}\n", info.checksum);
  for (const auto& note : info.notes) fmt::print("  note      {}\n", note);
  if (info.classes.empty()) {
    fmt::print("  classes   none: the images have no labels\n");
    return;
  }
  fmt::print("  classes   {}\n", info.classes.size());
  std::size_t longest = 0;
  for (const auto& name : info.classes) longest = std::max(longest, name.size());
  const std::size_t most =
      std::max<std::size_t>(1, *std::max_element(statistics.per_class.begin(), statistics.per_class.end()));
  for (std::size_t i = 0; i < info.classes.size(); ++i) {
    const std::size_t count = statistics.per_class[i], cells = (count * kBar + most / 2) / most;
    std::string bar;
    for (std::size_t cell = 0; cell < cells; ++cell) bar += "▇";
    fmt::print("    {:<{}}  {:>9}  {}\n", info.classes[i], longest, grouped(count), bar);
  }
  if (statistics.unlabelled > 0)
    fmt::print("    {:<{}}  {:>9}\n", "(no label)", longest, grouped(statistics.unlabelled));
}

struct FetchFlags {
  std::string what, folder, from, checksum;
  std::vector<std::string> splits;
};

/// A file at any address, for data sets of one's own.
data::Download download_of_url(const FetchFlags& flags) {
  std::string name = flags.what.substr(0, flags.what.find_first_of("?#"));
  name = name.substr(name.rfind('/') + 1);
  if (name.empty() || name[0] == '.')
    throw UsageError("the address names no file", flags.what, "end it with a file's name");
  const fs::path folder = flags.folder.empty() ? data::data_root() : fs::path(flags.folder);
  data::Download download{flags.what, folder / name, "", ""};
  if (!flags.checksum.empty()) {
    const auto colon = flags.checksum.find(':');
    download.algorithm = flags.checksum.substr(0, colon);
    if (colon == std::string::npos || (download.algorithm != "md5" && download.algorithm != "sha256")) {
      throw UsageError(fmt::format("'{}' is no checksum", flags.checksum), "--checksum", "write md5:HEX or sha256:HEX");
    }
    download.checksum = in_small_letters(flags.checksum.substr(colon + 1));
  }
  return download;
}

void fetch(const FetchFlags& flags) {
  catch_stop_signals();
  std::vector<data::Download> downloads;
  if (flags.what.find("://") != std::string::npos) {
    downloads.push_back(download_of_url(flags));
  } else {
    if (!flags.checksum.empty())
      throw UsageError("--checksum belongs to an address", flags.what, "leave it out: published checksums are known");
    const fs::path folder = flags.folder.empty() ? data::home_of(flags.what) : fs::path(flags.folder);
    downloads = data::downloads_of(flags.what, flags.splits, folder, flags.from);
  }
  for (const auto& download : downloads) {
    const bool fresh = data::fetch_file(download);
    const char* checked = download.checksum.empty() ? "checksum not known" : "checksum right";
    fmt::print("{} {} ({})\n", fresh ? "downloaded" : "already there:", download.target.string(), checked);
  }
}

void add_preview(CLI::App& app) {
  auto chosen = std::make_shared<ChosenData>();
  auto out = std::make_shared<std::string>();
  auto each = std::make_shared<std::size_t>(10);
  chosen->add_to(app);
  app.add_option("-o,--output", *out, "a .png or .jpg; - is standard output")->required()->type_name("FILE");
  limited(app.add_option("-n", *each, "images of each class"), 1, 200)->capture_default_str();
  show_examples(app, "ganymede data preview cifar10 -o sheet.png\nganymede data preview photos.zip -n 20 -o -");
  app.callback([chosen, out, each] {
    const Output to(*out, kImageKinds);
    to.require_kind(false);
    const auto dataset = chosen->open();
    const image::Image sheet = data_sheet(*dataset, *each);
    to.write(encoded(sheet, to));
    to.say(fmt::format("{} ({}x{} pixels)", *out, sheet.width, sheet.height));
  });
}

}  // namespace

void add_data(CLI::App& app) {
  app.require_subcommand(1);

  auto* list_app = app.add_subcommand("list", "what can be loaded");
  auto list_json = std::make_shared<bool>(false);
  list_app->add_flag("--json", *list_json, "one JSON document");
  show_examples(*list_app, "ganymede data list\nganymede data list --json");
  list_app->callback([list_json] { list(*list_json); });

  auto* info_app = app.add_subcommand("info", "counts, shapes, classes, channel means, checksum");
  auto info_chosen = std::make_shared<ChosenData>();
  auto info_json = std::make_shared<bool>(false);
  info_chosen->add_to(*info_app);
  info_app->add_flag("--json", *info_json, "one JSON document");
  show_examples(*info_app, "ganymede data info cifar10 --class frog\nganymede data info photos.zip --size 64,96");
  info_app->callback([info_chosen, info_json] {
    const auto dataset = info_chosen->open();
    const auto statistics = data::statistics(*dataset);
    if (*info_json)
      info_as_json(*dataset, statistics);
    else
      info_as_text(*dataset, statistics);
  });

  add_preview(*app.add_subcommand("preview", "a sheet of images, a row for each class"));

  add_data_check(*app.add_subcommand("check", "what is in a data set or images, and what a training would make of it"));
  add_data_prepare(*app.add_subcommand("prepare", "pack a data set into one file that opens at once"));
  add_data_dedup(*app.add_subcommand("dedup", "find images that look the same"));

  auto* fetch_app = app.add_subcommand("fetch", "download a data set, with checksum and resume");
  auto flags = std::make_shared<FetchFlags>();
  fetch_app
      ->add_option("set", flags->what,
                   "a data set's name, 'inception' (the network FID is defined with), or the address of a file")
      ->required()
      ->type_name("NAME|URL");
  fetch_app->add_option("--data", flags->folder, "where to put it; default: $GANYMEDE_DATA/NAME, else datasets/NAME")
      ->type_name("DIR");
  fetch_app->add_option("--split", flags->splits, "only this split; may be repeated")->allow_extra_args(false);
  fetch_app->add_option("--from", flags->from, "download from this address instead of the official one")
      ->type_name("URL");
  fetch_app->add_option("--checksum", flags->checksum, "for an address: what the file must have")
      ->type_name("md5:HEX|sha256:HEX");
  show_examples(*fetch_app, "ganymede data fetch cifar10\nganymede data fetch mnist --split test");
  fetch_app->callback([flags] { fetch(*flags); });
}

}  // namespace ganymede::cli
