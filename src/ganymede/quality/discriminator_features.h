// A discriminator as a feature extractor: the protocol of Radford, Metz and Chintala ("Unsupervised representation
// learning with deep convolutional generative adversarial networks", 2016, section 5).
#pragma once

#include <string>
#include <vector>

#include "ganymede/models/network.h"

namespace ganymede::quality {

/// The output of every convolution layer (or residual block), after its normalisation and activation, max-pooled to a
/// 4x4 grid, flattened and concatenated. Layers smaller than 4x4, as one that ends in the score, give none.
class DiscriminatorFeatures {
 public:
  /// `discriminator` must outlive this. Throws Error where no layer gives features.
  explicit DiscriminatorFeatures(const models::Network& discriminator);

  /// f32 [N, width()] of samples [N, C, H, W] in the network's shape, which become [-1, 1] as in training.
  Tensor operator()(const Tensor& images) const;
  std::int64_t width() const { return width_; }
  /// "conv_1", "conv_2", ...
  std::vector<std::string> layers() const;

 private:
  struct Stage {
    std::string name;
    std::size_t last;  ///< the entry whose output stands for the layer
  };
  const models::Network& network_;
  std::vector<Stage> stages_;
  std::int64_t width_ = 0;
};

}  // namespace ganymede::quality
