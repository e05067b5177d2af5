#include "ganymede/operations/import.h"

#include <fstream>
#include <nlohmann/json.hpp>

#include "ganymede/checkpoint/safetensors_header.h"
#include "ganymede/core/files.h"
#include "ganymede/exchange/foreign_tensors.h"
#include "ganymede/exchange/keras_network.h"
#include "ganymede/exchange/proposal.h"
#include "ganymede/models/initialise.h"
#include "ganymede/operations/field.h"
#include "ganymede/operations/hub.h"

namespace ganymede::operations {
namespace {

namespace fs = std::filesystem;
using Tensors = std::vector<checkpoint::NamedTensor>;

/// The names of classes that a file of `export --format safetensors` has in its metadata; of any other none.
std::vector<std::string> class_names(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::string begin(checkpoint::kLengthBytes + 1, '\0');
  if (!file.read(begin.data(), static_cast<std::streamsize>(begin.size())) || begin.back() != '{') return {};
  file.seekg(0);
  const auto metadata = checkpoint::read_header(file, fs::file_size(path), path.string()).metadata;
  const auto found = metadata.find("classes");
  if (found == metadata.end()) return {};
  const auto list = nlohmann::json::parse(found->second, nullptr, /*allow_exceptions=*/false);
  std::vector<std::string> out;
  for (const auto& name : list) {
    if (name.is_string()) out.push_back(name.get<std::string>());
  }
  return out;
}

void write_model(const config::Recipe& recipe, const models::Gan& gan, const fs::path& output,
                 const std::vector<std::string>& classes) {
  Tensors tensors;
  checkpoint::append_tensors(tensors, "generator", gan.generator);
  checkpoint::append_tensors(tensors, "discriminator", gan.discriminator);
  checkpoint::write_safetensors(output, tensors, checkpoint::metadata(models::resolved(recipe, gan), 0, classes));
}

/// The file in a hub's folder, else what was named.
std::string file_of(const std::string& given) {
  std::error_code ignored;
  return fs::is_directory(given, ignored) ? (fs::path(given) / kHubModel).string() : given;
}

/// A model of this program, as it is, once it was seen to be one.
ImportResult take_whole(const ImportRequest& request, const checkpoint::SafetensorsFile& own) {
  for (const auto& [field, value] :
       {std::pair("discriminator", request.discriminator), std::pair("map", request.map)}) {
    if (!value.empty()) throw FieldError(field, "has no meaning for a model of this program", "leave it out");
  }
  const auto model = checkpoint::load_model(file_of(request.files.at(0)));
  checkpoint::write_safetensors(request.output, own.tensors, own.metadata);
  ImportResult result;
  result.whole = true;
  for (const char* network : {"generator", "discriminator"}) {
    result.networks.push_back({network, request.files.at(0), false, {}});
  }
  return result;
}

/// One network as a file has it: tensors by PyTorch's names, or Keras's layers.
struct Source {
  std::string file = {};  ///< empty where no file has it
  Tensors tensors = {};
  std::optional<exchange::KerasModel> keras = {};
};
struct Given {
  Source generator, discriminator;

  bool keras() const { return generator.keras || discriminator.keras; }
  /// Whether nothing of the recipe that they propose would be a guess.
  bool described() const {
    const auto says_all = [](const Source& source) { return source.keras && source.keras->described; };
    return says_all(generator) && (discriminator.file.empty() || says_all(discriminator));
  }
};

Given read(const ImportRequest& request) {
  const auto source_of = [](const std::string& file) {
    return exchange::is_keras_file(file) ? Source{file, {}, exchange::read_keras(file)}
                                         : Source{file, exchange::read_foreign(file), {}};
  };
  Given out{source_of(file_of(request.files.at(0))), {}};
  if (!request.discriminator.empty()) {
    out.discriminator = source_of(request.discriminator);
  } else if (exchange::holds_both(out.generator.tensors)) {
    out.discriminator = out.generator;
  }
  out.generator.tensors = exchange::tensors_of(out.generator.tensors, true);
  out.discriminator.tensors = exchange::tensors_of(out.discriminator.tensors, false);
  if (out.keras() && !request.map.empty()) {
    throw FieldError("map", "has no meaning for Keras's files", "leave it out: their layers are taken in order");
  }
  return out;
}

exchange::ProposedNetwork proposed(const Source& source, bool generator, const nn::Shape& image) {
  if (source.file.empty()) return {};
  return source.keras ? exchange::propose_network(*source.keras, generator)
                      : exchange::propose_network(source.tensors, generator, image);
}

/// The recipe's text, and how many of its layers are guesses.
std::pair<std::string, int> propose(const ImportRequest& request, const Given& given) {
  const auto generator = proposed(given.generator, true, {});
  const auto discriminator = proposed(given.discriminator, false, generator.output);
  const auto name = fs::path(request.files.at(0)).filename().string();
  return {exchange::proposed_recipe(generator, discriminator, name), generator.open + discriminator.open};
}

ImportResult write_proposal(const ImportRequest& request, const Given& given) {
  auto [text, open] = propose(request, given);
  write_file(request.output, text);
  ImportResult result;
  result.proposed = true;
  result.open = open;
  if (given.discriminator.file.empty()) result.untouched.push_back("discriminator");
  return result;
}

ImportedNetwork take(const Source& source, const models::Network& network, const ImportRequest& request, bool generator,
                     const config::NetworkConfig& config) {
  exchange::Assignment done;
  if (source.keras) {
    const auto model = exchange::expect_same_layers(*source.keras, config, network.input_shape(), generator);
    done = exchange::assign(model, network);
  } else {
    const auto map = request.map.empty() ? std::map<std::string, std::string>() : exchange::read_map(request.map);
    done = exchange::assign(source.tensors, network, map, source.file);
  }
  return {generator ? "generator" : "discriminator", source.file, done.by_order, std::move(done.pairs)};
}

/// The recipe that was named, or for files that say all of it the one that they propose.
config::Recipe recipe_for(const ImportRequest& request, const Given& given) {
  if (!request.recipe.empty()) return config::load_recipe(request.recipe);
  if (!given.described()) {
    throw FieldError("recipe", "is needed to make a model of another program's tensors",
                     "name one, or have one proposed: -o NAME.toml");
  }
  const auto name = fs::path(request.files.at(0)).stem().string();
  return config::parse_recipe(propose(request, given).first, name, "the recipe proposed from " + request.files.at(0));
}

}  // namespace

ImportResult import_model(const ImportRequest& request, const Control& control) {
  if (request.recipe.empty()) {
    if (const auto own = own_model(request.files.at(0))) return take_whole(request, *own);
  }
  const Given given = read(request);
  if (request.recipe.empty() && fs::path(request.output).extension() == ".toml") return write_proposal(request, given);
  const auto recipe = recipe_for(request, given);
  if (recipe.translates()) {
    throw FieldError("recipe", "must be of a model that generates from noise",
                     "an encoder's weights cannot be imported");
  }
  control.check();
  auto gan = models::build_gan(recipe);
  models::initialise(gan.generator, recipe.generator, recipe.train.seed, "generator");
  models::initialise(gan.discriminator, recipe.discriminator, recipe.train.seed, "discriminator");
  ImportResult result;
  result.networks.push_back(take(given.generator, gan.generator, request, true, recipe.generator));
  control.check();
  if (given.discriminator.file.empty()) {
    result.untouched.push_back("discriminator");
  } else {
    result.networks.push_back(take(given.discriminator, gan.discriminator, request, false, recipe.discriminator));
  }
  auto classes = class_names(given.generator.file);
  if (classes.size() != static_cast<std::size_t>(gan.classes())) classes.clear();
  write_model(recipe, gan, request.output, classes);
  return result;
}

}  // namespace ganymede::operations
