#include "ganymede/data/labels.h"

#include <fmt/format.h>

#include <algorithm>

#include "ganymede/core/error.h"
#include "ganymede/core/text.h"

namespace ganymede::data {
namespace {

std::string small_base(const std::string& name) {
  return in_small_letters(base_name(name));
}

}  // namespace

bool is_table_name(const std::string& name) {
  const std::string base = small_base(name);
  const auto dot = base.find('.');
  const std::string_view stem = std::string_view(base).substr(0, dot),
                         ending = std::string_view(base).substr(stem.size());
  return (stem == "labels" || stem == "metadata" || stem == "dataset") &&
         (ending == ".csv" || ending == ".tsv" || ending == ".json" || ending == ".jsonl");
}

bool is_sample_label(const std::string& name) {
  const std::string ending = sample_ending(name);
  return ending == "cls" || ending == "json" || base_name(name) == kClassNames;
}

std::string sample_key(const std::string& name) {
  const std::size_t base = name.rfind('/') + 1;  // npos + 1 is 0
  return name.substr(0, name.find('.', base));
}

std::string sample_ending(const std::string& name) {
  const std::string base = small_base(name);
  return base.substr(std::min(base.size(), base.find('.') + 1));
}

const std::vector<std::string>& label_keys() {
  static const std::vector<std::string> keys = {"class_name", "classname", "label_name", "label_text",
                                                "label",      "class",     "category",   "target",
                                                "cls",        "y",         "species",    "breed"};
  return keys;
}

std::optional<Labelling> labels_beside(const ImageStore& store, const std::vector<std::size_t>& images,
                                       const std::string& key, bool in_folders, std::vector<std::string>& notes,
                                       const std::vector<std::string>& values) {
  auto labelling = labels_of_tables(store, images, key, notes, values);
  if (!labelling) labelling = labels_of_samples(store, images, key, in_folders, notes);
  if (!labelling && !key.empty()) {
    throw UsageError(fmt::format("no file beside the images has labels called '{}'", printable(key)), store.root(),
                     "name a column of labels.csv or metadata.csv, or a key of a tar's .json files");
  }
  return labelling;
}

}  // namespace ganymede::data
