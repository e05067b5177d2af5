#include "ganymede/config/blocks.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>
#include <tuple>

#include "ganymede/core/counted.h"

namespace ganymede::config {
namespace {

constexpr const char* kUse = "use";
constexpr const char* kTimes = "times";
constexpr const char* kLayers = "layers";

[[noreturn]] void refuse(const Place& place) {
  throw UsageError("an entry must be a table such as { dense = 128 } or a name such as \"relu\"", place.at(nullptr));
}

/// `place` with the line on which `node` stands, as far as it knows; what --set brought stands in that flag.
Place located(Place place, const toml::node& node) {
  if (node.source().path) {
    place.file = *node.source().path;
    place.line = 0;
  } else if (node.source().begin.line > 0) {
    place.line = node.source().begin.line;
  }
  return place;
}

/// The key that stands first in the text. One that --set put in has no position: it stands behind the others.
std::string first_key(const toml::table& table) {
  auto first = table.begin();
  const auto position = [](const auto& entry) {
    const auto& begin = entry->first.source().begin;
    return std::tuple(begin.line == 0, begin.line, begin.column);
  };
  for (auto entry = table.begin(); entry != table.end(); ++entry) {
    if (position(entry) < position(first)) first = entry;
  }
  return std::string(first->first.str());
}

/// About as many bytes as it has in text.
std::size_t bytes_of(const toml::node& node) {
  std::size_t sum = 1;
  if (const auto* array = node.as_array()) {
    for (const auto& element : *array) sum += bytes_of(element);
  } else if (const auto* table = node.as_table()) {
    for (const auto& [key, value] : *table) sum += key.str().size() + bytes_of(value);
  } else if (const auto* text = node.as_string()) {
    sum += (*text)->size();
  }
  return sum;
}

/// The parameter that a value names: "$filters".
std::optional<std::string> parameter_of(const toml::node& node) {
  const auto* text = node.as_string();
  if (text == nullptr || (*text)->size() < 2 || (*text)->front() != '$') return std::nullopt;
  return (*text)->substr(1);
}

OptionTable named_alone(const std::string& kind, Place place) {
  OptionTable out{kind, {}, std::move(place), {}};
  out.values.insert(kind, true);
  out.bare = true;
  return out;
}

}  // namespace

Blocks::Blocks(const toml::table& section, std::string file) : file_(std::move(file)) {
  for (const auto& [key, node] : section) {
    Block block{std::string(key.str()), node.as_array(), node.as_table()};
    const Place place = located({file_, fmt::format("[blocks] {}", block.name)}, node);
    if (block.parameters != nullptr) {
      const auto* layers = block.parameters->get(kLayers);
      block.layers = layers != nullptr ? layers->as_array() : nullptr;
      for (const char* reserved : {kUse, kTimes}) {
        if (block.parameters->contains(reserved)) {
          throw UsageError(fmt::format("a parameter cannot be called '{}'", reserved), place.at(nullptr),
                           "whoever uses a block says so with that word");
        }
      }
    }
    if (block.layers == nullptr || block.layers->empty()) {
      throw UsageError(fmt::format("the block '{}' has no layers", block.name), place.at(nullptr),
                       "write a list of at least one, or a section with `layers`");
    }
    blocks_.push_back(block);
  }
}

std::vector<OptionTable> Blocks::entries(const toml::array& list, const Place& place, const std::string& what) {
  std::vector<OptionTable> out;
  for (std::size_t i = 0; i < list.size(); ++i) {
    Place numbered = place;
    if (!what.empty()) numbered.section += fmt::format(" {} {}", what, i + 1);
    add(*list.get(i), nullptr, numbered, out);
  }
  return out;
}

OptionTable Blocks::entry(const toml::node& node, const Place& place) {
  std::vector<OptionTable> out;
  add(node, nullptr, place, out);
  return std::move(out.at(0));
}

std::vector<OptionTable> Blocks::unused() {
  const toml::table none;
  std::vector<OptionTable> out;
  for (auto& block : blocks_) {
    if (!block.used) put(block, none, nullptr, {file_, "[blocks]"}, out);
  }
  return out;
}

/// Follows names of parameters to a value.
Blocks::Found Blocks::resolved(const toml::node& node, const Scope* scope, const Place& place) const {
  const auto name = scope != nullptr ? parameter_of(node) : std::nullopt;
  if (!name) return {node, scope};
  if (const auto* given = scope->arguments.get(*name)) return resolved(*given, scope->outer, place);
  std::vector<std::string> known;
  if (scope->block.parameters != nullptr) {
    for (const auto& [key, value] : *scope->block.parameters) {
      if (key.str() == *name && key.str() != kLayers) return {value, nullptr};
      if (key.str() != kLayers) known.emplace_back(key.str());
    }
  }
  throw UsageError(fmt::format("the block '{}' has no parameter '{}'", scope->block.name, *name),
                   located(place, node).at(nullptr),
                   known.empty() ? "give it one, with its default, beside `layers`" : suggest(*name, known));
}

/// Whether an array is a list of layers, not of numbers.
bool Blocks::lists_entries(const toml::array& array, const Scope* scope, const Place& place) const {
  return std::all_of(array.begin(), array.end(), [&](const toml::node& element) {
    const toml::node& value = resolved(element, scope, place).node;
    return value.is_table() || value.is_string() || value.is_array();
  });
}

void Blocks::add_list(const toml::array& list, const Scope* scope, const Place& place, std::vector<OptionTable>& out) {
  if (++nesting_ > kMaxNesting) {
    throw UsageError(fmt::format("lists of layers stand more than {} deep in each other", kMaxNesting),
                     place.at(nullptr));
  }
  for (const auto& node : list) add(node, scope, place, out);
  --nesting_;
}

void Blocks::add(const toml::node& node, const Scope* scope, Place place, std::vector<OptionTable>& out) {
  place = located(std::move(place), node);
  const auto [value, inner] = resolved(node, scope, place);
  if (const auto* list = value.as_array(); list != nullptr && &value != &node)
    return add_list(*list, inner, place, out);
  count(1, 0, place);
  if (const auto name = value.value_exact<std::string>()) {
    count(0, name->size(), place);
    return out.push_back(named_alone(*name, place));
  }
  const auto* table = value.as_table();
  if (table == nullptr || table->empty()) refuse(place);
  const std::string kind = first_key(*table);
  if (kind == kUse) return use(*table, inner, place, out);
  out.push_back(table_of(*table, kind, inner, place));
}

OptionTable Blocks::table_of(const toml::table& table, const std::string& kind, const Scope* scope,
                             const Place& place) {
  OptionTable out{kind, {}, place, {}};
  for (const auto& [key, node] : table) add_option(out, std::string(key.str()), node, scope);
  return out;
}

void Blocks::add_option(OptionTable& out, const std::string& key, const toml::node& node, const Scope* scope) {
  const auto [value, inner] = resolved(node, scope, out.place);
  const auto* array = value.as_array();
  const auto is_table = [](const toml::node& element) { return element.is_table(); };
  if (array != nullptr && lists_entries(*array, inner, out.place)) {
    OptionList list{key, {}};
    add_list(*array, inner, out.place, list.entries);
    // Names alone may also be meant as strings; whoever reads the option decides.
    out.values.insert_or_assign(key, std::any_of(array->begin(), array->end(), is_table) ? toml::array{} : *array);
    out.lists.push_back(std::move(list));
    return;
  }
  count(0, key.size() + bytes_of(value), out.place);
  if (value.source().path) out.brought.emplace_back(key, *value.source().path);
  if (array == nullptr) {
    value.visit([&](const auto& concrete) { out.values.insert_or_assign(key, concrete); });
    return;
  }
  toml::array copy;
  for (const auto& element : *array) {
    resolved(element, inner, out.place).node.visit([&](const auto& concrete) { copy.push_back(concrete); });
  }
  out.values.insert_or_assign(key, std::move(copy));
}

void Blocks::use(const toml::table& table, const Scope* scope, const Place& place, std::vector<OptionTable>& out) {
  const toml::node& what = resolved(*table.get(kUse), scope, place).node;
  const auto name = what.value_exact<std::string>();
  if (!name) throw UsageError("'use' must be the name of a block", place.at(nullptr));
  Block& block = named(*name, what, place);
  check_arguments(block, table, place);
  std::int64_t times = 1;
  if (const auto* given = table.get(kTimes)) {
    const auto number = resolved(*given, scope, place).node.value_exact<std::int64_t>();
    if (!number || *number < 1 || *number > kMaxTimes) {
      throw UsageError(fmt::format("'times' must be a whole number from 1 to {}", kMaxTimes), place.at(nullptr));
    }
    times = *number;
  }
  for (std::int64_t i = 0; i < times; ++i) put(block, table, scope, place, out);
}

void Blocks::check_arguments(const Block& block, const toml::table& table, const Place& place) const {
  std::vector<std::string> known{kUse, kTimes};
  if (block.parameters != nullptr) {
    for (const auto& [key, value] : *block.parameters) {
      if (key.str() != kLayers) known.emplace_back(key.str());
    }
  }
  for (const auto& [key, node] : table) {
    const std::string given(key.str());
    if (std::find(known.begin(), known.end(), given) != known.end()) continue;
    throw UsageError(fmt::format("the block '{}' has no parameter '{}'", block.name, given), place.at(nullptr),
                     suggest(given, known));
  }
}

/// Adds the block's entries once.
void Blocks::put(Block& block, const toml::table& arguments, const Scope* scope, const Place& place,
                 std::vector<OptionTable>& out) {
  const bool inside = std::find(open_.begin(), open_.end(), block.name) != open_.end();
  open_.push_back(block.name);
  if (inside) {
    throw UsageError(fmt::format("the block '{}' uses itself: {}", block.name, fmt::join(open_, " -> ")),
                     place.at(nullptr), "a block may use others, but no way may lead back");
  }
  block.used = true;
  Place within = place;
  within.section += fmt::format(", block '{}'", block.name);
  if (place.line > 0) within.section += fmt::format(" used on line {}", place.line);
  within.file = file_;
  const Scope own{block, arguments, scope};
  add_list(*block.layers, &own, within, out);
  open_.pop_back();
}

void Blocks::count(int layers, std::size_t bytes, const Place& place) {
  layers_ += layers;
  bytes_ += bytes;
  if (layers_ <= kMaxLayers && bytes_ <= kMaxLayerBytes) return;
  throw UsageError(layers_ > kMaxLayers ? fmt::format("the recipe has more than {}, its blocks in their places",
                                                      counted(kMaxLayers, "layer"))
                                        : "the recipe's layers, its blocks in their places, are too long a text",
                   place.at(nullptr));
}

Blocks::Block& Blocks::named(const std::string& name, const toml::node& node, const Place& place) {
  std::vector<std::string> known;
  for (auto& block : blocks_) {
    if (block.name == name) return block;
    known.push_back(block.name);
  }
  throw UsageError(fmt::format("unknown block '{}'", name), located(place, node).at(nullptr),
                   known.empty() ? "add it to [blocks]" : suggest(name, known));
}

}  // namespace ganymede::config
