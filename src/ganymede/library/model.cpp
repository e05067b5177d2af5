#include "ganymede/model.h"

#include "ganymede/core/device.h"
#include "ganymede/core/log.h"
#include "ganymede/core/threads.h"
#include "ganymede/ganymede.h"
#include "ganymede/library/border.h"
#include "ganymede/library/impl.h"

namespace ganymede {

void library::start_log_once() {
  static std::once_flag once;
  std::call_once(once, [] {
    if (spdlog::default_logger()->name().empty()) start_logging(spdlog::level::warn);
  });
}

inline namespace GANYMEDE_CXX_VERSION {

using library::at_border;
using library::start_log_once;

const char* version() {
  return GANYMEDE_VERSION;
}

int set_thread_count(int count) {
  return at_border([&] { return set_threads(count); });
}

Recipe Recipe::load(const std::string& what, const std::vector<std::string>& overrides) {
  return at_border([&] {
    start_log_once();
    auto recipe = overrides.empty() ? operations::recipe_or_model(what) : operations::load_recipe(what, overrides);
    return Recipe(std::make_shared<const Impl>(Impl{std::move(recipe)}));
  });
}

std::vector<std::string> Recipe::shipped() {
  std::vector<std::string> names;
  for (const auto& recipe : config::shipped_recipes()) names.emplace_back(recipe.name);
  return names;
}

const std::string& Recipe::name() const {
  return impl().recipe.name;
}
const std::string& Recipe::title() const {
  return impl().recipe.title;
}
const std::string& Recipe::about() const {
  return impl().recipe.about;
}
std::string Recipe::toml() const {
  return config::to_toml(impl().recipe);
}

Model Model::load(const std::filesystem::path& path, const std::string& device) {
  return at_border([&] {
    start_log_once();
    return Model(std::make_shared<const Impl>(Impl{operations::Model::load(path, choose_device(device))}));
  });
}

Recipe Model::recipe() const {
  return Recipe(std::make_shared<const Recipe::Impl>(Recipe::Impl{impl().model->recipe()}));
}
const std::filesystem::path& Model::path() const {
  return impl().model->path();
}
std::uint64_t Model::step() const {
  return impl().model->step();
}
const std::vector<std::string>& Model::classes() const {
  return impl().model->classes();
}
int Model::width() const {
  return static_cast<int>(impl().model->image_shape().width());
}
int Model::height() const {
  return static_cast<int>(impl().model->image_shape().height());
}
int Model::channels() const {
  return static_cast<int>(impl().model->image_shape().channels());
}
int Model::latent_size() const {
  return impl().model->recipe().latent.size;
}
bool Model::translates() const {
  return impl().model->encoder() != nullptr;
}

}  // namespace GANYMEDE_CXX_VERSION
}  // namespace ganymede
