#include "ganymede/recipe/recipe.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <sstream>

#include "ganymede/augment/augment.h"
#include "ganymede/config/blocks.h"
#include "ganymede/config/old_keys.h"
#include "ganymede/config/overrides.h"
#include "ganymede/config/seed.h"
#include "ganymede/config/value_text.h"
#include "ganymede/core/files.h"
#include "ganymede/nn/labels.h"
#include "ganymede/objectives/objective.h"
#include "ganymede/objectives/penalty.h"
#include "ganymede/recipe/recipe_fields.h"
#include "ganymede/recipe/recipe_keys.h"

namespace ganymede::config {
namespace {

constexpr std::uint64_t kRecipeBytes = 1 << 20;

class Parser {
 public:
  Parser(toml::table& root, std::string origin) : root_(root), origin_(std::move(origin)) {}

  Recipe parse() {
    Recipe recipe;
    check_sections(root_, "",
                   {"name", "title", "about", "data", "source", "encoder", "latent", "blocks", "generator",
                    "discriminator", "objective", "optimizer", "augment", "train", "sample", "quality"});
    FieldReader top(root_, {origin_, ""});
    top("name", recipe.name);
    top("title", recipe.title);
    top("about", recipe.about);
    read("data", recipe.data);
    if (recipe.data.name.empty())
      throw UsageError("the recipe names no data", origin_, "add [data] with name = \"...\"");
    if (const auto* blocks = section("blocks")) blocks_ = Blocks(*blocks, origin_);
    read_start(recipe);
    read_network("generator", recipe.generator);
    read_network("discriminator", recipe.discriminator);
    nn::LayerList::from_tables(blocks_.unused());  // for the mistakes in them
    read_objective(recipe.objective, recipe.penalties);
    if (auto* optimizers = section("optimizer")) {
      check_sections(*optimizers, "optimizer.", {"generator", "discriminator"});
      read_table(optimizers->get("generator"), "optimizer.generator", recipe.optimizer_generator);
      read_table(optimizers->get("discriminator"), "optimizer.discriminator", recipe.optimizer_discriminator);
    }
    read_augment(recipe.augment);
    check_seed();
    read("train", recipe.train);
    read("sample", recipe.sample);
    read("quality", recipe.quality);
    recipe.quality.place = place_of_metric();
    const auto& train = recipe.train;
    if (train.steps.has_value() == train.epochs.has_value()) {
      throw UsageError(train.steps ? "both 'steps' and 'epochs' are given" : "neither 'steps' nor 'epochs' is given",
                       origin_ + " in [train]", "give exactly one of them");
    }
    return recipe;
  }

 private:
  Place place_of_metric() {
    Place place{origin_, "[quality]"};
    const auto* quality = section("quality");
    const auto* node = quality != nullptr ? quality->get("metric") : nullptr;
    if (node == nullptr) return place;
    if (node->source().path)
      place.file = *node->source().path;
    else
      place.line = node->source().begin.line;
    return place;
  }
  /// What --set gives has the rule and the words of --seed. A file may hold a larger seed: earlier versions wrote them.
  void check_seed() {
    const toml::table* train = section("train");
    const toml::node* node = train != nullptr ? train->get("seed") : nullptr;
    const auto seed = node != nullptr ? node->value_exact<std::int64_t>() : std::nullopt;
    const bool in_file = seed && !node->source().path;
    if (!seed || (*seed >= 0 && (in_file || static_cast<std::uint64_t>(*seed) <= kLargestSeed))) return;
    throw UsageError(fmt::format("'seed' is {}: {}", *seed, kSeedRule), Place{origin_, "[train]"}.at(node));
  }
  static void check_sections(const toml::table& table, const std::string& prefix, const std::vector<std::string>& known,
                             const std::string& origin) {
    for (const auto& [key, node] : table) {
      const std::string name(key.str());
      if (std::find(known.begin(), known.end(), name) != known.end()) continue;
      throw UsageError(fmt::format("unknown {} '{}{}'", node.is_table() ? "section" : "key", prefix, name),
                       Place{origin, ""}.at(&node), suggest(name, known));
    }
  }
  void check_sections(const toml::table& table, const std::string& prefix,
                      const std::vector<std::string>& known) const {
    check_sections(table, prefix, known, origin_);
  }

  toml::table* as_section(toml::node* node, const std::string& name) const {
    if (node == nullptr) return nullptr;
    auto* table = node->as_table();
    if (table == nullptr) {
      throw UsageError(fmt::format("'{}' must be a section", name), Place{origin_, ""}.at(node),
                       fmt::format("write [{}]", name));
    }
    return table;
  }
  toml::table* section(const char* name) const { return as_section(root_.get(name), name); }

  template <class Config>
  void read_table(toml::node* node, const std::string& name, Config& config) const {
    const auto* table = as_section(node, name);
    if (table == nullptr) return;
    FieldReader reader(*table, {origin_, "[" + name + "]"});
    visit_fields(reader, config);
    reader.reject_unknown();
  }
  template <class Config>
  void read(const char* name, Config& config) const {
    read_table(root_.get(name), name, config);
  }

  /// What the generator starts from: noise, or the code of another data set's images.
  void read_start(Recipe& recipe) {
    if (section("source") == nullptr && section("encoder") == nullptr) return read("latent", recipe.latent);
    read("source", recipe.source);
    if (section("encoder") == nullptr) {
      throw UsageError("the recipe translates nothing: it has a [source] and no [encoder]", origin_,
                       "leave the source out");
    }
    if (recipe.source.name.empty())
      throw UsageError("the encoder has no source", origin_,
                       "add [source] with name = \"...\", or take [encoder] away");
    if (recipe.source.size == 0) {
      throw UsageError("the source has no size", origin_ + " in [source]",
                       "give the size of the encoder's images: size = 32");
    }
    if (section("latent") != nullptr) {
      throw UsageError("[latent] stands beside [source]", origin_,
                       "a generator starts from noise or from an encoder's code: take one away");
    }
    read_network("encoder", recipe.encoder.network);
    read_table(section("encoder")->get("training"), "encoder.training", recipe.encoder.training);
  }

  void read_network(const std::string& name, NetworkConfig& network) {
    auto* table = section(name.c_str());
    if (table == nullptr) {
      throw UsageError(fmt::format("the recipe has no [{}]", name), origin_, "add the section with its layers");
    }
    FieldReader reader(*table, {origin_, "[" + name + "]"});
    visit_fields(reader, network);
    reader.expect("layers");
    if (name == "discriminator") {
      reader("output", network.output);
      reader.expect("heads");
    }
    if (name == "encoder") reader.expect("training");
    reader.reject_unknown();
    network.layers = read_layers(reader, *table, "layers", fmt::format("[{}]", name));
    read_heads(as_section(table->get("heads"), name + ".heads"), name + ".heads", network.heads);
  }

  void read_heads(toml::table* table, const std::string& name, HeadsConfig& heads) {
    if (table == nullptr) return;
    const std::string section = fmt::format("[{}]", name);
    FieldReader reader(*table, {origin_, section});
    reader.expect("adversarial");
    reader.expect("classes");
    reader.reject_unknown();
    heads.adversarial = read_layers(reader, *table, "adversarial", section + " adversarial");
    heads.classes_follow_data = table->get("classes") && table->get("classes")->value_exact<std::string>() == "data";
    if (heads.classes_follow_data) {
      auto assumed = toml::parse(fmt::format("classes = [{{ dense = {} }}]", nn::kAssumedClasses));
      heads.classes = read_layers(reader, assumed, "classes", section + " classes");
    } else {
      heads.classes = read_layers(reader, *table, "classes", section + " classes");
    }
  }

  /// The entries of the list at `key`: `what` says what they are.
  std::vector<OptionTable> read_list(const FieldReader& reader, const toml::table& table, const char* key,
                                     const std::string& section, Blocks& blocks, const char* what) const {
    const auto* node = table.get(key);
    const auto* list = node != nullptr ? node->as_array() : nullptr;
    if (list == nullptr || list->empty()) reader.fail(key, "must be an array with at least one entry");
    return blocks.entries(*list, {origin_, section}, what);
  }
  nn::LayerList read_layers(const FieldReader& reader, const toml::table& table, const char* key,
                            const std::string& section) {
    return nn::LayerList::from_tables(read_list(reader, table, key, section, blocks_, "layer"));
  }

  void read_objective(OptionTable& objective, std::vector<OptionTable>& penalties) {
    auto* table = section("objective");
    if (table == nullptr)
      throw UsageError("the recipe has no [objective]", origin_, "add [objective] with name = \"gan\"");
    objective.place = {origin_, "[objective]"};
    if (table->contains("penalties")) {
      Blocks none;
      penalties = read_list(FieldReader(*table, objective.place), *table, "penalties", "[objective]", none, "penalty");
      table->erase("penalties");
    }
    objective.values = std::move(*table);
    FieldReader reader(objective.values, objective.place);
    reader("name", objective.kind);
    if (objective.kind.empty()) reader.fail("name", "is missing");
    // Made once for the mistakes in them, as layers are.
    objectives::make_objective(objective);
    for (const auto& penalty : penalties) objectives::make_penalty(penalty);
  }

  void read_augment(AugmentConfig& wanted) {
    read("augment", wanted);
    try {
      augment::make_augment(wanted);
    } catch (const UsageError& error) {
      const auto* operations = section("augment")->get("operations");
      throw UsageError(error.what_happened(), Place{origin_, "[augment]"}.at(operations), error.hint());
    }
  }

  toml::table& root_;
  std::string origin_;
  Blocks blocks_;
};

template <class Config>
std::string section_text(const char* name, Config config) {
  FieldWriter writer;
  visit_fields(writer, config);
  return fmt::format("\n[{}]\n{}", name, writer.as_lines());
}

std::string list_text(const char* key, const std::vector<OptionTable>& entries) {
  std::string out = fmt::format("{} = [\n", key);
  for (const auto& entry : entries) out += "  " + to_inline_text(entry) + ",\n";
  return out + "]\n";
}

std::string list_text(const char* key, const nn::LayerList& layers) {
  std::string out = fmt::format("{} = [\n", key);
  for (const auto& layer : layers) out += "  " + layer.to_toml() + ",\n";
  return out + "]\n";
}

std::string network_text(const char* name, NetworkConfig network) {
  FieldWriter writer;
  visit_fields(writer, network);
  if (network.output != OutputKind::kScore) writer("output", network.output);
  std::string out = fmt::format("\n[{}]\n{}{}", name, writer.as_lines(), list_text("layers", network.layers));
  if (!network.heads.any()) return out;
  const auto& heads = network.heads;
  return out + fmt::format("\n[{}.heads]\n{}{}", name, list_text("adversarial", heads.adversarial),
                           heads.classes_follow_data ? "classes = \"data\"\n" : list_text("classes", heads.classes));
}

}  // namespace

Recipe parse_recipe(const std::string& text, const std::string& name, const std::string& origin,
                    const std::vector<std::string>& overrides) {
  toml::table root;
  try {
    root = toml::parse(text);
  } catch (const toml::parse_error& error) {
    const bool zeros = error.description().find("leading zeroes") != std::string_view::npos;
    throw UsageError(fmt::format("not valid TOML: {}", error.description()),
                     fmt::format("line {} of {}", error.source().begin.line, origin),
                     zeros ? "numbers are decimal: write 10 for 010" : "see https://toml.io for what a line may hold");
  }
  rename_old_keys(root, origin);
  for (const auto& override_text : overrides) apply_override(root, override_text);
  Recipe recipe = Parser(root, origin).parse();
  if (recipe.name.empty()) recipe.name = name;
  return recipe;
}

Recipe load_recipe(const std::string& name_or_path, const std::vector<std::string>& overrides) {
  std::vector<std::string> known;
  for (const auto& shipped : shipped_recipes()) {
    if (name_or_path == shipped.name) {
      return parse_recipe(shipped.text, shipped.name, fmt::format("recipe {}", shipped.name), overrides);
    }
    known.emplace_back(shipped.name);
  }
  std::filesystem::path path(name_or_path);
  std::error_code error;
  // One's own recipe may be named as a shipped one is: NAME for NAME.toml.
  if (!std::filesystem::is_regular_file(path, error) && !path.has_extension()) path += ".toml";
  const auto type = std::filesystem::status(path, error).type();
  if (type == std::filesystem::file_type::none) throw Error("cannot read it: " + error.message(), path.string());
  if (type == std::filesystem::file_type::regular) {
    const Bytes bytes = read_file(path, kRecipeBytes);
    return parse_recipe({bytes.begin(), bytes.end()}, path.stem().string(), path.string(), overrides);
  }
  throw UsageError(fmt::format("no recipe '{}'", name_or_path), "neither a file nor a shipped recipe",
                   suggest(name_or_path, known));
}

std::string to_toml(const Recipe& recipe) {
  FieldWriter top;
  top("name", recipe.name);
  top("title", recipe.title);
  top("about", recipe.about);
  std::string out = top.as_lines();
  out += section_text("data", recipe.data);
  if (recipe.translates()) {
    out += section_text("source", recipe.source);
    out += network_text("encoder", recipe.encoder.network);
    out += section_text("encoder.training", recipe.encoder.training);
  } else {
    out += section_text("latent", recipe.latent);
  }
  out += network_text("generator", recipe.generator);
  out += network_text("discriminator", recipe.discriminator);
  out += "\n[objective]\n";
  for (const auto& [key, value] : recipe.objective.values)
    out += fmt::format("{} = {}\n", key.str(), value_text(value));
  if (!recipe.penalties.empty()) out += list_text("penalties", recipe.penalties);
  out += section_text("optimizer.generator", recipe.optimizer_generator);
  out += section_text("optimizer.discriminator", recipe.optimizer_discriminator);
  out += section_text("augment", recipe.augment);
  out += section_text("train", recipe.train);
  out += section_text("sample", recipe.sample);
  if (!recipe.quality.metric.empty()) out += section_text("quality", recipe.quality);
  return out;
}

namespace {

void flatten(const std::string& prefix, const toml::table& table, std::map<std::string, std::string>& out) {
  for (const auto& [key, node] : table) {
    const std::string name = prefix.empty() ? std::string(key.str()) : fmt::format("{}.{}", prefix, key.str());
    if (const auto* inner = node.as_table()) {
      flatten(name, *inner, out);
    } else {
      std::ostringstream text;
      text << toml::node_view(node);
      out[name] = text.str();
    }
  }
}

/// Collects the paths of a section: a field list tells them by their type.
class FileCollector {
 public:
  FileCollector(std::string section, std::map<std::string, std::string>& out)
      : section_(std::move(section)), out_(out) {}
  template <class T, class... More>
  void operator()(const char* key, const T& value, const More&...) {
    if constexpr (std::is_same_v<T, std::filesystem::path>) {
      if (!value.empty()) out_[section_ + "." + key] = value.string();
    }
  }

 private:
  std::string section_;
  std::map<std::string, std::string>& out_;
};

}  // namespace

std::map<std::string, std::string> files_named(const Recipe& recipe) {
  std::map<std::string, std::string> out;
  const auto collect = [&](const char* section, DataConfig config) {
    FileCollector collector(section, out);
    visit_fields(collector, config);
  };
  collect("data", recipe.data);
  collect("source", recipe.source);
  if (!recipe.quality.features.empty()) out["quality.features"] = recipe.quality.features;
  return out;
}

std::map<std::string, std::string> keys_of(const Recipe& recipe) {
  std::map<std::string, std::string> keys;
  flatten("", toml::parse(to_toml(recipe)), keys);
  return keys;
}

std::vector<RecipeChange> changes(const Recipe& before, const Recipe& now) {
  auto old = keys_of(before);
  std::vector<RecipeChange> out;
  for (const auto& [key, value] : keys_of(now)) {
    const auto found = old.find(key);
    const std::string was = found == old.end() ? "" : found->second;
    if (was != value) out.push_back({key, was, value});
    if (found != old.end()) old.erase(found);
  }
  for (const auto& [key, value] : old) out.push_back({key, value, ""});
  return out;
}

}  // namespace ganymede::config
