// Models and weights as Keras 2 and 3 save them: .keras, .h5 and .weights.h5.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "ganymede/exchange/hdf5_file.h"

namespace ganymede::exchange {

struct KerasLayer {
  std::string kind;  ///< "Conv2D"; of a file of weights alone the first part of its name: "conv2d"
  std::string name;
  nlohmann::json config = {};  ///< its options; null in a file of weights alone
  /// In Keras's layouts, f32: "kernel", "bias", "gamma", "moving_mean", ...
  std::map<std::string, Hdf5Numbers> tensors = {};
  bool spectral = false;   ///< in a SpectralNormalization, whose name it has, and whose "vector_u" is among its tensors
  std::string group = {};  ///< where Keras 3 keeps its tensors: "dense_1"; nested "sequential/layers/dense_1"
  std::string top = {};    ///< the layer of the outermost model that it is, or lies in
  std::string path = {};   ///< its name behind those of the models that it lies in, but for the outermost
  std::vector<KerasLayer> branch = {}, shortcut = {};  ///< of the kind kResidual: what its two paths are
};

/// Two paths from one place that are added where they meet. No class of Keras.
inline constexpr const char* kResidual = "residual";

struct KerasModel {
  std::string where;
  std::vector<KerasLayer> layers = {};
  bool described = false;                ///< the file says what the layers are, those without tensors too
  bool ordered = true;                   ///< the layers' order is known; not so in a .weights.h5
  std::vector<std::int64_t> input = {};  ///< of one sample, as Keras has it: height, width, channels; empty if unknown
};

/// Whether the file is Keras's, by its content.
bool is_keras_file(const std::filesystem::path& path);

/// Nothing in the file is executed. Models inside the model are taken apart. Throws Error for what is damaged, and for
/// models that are no chain of layers and residual blocks.
KerasModel read_keras(const std::filesystem::path& path);

}  // namespace ganymede::exchange
