// Kinds by name: how a table of a recipe becomes the object it describes. One explicit function a folder fills it.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "ganymede/config/recipe.h"

namespace ganymede::config {

/// Reads `Made`, an interface, from option tables.
template <class Made>
class Registry {
 public:
  using Read = std::function<std::unique_ptr<Made>(FieldReader&)>;

  /// `what` names the interface in messages: "objective".
  explicit Registry(std::string what) : what_(std::move(what)) {}

  void add(const std::string& kind, Read read) { readers_[kind] = std::move(read); }

  /// Throws UsageError for an unknown kind or option, naming the nearest.
  std::unique_ptr<Made> read(const OptionTable& table) const {
    const auto found = readers_.find(table.kind);
    if (found == readers_.end()) {
      const auto* node = table.values.get("name") != nullptr ? table.values.get("name") : table.values.get(table.kind);
      throw UsageError("unknown " + what_ + " '" + table.kind + "'", table.place.at(node),
                       suggest(table.kind, kinds()));
    }
    FieldReader reader(table.values, table.place);
    auto made = found->second(reader);
    reader.reject_unknown();
    return made;
  }

  std::vector<std::string> kinds() const {
    std::vector<std::string> out;
    for (const auto& [kind, read] : readers_) out.push_back(kind);
    return out;
  }

 private:
  std::string what_;
  std::map<std::string, Read> readers_;
};

/// Registers `Type`, which has a public member `options` with a field list.
template <class Type, class Made>
void add_kind(Registry<Made>& registry, const std::string& kind) {
  registry.add(kind, [](FieldReader& reader) {
    auto made = std::make_unique<Type>();
    visit_fields(reader, made->options);
    return made;
  });
}

}  // namespace ganymede::config
