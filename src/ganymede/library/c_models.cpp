#include <nlohmann/json.hpp>

#include "ganymede/ganymede.h"
#include "ganymede/library/c_handles.h"

using ganymede::library::give;
using ganymede::library::guarded;
using ganymede::library::required;

namespace ganymede::library {
namespace {

std::string described(const Model& model) {
  return nlohmann::ordered_json{
      {"path", model.path().string()},
      {"recipe", model.recipe().name()},
      {"step", model.step()},
      {"classes", model.classes()},
      {"image", {{"width", model.width()}, {"height", model.height()}, {"channels", model.channels()}}},
      {"latent", model.latent_size()},
      {"translates", model.translates()}}
      .dump();
}

}  // namespace
}  // namespace ganymede::library

const char* ganymede_version(void) {
  return ganymede::version();
}

ganymede_status ganymede_recipe_load(const char* what, ganymede_recipe** recipe) {
  return guarded([&] {
    required(recipe, "recipe") = nullptr;
    auto loaded = ganymede::Recipe::load(&required(what, "what"));
    auto toml = loaded.toml();
    give(recipe, "recipe", std::make_unique<ganymede_recipe>(std::move(loaded), std::move(toml)));
  });
}
const char* ganymede_recipe_name(const ganymede_recipe* recipe) {
  return recipe == nullptr ? "" : recipe->recipe.name().c_str();
}
const char* ganymede_recipe_toml(const ganymede_recipe* recipe) {
  return recipe == nullptr ? "" : recipe->toml.c_str();
}
void ganymede_recipe_free(ganymede_recipe* recipe) {
  delete recipe;
}

ganymede_status ganymede_model_load(const char* path, const char* device, ganymede_model** model) {
  return guarded([&] {
    required(model, "model") = nullptr;
    auto loaded = ganymede::Model::load(&required(path, "path"), device == nullptr ? "auto" : device);
    auto json = ganymede::library::described(loaded);
    give(model, "model", std::make_unique<ganymede_model>(std::move(loaded), std::move(json)));
  });
}
const char* ganymede_model_json(const ganymede_model* model) {
  return model == nullptr ? "" : model->json.c_str();
}
void ganymede_model_free(ganymede_model* model) {
  delete model;
}

ganymede_status ganymede_control_new(ganymede_control** control) {
  return guarded([&] { give(control, "control", std::make_unique<ganymede_control>()); });
}
void ganymede_control_set_progress(ganymede_control* control, ganymede_progress progress, void* user) {
  if (control == nullptr) return;
  if (progress == nullptr) {
    control->control.progress = {};
  } else {
    control->control.progress = [progress, user](std::uint64_t done, std::uint64_t total) {
      progress(user, done, total);
    };
  }
}
void ganymede_control_cancel(ganymede_control* control) {
  if (control != nullptr) control->control.cancel.cancel();
}
void ganymede_control_free(ganymede_control* control) {
  delete control;
}
