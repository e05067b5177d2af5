// What files beside the images say of their classes: tables (labels.csv, metadata.csv, metadata.jsonl, dataset.json,
// ...) and, in tar archives, the .cls and .json files of WebDataset's samples.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ganymede/data/image_store.h"

namespace ganymede::data {

/// Whether a file is a table of labels by its name: labels, metadata or dataset with .csv, .tsv, .json or .jsonl.
bool is_table_name(const std::string& name);
/// A class's name a line, the first being that of number 0.
inline constexpr const char* kClassNames = "classnames.txt";
/// Whether it is the label of a sample in a tar archive: .cls or .json; or kClassNames.
bool is_sample_label(const std::string& name);
inline bool is_side_file(const std::string& name) {
  return is_table_name(name) || is_sample_label(name);
}

/// What the files of a sample have in common: folders, and the name up to its first dot.
std::string sample_key(const std::string& name);
/// What stands behind that dot, in small letters: "jpg", "seg.png".
std::string sample_ending(const std::string& name);

/// The columns and keys that are taken for a class where none is named, the best first: names before numbers.
const std::vector<std::string>& label_keys();

/// The labels of some images of a store.
struct Labelling {
  std::vector<std::string> values;   ///< of each of the images asked for; "" where it has none
  std::vector<bool> left_out;        ///< as many: those that do not belong to the set
  std::vector<std::string> classes;  ///< all classes in their order; empty: the values that occur, in theirs
  std::vector<std::string> notes;
};

/// What the side files of a store say of `images`. `key` names the column or the JSON key that is the class; where it
/// is empty, label_keys() are looked for. `in_folders`: folders tell the images' classes already, so that the .json
/// files of a tar are not asked. `values` are further columns that were asked for: none of them names images where
/// another does. Nothing where no file tells a class; `notes` then says what was not used.
/// Throws Error for damaged tables, and UsageError for a key that is nowhere or several tables of one folder.
std::optional<Labelling> labels_beside(const ImageStore& store, const std::vector<std::size_t>& images,
                                       const std::string& key, bool in_folders, std::vector<std::string>& notes,
                                       const std::vector<std::string>& values = {});

/// The part of it that tables tell, and the part that samples tell.
std::optional<Labelling> labels_of_tables(const ImageStore& store, const std::vector<std::size_t>& images,
                                          const std::string& key, std::vector<std::string>& notes,
                                          std::vector<std::string> values = {});
std::optional<Labelling> labels_of_samples(const ImageStore& store, const std::vector<std::size_t>& images,
                                           const std::string& key, bool in_folders, std::vector<std::string>& notes);

}  // namespace ganymede::data
