// A generator's images as a data set, so that whatever reads images reads them as well.
#pragma once

#include <functional>
#include <memory>

#include "ganymede/checkpoint/model_file.h"
#include "ganymede/data/dataset.h"

namespace ganymede::quality {

struct GenerationOptions {
  std::string name = "generated";         ///< for messages
  std::vector<std::string> classes = {};  ///< names; image i of a conditional generator is of class i % classes
  std::int64_t count = 10'000;
  std::uint64_t seed = 0;
  int bits = 8;          ///< of a sample: 8 or 16
  Tensor examples = {};  ///< of a model with conditions: rows f32 [R, K], image i has row i % R (checkpoint::Model)
};

/// Image i is the one that `ganymede sample` generates as number i of this seed: in f32 and in evaluation mode, then
/// quantised (models/images.h). Held in memory as bytes. Throws Error where the generator's values are not
/// finite, or the images would take more than data/memory.h's kPixelBudget; Cancelled (core/task.h).
std::shared_ptr<const data::Dataset> generate_images(const models::Network& generator,
                                                     const config::LatentConfig& latent,
                                                     const GenerationOptions& options,
                                                     const std::function<void(std::size_t)>& report = {});

/// A translating model's translations of every image of `source`, labelled as those are; as above otherwise. Where a
/// classifier of the target domain names their classes, its accuracy is the transferred accuracy of Taigman, Polyak and
/// Wolf 2017. `name` is for messages.
std::shared_ptr<const data::Dataset> translate_images(const checkpoint::Model& model, const data::Dataset& source,
                                                      const std::string& name,
                                                      const std::function<void(std::size_t)>& report = {});

}  // namespace ganymede::quality
