#include "ganymede/quality/discriminator_features.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "ganymede/core/error.h"
#include "ganymede/models/images.h"

namespace ganymede::quality {
namespace {

constexpr std::int64_t kGrid = 4;

/// Layers that belong to the convolution before them.
bool follows_a_convolution(const std::string& kind) {
  constexpr std::array<std::string_view, 9> kinds{
      "batch_norm", "conditional_batch_norm", "instance_norm", "pixel_norm", "relu", "leaky_relu", "tanh", "sigmoid",
      "dropout"};
  return std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
}

}  // namespace

DiscriminatorFeatures::DiscriminatorFeatures(const models::Network& discriminator) : network_(discriminator) {
  const auto& entries = network_.entries();
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const std::string kind = entries[i].spec->kind();
    if (kind != "conv" && kind != "residual") continue;
    const auto& shape = entries[i].output;
    if (!shape.is_image() || std::min(shape.height(), shape.width()) < kGrid) continue;
    std::size_t last = i;
    while (last + 1 < entries.size() && follows_a_convolution(entries[last + 1].spec->kind())) ++last;
    stages_.push_back({entries[i].name, last});
    width_ += shape.channels() * kGrid * kGrid;
  }
  if (stages_.empty()) {
    throw Error("the discriminator has no convolution layers to take features from", {},
                "use a model of a convolutional recipe");
  }
}

Tensor DiscriminatorFeatures::operator()(const Tensor& images) const {
  torch::NoGradGuard constant;
  nn::ForwardContext context;
  Tensor h = models::from_bytes(images.to(network_.device()));
  std::vector<Tensor> parts;
  const auto& entries = network_.entries();
  auto stage = stages_.begin();
  for (std::size_t i = 0; stage != stages_.end(); ++i) {
    if (!entries[i].absorbed) h = entries[i].layer->forward(h, context);
    if (i != stage->last) continue;
    parts.push_back(std::get<0>(at::adaptive_max_pool2d(h, {kGrid, kGrid})).flatten(1));
    ++stage;
  }
  return at::cat(parts, 1).cpu();
}

std::vector<std::string> DiscriminatorFeatures::layers() const {
  std::vector<std::string> names;
  for (const auto& stage : stages_) names.push_back(stage.name);
  return names;
}

}  // namespace ganymede::quality
