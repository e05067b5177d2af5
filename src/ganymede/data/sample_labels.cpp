// Labels of WebDataset's samples: files of one name in a tar (up to the first dot), of which .cls holds the class's
// number and .json what is known besides.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <set>
#include <unordered_map>

#include "ganymede/core/counted.h"
#include "ganymede/core/error.h"
#include "ganymede/core/json_text.h"
#include "ganymede/core/text.h"
#include "ganymede/data/labels.h"

namespace ganymede::data {
namespace {

/// A sample: its label files and its images (their places among those asked for).
struct Sample {
  const SideFile *cls = nullptr, *json = nullptr;
  std::vector<std::size_t> images;
  bool has_image = false;  ///< asked for or not
};

using Samples = std::map<std::pair<std::size_t, std::string>, Sample>;  // by shard and key

Samples group(const ImageStore& store, const std::vector<std::size_t>& images) {
  Samples samples;
  const auto of = [&](std::size_t image) -> Sample& {
    return samples[{store.shard(image), sample_key(store.inner(image))}];
  };
  for (std::size_t i = 0; i < store.count(); ++i) of(i).has_image = true;
  for (std::size_t i = 0; i < images.size(); ++i) of(images[i]).images.push_back(i);
  for (const auto& file : store.side_files().files) {
    if (is_table_name(file.name)) continue;
    const std::string ending = sample_ending(file.name);
    Sample& sample = samples[{file.shard, sample_key(file.name)}];
    if (ending == "cls") sample.cls = &file;
    if (ending == "json") sample.json = &file;
  }
  return samples;
}

std::string trimmed(const Bytes& bytes) {
  std::string text(bytes.begin(), bytes.end());
  constexpr const char* kSpace = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(kSpace), end = text.find_last_not_of(kSpace);
  return begin == std::string::npos ? "" : text.substr(begin, end + 1 - begin);
}

/// "7" of "007": a number is one whatever it is written with.
std::string number_or_name(std::string text) {
  const bool digits = !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
  if (!digits) return listed_name(text);
  return text.substr(std::min(text.find_first_not_of('0'), text.size() - 1));
}

/// What is counted while labels are read.
struct Tally {
  std::size_t cls = 0, json = 0, bad = 0, lists = 0, second = 0, without_image = 0;
  std::string first_bad, fault, key;
};

/// Reads the label files of samples.
class LabelReader {
 public:
  LabelReader(std::string key, Tally& tally) : key_(std::move(key)), tally_(tally) {}

  std::string of_cls(const SideFile& file) {
    constexpr std::size_t kLongest = 200;
    const std::string text = trimmed(file.bytes);
    if (text.size() <= kLongest && is_utf8(text)) return number_or_name(text);
    bad(file, "no label but other content");
    return {};
  }
  /// The value of the key asked for, else of the first known one of the keys.
  std::string of_json(const SideFile& file, const std::vector<std::string>& keys) {
    try {
      const auto root = parse_json({reinterpret_cast<const char*>(file.bytes.data()), file.bytes.size()}, "");
      for (const auto& key : keys) {
        if (!root.is_object() || !root.contains(key) || root[key].is_null()) continue;
        const auto& value = root[key];
        if (value.is_structured()) {
          ++tally_.lists;
          return {};
        }
        tally_.key = key;
        return value.is_string() ? listed_name(value.get<std::string>()) : value.dump();
      }
    } catch (const Error& error) {
      bad(file, error.what_happened());
    }
    return {};
  }
  std::string label(const Sample& sample) {
    const bool cls_asked = key_.empty() || key_ == "cls";
    if (sample.cls != nullptr && cls_asked) {
      ++tally_.cls;
      return of_cls(*sample.cls);
    }
    if (sample.json == nullptr) return {};
    ++tally_.json;
    return of_json(*sample.json, key_.empty() ? label_keys() : std::vector<std::string>{key_});
  }

 private:
  void bad(const SideFile& file, const std::string& fault) {
    if (tally_.bad++ > 0) return;
    tally_.first_bad = listed_name(file.name);
    tally_.fault = fault;
  }
  std::string key_;
  Tally& tally_;
};

/// The image of a sample that has several: the one whose name has the fewest dots, the first by name among those.
std::size_t image_meant(const Sample& sample, const ImageStore& store, const std::vector<std::size_t>& images) {
  const auto rank = [&](std::size_t place) {
    const std::string ending = sample_ending(store.inner(images[place]));
    return std::pair(std::count(ending.begin(), ending.end(), '.'), ending);
  };
  return *std::min_element(sample.images.begin(), sample.images.end(),
                           [&](std::size_t a, std::size_t b) { return rank(a) < rank(b); });
}

/// Names instead of numbers: those of classnames.txt by line, else what the .json files of all samples of a number
/// call it. Says nothing where they contradict each other.
std::map<std::string, std::string> names_of_numbers(const ImageStore& store, const Samples& samples,
                                                    const std::vector<std::string>& values) {
  static const std::vector<std::string> kNames(label_keys().begin(), label_keys().begin() + 4);
  std::map<std::string, std::string> names;
  std::set<std::string> given;
  for (const auto& file : store.side_files().files) {
    if (base_name(file.name) != kClassNames) continue;
    const std::string text = trimmed(file.bytes) + "\n";
    std::size_t line = 0;
    for (std::size_t begin = 0, end = 0; (end = text.find('\n', begin)) != std::string::npos; begin = end + 1) {
      const std::string name = trimmed(
          Bytes(text.begin() + static_cast<std::ptrdiff_t>(begin), text.begin() + static_cast<std::ptrdiff_t>(end)));
      names[std::to_string(line++)] = listed_name(name);
    }
  }
  if (names.empty()) {
    Tally unused;
    LabelReader reader("", unused);
    for (const auto& [key, sample] : samples) {
      if (sample.cls == nullptr || sample.json == nullptr || sample.images.empty()) continue;
      const std::string name = reader.of_json(*sample.json, kNames);
      const auto [found, fresh] = names.emplace(values[sample.images.front()], name);
      if (name.empty() || found->second != name) return {};
    }
  }
  for (const auto& [number, name] : names) {
    if (name.empty() || !given.insert(name).second) return {};
  }
  const bool all = std::all_of(values.begin(), values.end(), [&](const auto& value) {
    const bool number = value.find_first_not_of("0123456789") == std::string::npos;
    return value.empty() || (number && names.contains(value));
  });
  return all ? names : std::map<std::string, std::string>{};
}

std::vector<std::string> notes_of(const Tally& tally, const ImageStore& store, const Samples& samples) {
  std::vector<std::string> notes;
  if (tally.cls > 0) notes.push_back(fmt::format("the classes are those of {}", counted(tally.cls, ".cls file")));
  if (tally.json > 0) {
    notes.push_back(
        fmt::format("the classes are those of {}, key '{}'", counted(tally.json, ".json file"), printable(tally.key)));
  }
  if (tally.without_image > 0)
    notes.push_back(fmt::format("left out: {} without an image", counted(tally.without_image, "sample")));
  if (tally.second > 0)
    notes.push_back(fmt::format("left out: {} beside the first of a sample", counted(tally.second, "image")));
  if (tally.bad > 0) {
    notes.push_back(fmt::format("{} of labels cannot be read (the first: {}: {})", counted(tally.bad, "file"),
                                tally.first_bad, tally.fault));
  }
  if (tally.lists > 0)
    notes.push_back(fmt::format("{} a list, which no class can be", counted(tally.lists, "label is", "labels are")));
  if (const auto& files = store.side_files(); files.apart > 0) {
    notes.push_back(fmt::format(
        "the members of {} stand apart in their archive, which other readers take for several (the first: {})",
        counted(files.apart, "sample"), listed_name(files.first_apart)));
  }
  std::map<std::string, std::size_t> shards_of;
  std::string first;
  std::size_t shared = 0;
  for (const auto& [key, sample] : samples) {
    if (!sample.images.empty() && ++shards_of[key.second] == 2 && shared++ == 0) first = listed_name(key.second);
  }
  if (shared > 0) {
    notes.push_back(fmt::format("{} in more than one shard, all of which are taken (the first: {})",
                                counted(shared, "key is", "keys are"), first));
  }
  return notes;
}

}  // namespace

std::optional<Labelling> labels_of_samples(const ImageStore& store, const std::vector<std::size_t>& images,
                                           const std::string& key, bool in_folders, std::vector<std::string>& notes) {
  const auto& files = store.side_files().files;
  const auto of_samples = std::count_if(files.begin(), files.end(), [](const auto& file) {
    return !is_table_name(file.name) && base_name(file.name) != kClassNames;
  });
  if (of_samples == 0) return std::nullopt;
  const Samples samples = group(store, images);
  std::size_t cls = 0, json = 0;
  for (const auto& [at, sample] : samples) {
    cls += sample.cls != nullptr && !sample.images.empty() ? 1 : 0;
    json += sample.json != nullptr && !sample.images.empty() ? 1 : 0;
  }
  const auto unused = [&] {
    notes.push_back(fmt::format("left out: {} beside the images", counted(of_samples, ".cls or .json file")));
    return std::nullopt;
  };
  if (cls == 0 && (json == 0 || (in_folders && key.empty()))) return unused();

  Labelling out{std::vector<std::string>(images.size()), std::vector<bool>(images.size()), {}, {}};
  Tally tally;
  LabelReader reader(key, tally);
  for (const auto& [at, sample] : samples) {
    if (sample.images.empty()) {
      const bool labelled = sample.cls != nullptr || sample.json != nullptr;
      tally.without_image += labelled && !sample.has_image ? 1 : 0;
      continue;
    }
    const std::size_t meant = image_meant(sample, store, images);
    for (const std::size_t place : sample.images) out.left_out[place] = place != meant;
    tally.second += sample.images.size() - 1;
    out.values[meant] = reader.label(sample);
  }
  const auto labelled = [](const std::string& value) { return !value.empty(); };
  if (std::none_of(out.values.begin(), out.values.end(), labelled)) return unused();
  out.notes = notes_of(tally, store, samples);
  if (tally.cls > 0) {
    const auto names = names_of_numbers(store, samples, out.values);
    std::map<std::size_t, std::string> in_order;
    for (auto& value : out.values) {
      const auto found = names.find(value);
      if (found == names.end()) continue;
      std::size_t number = 0;
      std::from_chars(value.data(), value.data() + value.size(), number);
      in_order[number] = found->second;
      value = found->second;
    }
    for (const auto& [number, name] : in_order) out.classes.push_back(name);
  }
  return out;
}

}  // namespace ganymede::data
