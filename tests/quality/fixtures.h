// Small sets of images and feature networks for the tests of quality/.
#pragma once

#include <torch/script.h>

#include <filesystem>
#include <string>

#include "ganymede/core/random.h"
#include "ganymede/data/memory.h"
#include "ganymede/data/shapes.h"
#include "ganymede/quality/extractor.h"

namespace ganymede::test {

/// Images of random pixels in [low, high), without labels.
inline std::shared_ptr<const data::Dataset> noise_images(std::size_t count, int size, int channels, std::uint64_t seed,
                                                         int low = 0, int high = 256) {
  data::Images images{size, size, channels, {}, std::vector<std::int32_t>(count, -1), {}, {}};
  Random random(seed);
  for (std::size_t i = 0; i < count * static_cast<std::size_t>(size * size * channels); ++i) {
    images.pixels.push_back(static_cast<std::uint8_t>(static_cast<std::uint64_t>(low) +
                                                      random.below(static_cast<std::uint64_t>(high - low))));
  }
  data::DatasetInfo info;
  info.name = "noise";
  return data::in_memory(info, std::move(images));
}

/// The built-in data, rendered.
inline std::shared_ptr<const data::Dataset> shapes_set(std::size_t count, const std::vector<std::string>& classes = {},
                                                       const char* split = "train") {
  data::DatasetOptions options;
  options.name = "shapes";
  options.count = count;
  options.classes = classes;
  options.splits = {split};
  return data::open_dataset(options);
}

/// Writes a TorchScript file whose forward() is the given source.
inline std::filesystem::path write_script(const std::filesystem::path& path, const std::string& source) {
  torch::jit::Module module("m");
  module.define(source);
  module.save(path.string());
  return path;
}

/// Each channel's mean and deviation, and two logits.
inline constexpr const char* kPlainFeatures = R"(
def forward(self, x):
    y = x.float().flatten(2) / 255.0
    f = torch.cat([y.mean(2), y.std(2)], 1)
    return (f, f[:, :2])
)";

}  // namespace ganymede::test
