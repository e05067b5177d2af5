// A model in memory, as every operation takes it.
#pragma once

#include <mutex>

#include "ganymede/checkpoint/model_file.h"
#include "ganymede/operations/point.h"

namespace ganymede::operations {

/// Never changed once made; shared between threads and operations.
class Model {
 public:
  /// Reads a model file, or a run folder's best, else newest, model; its networks lie on `device`, and its generator
  /// computes in `type`. Throws Error when there is none or it is damaged.
  static std::shared_ptr<const Model> load(const std::filesystem::path& path, const torch::Device& device = torch::kCPU,
                                           at::ScalarType type = at::kFloat);
  explicit Model(checkpoint::Model model, at::ScalarType type = at::kFloat);

  const config::Recipe& recipe() const { return model_.recipe; }
  /// Names of the classes it generates; empty where it has none.
  const std::vector<std::string>& classes() const { return model_.classes; }
  /// What it is conditioned on where that is no class, and some of its data's values, f32 [R, K], scaled.
  const std::vector<data::Condition>& conditions() const { return model_.conditions; }
  const Tensor& examples() const { return model_.examples; }
  const nn::Shape& image_shape() const { return model_.gan.image_shape(); }
  std::uint64_t step() const { return model_.step; }
  const std::filesystem::path& path() const { return model_.path; }
  const checkpoint::Model& file() const { return model_; }

  /// Of the generator's arithmetic where nothing else says it: f32, or bf16, which is faster where the hardware has it
  /// (models::generate).
  at::ScalarType type() const { return type_; }
  /// The generator after training (its average where there is one), or as it was before: made when first asked for.
  const models::Network& generator(bool before_training = false) const;
  const models::Discriminator& discriminator() const { return model_.gan.discriminator; }
  /// What a translating generator starts from; null for one that generates from noise.
  const models::Network* encoder() const { return model_.gan.encoder ? &*model_.gan.encoder : nullptr; }
  /// Throws UsageError for a model that translates images.
  void require_generating() const;
  /// Throws UsageError for a model that generates from noise.
  void require_translating() const;

 private:
  checkpoint::Model model_;
  at::ScalarType type_;
  mutable std::once_flag once_;
  mutable std::optional<models::Network> untrained_;
};
using ModelPtr = std::shared_ptr<const Model>;

/// The model's recipe with the places of its data: what its run folder says of them (train::recipe_with_data), and
/// `path` for those of [data] where it is not empty.
config::Recipe recipe_with_data(const Model& model, const std::string& path = {});

/// config::load_recipe(), and a look at what it cannot see: whether the networks are what the objective trains, and
/// whether there is such a metric. Throws UsageError.
config::Recipe load_recipe(const std::string& name_or_path, const std::vector<std::string>& overrides = {});

/// The recipe of a recipe file, a shipped recipe's name, a model file or a run folder.
config::Recipe recipe_or_model(const std::string& what);

}  // namespace ganymede::operations
