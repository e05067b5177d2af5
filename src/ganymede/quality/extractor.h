// Networks that turn images into features: what FID, KID, IS and PRDC compare.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "ganymede/checkpoint/safetensors.h"
#include "ganymede/models/network.h"

namespace ganymede::quality {

struct ExtractorInfo {
  std::string name;        ///< the file's name without folders, or what the program calls its own network
  std::string checksum;    ///< sha256 of the file, or of the network's weights
  bool inception = false;  ///< NVIDIA's inception-2015-12-05.pt by its checksum: only then is a distance called FID
  std::vector<std::string> classes = {};  ///< what its logits stand for, where that is known
  std::string note = {};                  ///< what a reader of its metrics should know, such as a classifier's accuracy
  bool resizes = false;  ///< whether it brings images to its own size itself, as Inception does to 299x299
  /// Pixels a side of the images it was made for; 0 where nobody knows: images then go in as they are. `size_from` says
  /// who knows it.
  int size = 0;
  std::string size_from = {};
  double published = 0;      ///< share of images that it names rightly, as its file says; 0 where it says nothing
  bool photographs = false;  ///< whether it sees images as as_photographs() (images.h) has them
};

struct Extracted {
  Tensor features = {};  ///< f32 [N, D]
  Tensor logits = {};    ///< f32 [N, K]; undefined where there are none
};

class FeatureExtractor {
 public:
  virtual ~FeatureExtractor() = default;
  virtual const ExtractorInfo& info() const = 0;
  /// Of samples [N, C, H, W] (images.h); results are on the CPU. `logits` asks for logits too, which some files only
  /// give in a second pass. Throws Error where the network takes no such images, or gives something else than features.
  virtual Extracted extract(const Tensor& images, bool logits) const = 0;
};

/// A TorchScript file: uint8 images [N, 3, H, W] in; features [N, D], or (features, logits), out. Grey images are given
/// to it as RGB. What it says of itself is taken: an attribute `input_size`, `image_size`, `img_size` or
/// `input_resolution` of the module, or an extra file `metadata.json` with `input_size` (pixels a side), `classes`
/// (names, in the logits' order) and `accuracy` (0 to 1). Images still come as they are: see at_its_size()
/// (feature_size.h). A file whose forward() has an argument `return_features` is called as NVIDIA's metrics call
/// theirs: with it for features, with `no_output_bias` for class probabilities. A TorchScript file is a program: load
/// only what you trust. It runs on `device`. Throws Error when the file is missing, damaged or no TorchScript.
std::unique_ptr<FeatureExtractor> torchscript_extractor(const std::filesystem::path& path,
                                                        const torch::Device& device = torch::kCPU);

/// sha256 over the values of tensors in order: the checksum of a network of the program's own.
std::string tensors_digest(const std::vector<checkpoint::NamedTensor>& tensors);

/// A classifier of images: the last layer's output is the logits, its input the features. Images must have the shape
/// the network was made for (where that is no square, they are brought to it as by resized_to()); pixels go in as they
/// do in training, (x - 127.5) / 127.5.
std::unique_ptr<FeatureExtractor> network_extractor(std::shared_ptr<const models::Network> classifier,
                                                    ExtractorInfo info);

}  // namespace ganymede::quality
