// Recipes and models.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "ganymede/export.h"
#include "ganymede/version.h"

namespace ganymede {
inline namespace GANYMEDE_CXX_VERSION {

/// A GAN as data. Never changes; copies share it, between threads too.
class GANYMEDE_API Recipe {
 public:
  /// A recipe file, or a shipped recipe's name; without `overrides` ("train.steps=100") also a model file or a run
  /// folder, whose recipe it is. Throws UsageError naming key and line of what is wrong, and the nearest right one.
  static Recipe load(const std::string& what, const std::vector<std::string>& overrides = {});
  /// The names of those that come along.
  static std::vector<std::string> shipped();

  const std::string& name() const;
  const std::string& title() const;
  const std::string& about() const;
  /// As TOML, every default written out.
  std::string toml() const;

  struct Impl;
  explicit Recipe(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
  const Impl& impl() const { return *impl_; }

 private:
  std::shared_ptr<const Impl> impl_;
};

/// A trained model in memory. Never changes; copies share it, between threads too.
class GANYMEDE_API Model {
 public:
  /// A .safetensors file, or a run folder's best, else newest, model. `device` is "auto" (a GPU where there is one),
  /// "cpu", "cuda" or "cuda:N". Throws Error where there is none or it is damaged.
  static Model load(const std::filesystem::path& path, const std::string& device = "auto");

  Recipe recipe() const;
  const std::filesystem::path& path() const;
  std::uint64_t step() const;  ///< of the training that it was saved at
  /// Names of the classes that it generates; empty where it has none.
  const std::vector<std::string>& classes() const;
  int width() const;
  int height() const;
  int channels() const;  ///< 1 grey or 3 RGB
  int latent_size() const;
  /// Whether it translates images instead of generating from noise: then translate() is all that it can do.
  bool translates() const;

  struct Impl;
  explicit Model(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
  const Impl& impl() const { return *impl_; }

 private:
  std::shared_ptr<const Impl> impl_;
};

}  // namespace GANYMEDE_CXX_VERSION
}  // namespace ganymede
