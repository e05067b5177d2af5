#include "ganymede/core/error.h"
#include "ganymede/core/hash.h"
#include "ganymede/models/gan.h"
#include "ganymede/models/images.h"
#include "ganymede/quality/extractor.h"
#include "ganymede/quality/feature_size.h"

namespace ganymede::quality {
namespace {

class NetworkExtractor : public FeatureExtractor {
 public:
  NetworkExtractor(std::shared_ptr<const models::Network> classifier, ExtractorInfo info)
      : network_(std::move(classifier)), info_(std::move(info)) {
    const auto& entries = network_->entries();
    if (entries.size() < 2 || entries.back().absorbed || !network_->heads().empty() ||
        !network_->output_shape().is_flat()) {
      throw Error("a classifier must end in a layer of its own whose output is the logits", info_.name);
    }
    const auto& shape = network_->input_shape();
    // at_its_size() makes squares: other images this brings to its shape by itself.
    info_.resizes = shape.height() != shape.width();
    if (info_.resizes) return;
    info_.size = static_cast<int>(shape.height());
    info_.size_from = "its layers";
  }

  const ExtractorInfo& info() const override { return info_; }

  Extracted extract(const Tensor& given, bool) const override {
    const auto& shape = network_->input_shape();
    const Tensor images = info_.resizes ? resized_to(given, models::size_of(shape)) : given;
    if (images.size(1) != shape.channels() || images.size(2) != shape.height() || images.size(3) != shape.width()) {
      throw Error(fmt::format("images of {}x{}x{} where the classifier knows {}", images.size(1), images.size(2),
                              images.size(3), shape.text()),
                  info_.name, "bring the images to that size with --size and --channels, or use other features");
    }
    torch::NoGradGuard constant;
    nn::ForwardContext context;
    Tensor h = models::from_bytes(images.to(network_->device()));
    const auto& entries = network_->entries();
    for (std::size_t i = 0; i + 1 < entries.size(); ++i) {
      if (!entries[i].absorbed) h = entries[i].layer->forward(h, context);
    }
    const Tensor logits = entries.back().layer->forward(h, context);
    return {h.flatten(1).contiguous().cpu(), logits.cpu()};
  }

 private:
  std::shared_ptr<const models::Network> network_;
  ExtractorInfo info_;
};

}  // namespace

std::string tensors_digest(const std::vector<checkpoint::NamedTensor>& tensors) {
  Digest digest;
  for (const auto& named : tensors) {
    const Tensor plain = named.tensor.detach().to(at::kCPU).contiguous();
    digest.update({static_cast<const std::uint8_t*>(plain.data_ptr()), plain.nbytes()});
  }
  return digest.hex();
}

std::unique_ptr<FeatureExtractor> network_extractor(std::shared_ptr<const models::Network> classifier,
                                                    ExtractorInfo info) {
  return std::make_unique<NetworkExtractor>(std::move(classifier), std::move(info));
}

}  // namespace ganymede::quality
