// What a discriminator says of a batch of images.
#pragma once

#include <cstdint>

#include "ganymede/core/torch_compat.h"

namespace ganymede::objectives {

/// In f32.
struct DiscriminatorOutput {
  Tensor scores = {};        ///< [N * patches], an image's patches one after another; higher is more real
  Tensor class_logits = {};  ///< [N, classes]; undefined where the discriminator has no class head
  Tensor labels = {};        ///< int64 [N], what the images show or were asked to show; undefined without classes
  Tensor logits = {};        ///< [N, numbers] where an objective reads several, whose score is the log-odds of the last
  std::int64_t patches = 1;  ///< scores an image: more than one of a PatchGAN (Isola et al. 2017)

  /// [N]: the mean over each image's patches.
  Tensor image_scores() const { return patches == 1 ? scores : scores.view({-1, patches}).mean(1); }
  /// Of images [first, first + count) alone.
  DiscriminatorOutput of_images(std::int64_t first, std::int64_t count) const {
    const auto rows = [&](const Tensor& x) { return x.defined() ? x.narrow(0, first, count) : x; };
    return {scores.narrow(0, first * patches, count * patches), rows(class_logits), rows(labels), rows(logits),
            patches};
  }
};

}  // namespace ganymede::objectives
