#include "ganymede/data/conditions.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "ganymede/core/counted.h"
#include "ganymede/core/error.h"
#include "ganymede/core/hash.h"
#include "ganymede/core/text.h"
#include "ganymede/data/labels.h"

namespace ganymede::data {
namespace {

class Conditioned : public Dataset {
 public:
  Conditioned(std::shared_ptr<const Dataset> whole, const Conditions& conditions)
      : whole_(std::move(whole)), info_(whole_->info()), width_(conditions.columns.size()) {
    info_.conditions = conditions.columns;
    info_.classes.clear();
    for (std::size_t i = 0; i < whole_->size(); ++i) {
      const auto& row = conditions.of_image.at(whole_->key(i));
      values_.insert(values_.end(), row.begin(), row.end());
    }
    std::string text = info_.checksum + "\nconditions";
    for (const auto& column : info_.conditions) text += fmt::format("\n{} {} {}", column.name, column.low, column.high);
    Digest digest;
    digest.update({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
    digest.update({reinterpret_cast<const std::uint8_t*>(values_.data()), values_.size() * sizeof(float)});
    info_.checksum = digest.hex();
  }
  const DatasetInfo& info() const override { return info_; }
  std::size_t size() const override { return whole_->size(); }
  int label(std::size_t) const override { return -1; }
  std::span<const float> conditions(std::size_t index) const override {
    return std::span(values_).subspan(index * width_, width_);
  }
  void read(std::size_t index, std::span<std::uint8_t> pixels) const override { whole_->read(index, pixels); }
  std::string key(std::size_t index) const override { return whole_->key(index); }

 private:
  std::shared_ptr<const Dataset> whole_;
  DatasetInfo info_;
  std::size_t width_;
  std::vector<float> values_;
};

/// From the lowest and highest value of a column.
Condition scaled_column(const std::string& name, double low, double high, std::vector<std::string>& notes) {
  if (low >= -1 && high <= 1) return {name, 0, 1};
  if (low == high) {
    throw Error(fmt::format("every image has {} in the column '{}'", low, printable(name)), {},
                "leave it out of conditions: it tells images nothing apart");
  }
  notes.push_back(fmt::format("the condition '{}' is {} to {}, which become 0 to 1", printable(name), low, high));
  return {name, low, high};
}

}  // namespace

std::optional<double> condition_value(const std::string& cell) {
  std::string text = cell.substr(std::min(cell.size(), cell.find_first_not_of(" \t")));
  text.erase(text.find_last_not_of(" \t") + 1);
  double value = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  if (error == std::errc{} && rest == end && std::isfinite(value)) return value;
  text = in_small_letters(text);
  if (text == "yes" || text == "true") return 1;
  if (text == "no" || text == "false") return 0;
  return std::nullopt;
}

Conditions conditions_beside(const ImageStore& store, const std::vector<std::size_t>& images,
                             const std::vector<std::string>& names, std::vector<std::size_t>& kept,
                             std::vector<std::string>& notes) {
  std::vector<std::vector<double>> values(images.size());
  std::vector<bool> without(images.size());
  std::vector<double> low(names.size(), std::numeric_limits<double>::infinity()), high(names.size(), -low[0]);
  for (std::size_t column = 0; column < names.size(); ++column) {
    if (std::find(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(column), names[column]) !=
        names.begin() + static_cast<std::ptrdiff_t>(column)) {
      throw UsageError(fmt::format("condition '{}' was asked for twice", names[column]), store.root(), "name it once");
    }
    std::vector<std::string> said;  // the column's own notes are those of a class
    const auto found = labels_beside(store, images, names[column], true, said, names);
    if (!found) throw UsageError(fmt::format("no table has a column '{}'", names[column]), store.root());
    for (std::size_t i = 0; i < images.size(); ++i) {
      without[i] = without[i] || found->left_out[i] || found->values[i].empty();
      if (without[i]) continue;
      const auto value = condition_value(found->values[i]);
      if (!value) {
        throw Error(fmt::format("'{}' is no number in the column '{}'", printable(found->values[i]), names[column]),
                    store.where(images[i]),
                    "a condition is a number, yes or no; label = \"...\" takes texts as classes");
      }
      values[i].push_back(*value);
      low[column] = std::min(low[column], *value);
      high[column] = std::max(high[column], *value);
    }
  }
  const auto missing = static_cast<std::size_t>(std::count(without.begin(), without.end(), true));
  if (missing == images.size()) throw Error("no image has a value of every condition", store.root());
  Conditions out;
  notes.push_back(fmt::format("the {} {}", names.size() == 1 ? "condition is the column" : "conditions are the columns",
                              fmt::join(names, ", ")));
  if (missing > 0) notes.push_back(fmt::format("left out: {} without a value", counted(missing, "image")));
  for (std::size_t column = 0; column < names.size(); ++column) {
    out.columns.push_back(scaled_column(names[column], low[column], high[column], notes));
  }
  for (std::size_t i = 0; i < images.size(); ++i) {
    if (without[i]) continue;
    kept.push_back(images[i]);
    std::vector<float> row;
    for (std::size_t column = 0; column < names.size(); ++column) {
      row.push_back(static_cast<float>(out.columns[column].scaled(values[i][column])));
    }
    out.of_image.emplace(listed_name(store.name(images[i])), std::move(row));
  }
  return out;
}

std::shared_ptr<const Dataset> conditioned(std::shared_ptr<const Dataset> whole, const Conditions& conditions) {
  return std::make_shared<Conditioned>(std::move(whole), conditions);
}

std::shared_ptr<const Dataset> with_conditions(std::shared_ptr<const Dataset> part, const Dataset& whole,
                                               const std::vector<std::string>& names) {
  const auto& all = whole.info().conditions;
  std::vector<std::string> known;
  for (const auto& one : all) known.push_back(one.name);
  if (part.get() == &whole && (names.empty() || names == known)) return part;
  if (known.empty() && names.empty()) return part;
  Conditions chosen;
  std::vector<std::size_t> columns;
  for (const auto& name : names.empty() ? known : names) {
    const auto found = std::find(known.begin(), known.end(), name);
    if (found == known.end()) {
      throw UsageError(fmt::format("no condition '{}'", name), whole.info().path.string(),
                       known.empty() ? "it has none" : suggest(name, known));
    }
    columns.push_back(static_cast<std::size_t>(found - known.begin()));
    chosen.columns.push_back(all[columns.back()]);
  }
  for (std::size_t i = 0; i < whole.size(); ++i) {
    const auto row = whole.conditions(i);
    auto& some = chosen.of_image[whole.key(i)];
    for (const std::size_t column : columns) some.push_back(row[column]);
  }
  return conditioned(std::move(part), chosen);
}

}  // namespace ganymede::data
