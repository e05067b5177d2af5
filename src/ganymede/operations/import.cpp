#include "ganymede/operations/import.h"

#include "ganymede/exchange/foreign_tensors.h"
#include "ganymede/models/initialise.h"
#include "ganymede/operations/field.h"
#include "ganymede/operations/model.h"

namespace ganymede::operations {
namespace {

void write_model(const config::Recipe& recipe, const models::Gan& gan, const std::filesystem::path& output) {
  std::vector<checkpoint::NamedTensor> tensors;
  checkpoint::append_tensors(tensors, "generator", gan.generator);
  checkpoint::append_tensors(tensors, "discriminator", gan.discriminator);
  checkpoint::write_safetensors(output, tensors, checkpoint::metadata(models::resolved(recipe, gan), 0));
}

}  // namespace

ImportResult import_model(const ImportRequest& request, const Control& control) {
  const auto recipe = config::load_recipe(request.recipe);
  if (recipe.translates()) {
    throw FieldError("recipe", "must be of a model that generates from noise",
                     "an encoder's weights cannot be imported");
  }
  auto gan = models::build_gan(recipe);
  models::initialise(gan.generator, recipe.generator, recipe.train.seed, "generator");
  models::initialise(gan.discriminator, recipe.discriminator, recipe.train.seed, "discriminator");
  const auto map = request.map.empty() ? std::map<std::string, std::string>() : exchange::read_map(request.map);
  ImportResult result;
  const auto take = [&](const std::vector<checkpoint::NamedTensor>& tensors, bool generator, const std::string& file) {
    control.check();
    const auto& network = generator ? gan.generator : gan.discriminator;
    auto done = exchange::assign(exchange::tensors_of(tensors, generator), network, map, file);
    result.networks.push_back({generator ? "generator" : "discriminator", file, done.by_order, std::move(done.pairs)});
  };
  const std::string& file = request.files.at(0);
  const auto tensors = exchange::read_foreign(file);
  take(tensors, true, file);
  if (!request.discriminator.empty()) {
    take(exchange::read_foreign(request.discriminator), false, request.discriminator);
  } else if (exchange::holds_both(tensors)) {
    take(tensors, false, file);
  } else {
    result.untouched.push_back("discriminator");
  }
  write_model(recipe, gan, request.output);
  return result;
}

}  // namespace ganymede::operations
