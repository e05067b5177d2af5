// ganymede data check: the first thing to do with images of one's own
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>

#include "cli/chosen_data.h"
#include "cli/command.h"
#include "cli/data_sheet.h"
#include "cli/image_output.h"
#include "ganymede/config/overrides.h"
#include "ganymede/core/counted.h"
#include "ganymede/core/error.h"
#include "ganymede/core/files.h"
#include "ganymede/core/shell_word.h"
#include "ganymede/core/text.h"
#include "ganymede/data/image_store.h"
#include "ganymede/data/sources.h"
#include "ganymede/data/survey.h"
#include "ganymede/image/encode.h"
#include "ganymede/models/gan.h"
#include "ganymede/operations/model.h"
#include "ganymede/recipe/class_count.h"
#include "ganymede/recipe/recipe_fields.h"

namespace ganymede::cli {
namespace {

/// Side of the sheet's images.
constexpr int kSheetSide = 64;
constexpr std::size_t kSheetEach = 10;
constexpr std::size_t kShown = 20;

struct CheckFlags {
  std::string what, recipe, out, label;
  std::vector<std::string> splits;
  int channels = 0, bits = 8;
  bool json = false;
};

/// All that is found out about a set.
struct Check {
  data::DatasetOptions options;
  std::vector<std::string> names;
  std::vector<std::int32_t> labels;
  std::vector<std::string> classes, splits, notes;
  std::vector<data::Examined> examined;
  bool images = false;  ///< of files, each with its format

  std::vector<std::size_t> bad() const {
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < examined.size(); ++i) {
      if (!examined[i].fault.empty()) places.push_back(i);
    }
    return places;
  }
  std::vector<std::string> survey_notes() const {
    return images ? data::survey_notes(examined, data::decode_options(options)) : std::vector<std::string>();
  }
  /// Sound images of each class.
  std::vector<std::size_t> per_class() const {
    std::vector<std::size_t> counts(classes.size());
    for (std::size_t i = 0; i < examined.size(); ++i) {
      if (examined[i].fault.empty() && labels[i] >= 0) ++counts[static_cast<std::size_t>(labels[i])];
    }
    return counts;
  }
  /// How often each value of `of` occurs among the sound images.
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
std::string channels_text(int channels) {
  return channels == 1 ? "grey" : channels == 3 ? "RGB" : counted(channels, "channel");
}
std::string channels_of(const data::Examined& e) {
  return channels_text(e.channels);
}

/// Images in files, as far as they are listed.
void examine_listed(const data::Listed& listed, Check& check) {
  check.images = true;
  for (const auto image : listed.listing.images) check.names.push_back(listed_name(listed.store->name(image)));
  check.labels = listed.listing.labels;
  check.classes = listed.listing.classes;
  check.splits = listed.info.splits;
  check.examined = data::examine(*listed.store, listed.listing.images, data::decode_options(check.options));
  check.notes = listed.store->notes();
  check.notes.insert(check.notes.end(), listed.listing.notes.begin(), listed.listing.notes.end());
}

/// What the recipe asks of images, and of those of its own data set which it takes and what tells them apart; of other
/// images that would mean nothing.
data::DatasetOptions as_of_recipe(const data::DatasetOptions& found, const std::string& name) {
  const auto recipe = operations::recipe_or_model(name);
  data::DatasetOptions options = recipe.data.name == found.name ? recipe.data : data::DatasetOptions();
  const image::DecodeOptions depth{recipe.data.bits,
                                   static_cast<int>(models::outline_gan(recipe).image_shape().channels())};
  options.name = found.name;
  options.path = found.path;
  options.size = {};  // each as it is
  options.channels = depth.stored_channels() ? depth.channels : 0;
  options.bits = depth.bits;
  options.profiles = recipe.data.profiles;
  return options;
}

data::DatasetOptions options_of(const CheckFlags& flags) {
  ChosenData chosen;
  chosen.choose(flags.what, {});
  data::DatasetOptions options = chosen.options();
  if (!flags.recipe.empty()) options = as_of_recipe(options, flags.recipe);
  if (!flags.splits.empty()) options.splits = flags.splits;
  if (!flags.label.empty()) options.label = flags.label;
  if (flags.channels != 0) options.channels = flags.channels;
  if (flags.bits != 8) options.bits = flags.bits;
  return data::settled(options);
}

Check examine(const CheckFlags& flags) {
  Check check;
  check.options = options_of(flags);
  if (const auto list = data::source_named(check.options.name).list; list != nullptr) {
    data::DatasetOptions options = check.options;
    examine_listed(list(options), check);
    return check;
  }
  const auto dataset = data::open_source(check.options);
  for (std::size_t i = 0; i < dataset->size(); ++i) {
    check.names.push_back(dataset->key(i));
    check.labels.push_back(dataset->label(i));
  }
  check.classes = dataset->info().classes;
  check.splits = dataset->info().splits;
  check.notes = dataset->info().notes;
  check.examined = data::examine(*dataset);
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

/// What a training with a recipe would do with the images.
std::string recipe_text(const Check& check, const std::string& name) {
  const auto recipe = operations::recipe_or_model(name);
  const auto gan = models::outline_gan(recipe);
  const auto shape = gan.image_shape();
  const std::string wanted = fmt::format("{}x{}", shape.width(), shape.height());
  const auto sizes = check.counts(size_of);
  const std::size_t as_they_are = sizes.contains(wanted) ? sizes.at(wanted) : 0;
  std::size_t sound = 0, smaller = 0, coloured = 0;
  for (const auto& e : check.examined) {
    sound += e.fault.empty() ? 1 : 0;
    smaller += e.fault.empty() && (e.width < shape.width() || e.height < shape.height()) ? 1 : 0;
    coloured += e.fault.empty() && e.channels == 3 ? 1 : 0;
  }
  std::string text = fmt::format("{} {}, of {}; {} brought to that size ({}), {} smaller than it", wanted,
                                 channels_text(static_cast<int>(shape.channels())), counted(sound, "image"),
                                 counted(sound - as_they_are, "is", "are"),
                                 config::override_text("data.fit", recipe.data.fit), counted(smaller, "is", "are"));
  if (shape.channels() == 1 && coloured > 0)
    text += fmt::format("; {} from colour to grey", counted(coloured, "is taken", "are taken"));
  const auto batch = static_cast<std::size_t>(recipe.train.batch_size);
  text += fmt::format("; {} of {} an epoch", counted((sound + batch - 1) / batch, "batch", "batches"), batch);
  if (recipe.data.name != check.options.name) {
    text += fmt::format("; the recipe reads '{}': to train it on these add --set {}", recipe.data.name,
                        shell_word(config::override_text("data.name", check.options.name)));
  }
  const auto classes = static_cast<std::int64_t>(check.classes.size());
  const bool follows = config::follows_data(recipe) && recipe.data.conditions.empty();
  if (follows && classes >= 2) {
    text += fmt::format("; its networks get {}, as the images have", counted(classes, "class", "classes"));
  } else if (follows) {
    text += "; a training refuses them: its networks have as many classes as the images, which need two at least";
  } else if (gan.classes() > 0 && recipe.data.conditions.empty() && gan.classes() != classes) {
    text += fmt::format("; a training refuses them: its networks are for {}, not {}",
                        counted(static_cast<std::uint64_t>(gan.classes()), "class", "classes"), classes);
  }
  return text;
}

void print_classes(const Check& check) {
  const auto per_class = check.per_class();
  std::size_t labelled = 0;
  if (per_class.empty()) fmt::print("  classes   none: nothing tells them\n");
  for (std::size_t i = 0; i < per_class.size(); ++i) {
    fmt::print("  {}   {:>9}  {}\n", i == 0 ? "classes" : "       ", grouped(per_class[i]), check.classes[i]);
    labelled += per_class[i];
  }
  const std::size_t without = check.examined.size() - check.bad().size() - labelled;
  if (!per_class.empty() && without > 0) fmt::print("            {:>9}  (no label)\n", grouped(without));
}

void print_text(const Check& check, const CheckFlags& flags) {
  const auto bad = check.bad();
  const auto copies = data::copies_among(check.examined);
  fmt::print("{}: {}{} ({})\n", printable(flags.what), counted(check.examined.size(), "image"),
             bad.empty() ? "" : fmt::format(", of which {} cannot be used", grouped(bad.size())), check.options.name);
  if (!check.splits.empty()) fmt::print("  split     {}\n", fmt::join(check.splits, ", "));
  if (check.images) fmt::print("  formats   {}\n", data::listed(check.counts([](const auto& e) { return e.format; })));
  fmt::print("  sizes     {}\n", sizes_text(check.counts(size_of)));
  fmt::print("  channels  {}\n", data::listed(check.counts(channels_of)));
  print_classes(check);
  auto notes = check.survey_notes();
  notes.insert(notes.end(), check.notes.begin(), check.notes.end());
  for (const auto& note : notes) fmt::print("  note      {}\n", note);
  for (std::size_t i = 0; i < std::min(kShown, copies.size()); ++i) {
    fmt::print("  copy      {} = {}\n", check.names[copies[i].first], check.names[copies[i].second]);
  }
  if (copies.size() > kShown)
    fmt::print("  copy      and {} more (--json lists all)\n", grouped(copies.size() - kShown));
  for (const auto place : bad) fmt::print("  bad       {}: {}\n", check.names[place], check.examined[place].fault);
  if (!flags.recipe.empty()) fmt::print("  {}: {}\n", flags.recipe, recipe_text(check, flags.recipe));
  if (!bad.empty()) fmt::print("to train without the bad ones: --skip-bad\n");
}

void print_document(const Check& check, const CheckFlags& flags) {
  auto classes = nlohmann::json::array(), bad = nlohmann::json::array(), copies = nlohmann::json::array();
  const auto per_class = check.per_class();
  for (std::size_t i = 0; i < per_class.size(); ++i) {
    classes.push_back({{"name", check.classes[i]}, {"count", per_class[i]}});
  }
  for (const auto place : check.bad()) {
    bad.push_back({{"name", check.names[place]}, {"fault", printable(check.examined[place].fault)}});
  }
  for (const auto& [copy, first] : data::copies_among(check.examined))
    copies.push_back({check.names[copy], check.names[first]});
  const auto unlabelled = std::count_if(check.labels.begin(), check.labels.end(), [](auto label) { return label < 0; });
  print_json({{"path", printable(flags.what)},
              {"source", check.options.name},
              {"images", check.examined.size()},
              {"splits", check.splits},
              {"formats", check.counts([](const auto& e) { return e.format; })},
              {"sizes", check.counts(size_of)},
              {"channels", check.counts(channels_of)},
              {"classes", classes},
              {"unlabelled", unlabelled},
              {"bad", bad},
              {"copies", copies},
              {"left_out", check.notes},
              {"notes", check.survey_notes()},
              {"recipe", flags.recipe.empty() ? nlohmann::json() : nlohmann::json(recipe_text(check, flags.recipe))}});
}

void run(const CheckFlags& flags) {
  if (!flags.out.empty()) Output(flags.out, kImageKinds).require_kind(true);  // standard output has the table
  const Check check = examine(flags);
  if (flags.json) {
    print_document(check, flags);
  } else {
    print_text(check, flags);
  }
  if (flags.out.empty()) return;
  data::DatasetOptions options = check.options;
  options.size = kSheetSide;
  options.fit = data::Fit::kPad;
  options.skip_bad = true;
  const Output to(flags.out, kImageKinds);
  const auto sizes = check.counts(size_of);  // the sheet's is none of theirs
  const std::string kind = sizes.size() == 1 ? sizes.begin()->first : counted(sizes.size(), "size");
  to.write(encoded(data_sheet(*data::open_dataset(options), kSheetEach, kind), to));
  if (!flags.json) fmt::print("preview in {}\n", printable(flags.out));
}

}  // namespace

void add_data_check(CLI::App& app) {
  show_examples(app, "ganymede data check photos.zip\nganymede data check photos.zip --recipe dcgan-64 -o sheet.png");
  auto flags = std::make_shared<CheckFlags>();
  app.add_option("set", flags->what, "a folder, zip, tar or shards of images, or a data set's name or files")
      ->required()
      ->type_name("NAME|PATH");
  app.add_option("--recipe", flags->recipe, "say what this recipe would make of them");
  app.add_option("--split", flags->splits, "train, test, ...: a folder of the first level")->allow_extra_args(false);
  app.add_option("--label", flags->label, "the column of labels.csv or the .json key that is the class")
      ->type_name("NAME");
  app.add_option("--channels", flags->channels, "as many as PNGs and TIFFs have, where they are neither grey nor RGB");
  app.add_option("--bits", flags->bits, "16 keeps samples of 16 bits; else they become 8")
      ->check(CLI::IsMember({8, 16}));
  app.add_option("-o,--output", flags->out, "a sheet of some of each class: a .png or .jpg")->type_name("FILE");
  app.add_flag("--json", flags->json, "one JSON document");
  app.callback([flags] { run(*flags); });
}

}  // namespace ganymede::cli
