// Things by name: layers, objectives, penalties, augmentations, optimisers, initialisers. A folder fills each of its
// registries in one function, a line for each entry; a program may add entries of its own before it reads a recipe.
#pragma once

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "ganymede/config/option_table.h"

namespace ganymede::config {

template <class Entry>
class Registry {
 public:
  /// `what` names an entry in messages: "objective".
  explicit Registry(std::string what) : what_(std::move(what)) {}

  /// Not while another thread reads. `about` is a line without a full stop, for reference pages. Throws logic_error for
  /// a name that is there.
  void add(const std::string& name, Entry entry, std::string about = "") {
    if (find(name) != nullptr) throw std::logic_error("the " + what_ + " '" + name + "' is registered twice");
    entries_.push_back({name, std::move(about), std::move(entry)});
  }
  /// Null where there is none of that name.
  const Entry* find(const std::string& name) const {
    for (const auto& one : entries_) {
      if (one.name == name) return &one.entry;
    }
    return nullptr;
  }
  /// Throws UsageError, naming the place and the nearest known name.
  const Entry& at(const std::string& name, const std::string& where) const {
    if (const Entry* found = find(name)) return *found;
    throw UsageError("unknown " + what_ + " '" + name + "'", where, suggest(name, names()));
  }
  /// In the order in which they were added.
  std::vector<std::string> names() const {
    std::vector<std::string> out;
    for (const auto& one : entries_) out.push_back(one.name);
    return out;
  }
  /// Name and line of each, in that order.
  std::vector<std::pair<std::string, std::string>> abouts() const {
    std::vector<std::pair<std::string, std::string>> out;
    for (const auto& one : entries_) out.emplace_back(one.name, one.about);
    return out;
  }

 private:
  struct Item {
    std::string name, about;
    Entry entry;
  };
  std::string what_;
  std::vector<Item> entries_;
};

/// Makes a `Made`, an interface, of an option table: the entry of a registry of kinds.
template <class Made>
using Read = std::function<std::unique_ptr<Made>(FieldReader&)>;

/// What the table describes. Throws UsageError for an unknown kind or option, naming the nearest.
template <class Made>
std::unique_ptr<Made> read(const Registry<Read<Made>>& registry, const OptionTable& table) {
  const auto* node = table.values.get("name") != nullptr ? table.values.get("name") : table.values.get(table.kind);
  const auto& read_options = registry.at(table.kind, table.place.at(node));
  FieldReader reader(table);
  auto made = read_options(reader);
  reader.reject_unknown();
  return made;
}

/// The options of a kind that is there.
template <class Made>
std::vector<FieldRow> fields_of(const Registry<Read<Made>>& registry, const std::string& kind) {
  std::vector<FieldRow> rows;
  FieldReader reader(rows);
  registry.at(kind, {})(reader);
  return rows;
}

/// Registers `Type`, which has a public member `options` with a field list, and is made with `arguments`.
template <class Type, class Made, class... Arguments>
void add_kind(Registry<std::function<std::unique_ptr<Made>(FieldReader&)>>& registry, const std::string& kind,
              const std::string& about, Arguments... arguments) {
  const auto read_options = [arguments...](FieldReader& reader) {
    auto made = std::make_unique<Type>(arguments...);
    visit_fields(reader, made->options);
    return made;
  };
  registry.add(kind, read_options, about);
}

/// An option that is the name of an entry: `NameIn<initialisers>`, where initialisers() gives the registry.
template <auto registry>
class NameIn {
 public:
  NameIn() = default;
  NameIn(const char* name) : name_(name) {}  // NOLINT: a literal is a name
  explicit NameIn(std::string name) : name_(std::move(name)) {}

  const std::string& text() const { return name_; }
  /// The entry. Throws UsageError where there is none, which a recipe's reader has seen to.
  const auto& entry() const { return registry().at(name_, {}); }
  static std::vector<std::string> known() { return registry().names(); }
  bool operator==(const NameIn&) const = default;

 private:
  std::string name_;
};

}  // namespace ganymede::config
