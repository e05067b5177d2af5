// A network made from a recipe's layer list.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ganymede/nn/kernels/fixed_weights.h"
#include "ganymede/nn/sequence.h"
#include "ganymede/recipe/recipe.h"

namespace ganymede::models {

using NetworkTensor = nn::NamedTensor;

/// Layers in order, named by kind and number ("conv_1", "conv_2"), and perhaps heads behind them
/// ("adversarial.dense_1", "classes.dense_1"). Movable, not copyable; see copy_from().
class Network {
 public:
  struct Head {
    std::string name;
    nn::Sequence layers;
  };

  /// Makes every layer; the tensors are zeros until initialise() or loading. Throws UsageError naming the layer, the
  /// shape it got and its line, or layers that disagree about the number of classes.
  Network(const config::NetworkConfig& config, const nn::Shape& input) : Network(outline(config, input)) { allocate(); }
  /// The same without tensors: for shapes, names and counts. It cannot run.
  static Network outline(const config::NetworkConfig& config, const nn::Shape& input);

  /// x is [N, input...] (images channels-last) in any float type, which is also the type of the arithmetic. With heads
  /// the result is [N, 1 + K]: the score, then the logits of the K classes. Throws Error when a conditional layer finds
  /// no labels in `context`, or wrong ones.
  Tensor forward(const Tensor& x, nn::ForwardContext& context) const;

  /// As nn::Sequence::to_graph(); with heads the score and the logits, one after the other.
  nn::Value to_graph(nn::Graph& graph, nn::Value x) const;

  const nn::Shape& input_shape() const { return layers_.input_shape(); }
  const nn::Shape& output_shape() const { return output_; }
  /// How many classes its conditional layers know; 0 when it needs no labels.
  std::int64_t classes() const { return classes_; }
  /// How many class logits stand behind the score in its output; 0 without a head for classes.
  std::int64_t class_logits() const { return heads_.empty() ? 0 : output_.elements() - 1; }

  /// The layers before the heads.
  const nn::Sequence& layers() const { return layers_; }
  const std::vector<nn::Sequence::Entry>& entries() const { return layers_.entries(); }
  const std::vector<Head>& heads() const { return heads_; }

  /// Calls `visit` for every layer, those inside composite layers too, with its name in files.
  void for_each_layer(const std::function<void(const std::string& name, nn::Layer& layer)>& visit) const;

  /// Whether a layer does, or one inside it: nn::Layer::couples_images().
  bool couples_images() const;

  /// What the optimiser changes, in order.
  std::vector<NetworkTensor> parameters() const;
  /// What moves without a gradient, in order.
  std::vector<NetworkTensor> buffers() const;
  /// Everything a file holds: parameters and buffers, in order.
  std::vector<NetworkTensor> state() const;

  void to(const torch::Device& device);
  /// Where its tensors lie: the CPU until to(), and where it has none.
  torch::Device device() const;
  /// Whether gradients flow into the parameters. Off while the other network learns: it halves that backward pass.
  void require_gradients(bool required);
  /// No tensor changes from now on: passes in evaluation keep what they make of the weights, unless gradients are asked
  /// for. The bytes are the same. to() and copy_from() end it.
  void fix_weights() { fixed_ = std::make_unique<nn::kernels::FixedWeights>(); }
  /// Copies every tensor's values from `other`, which has the same layers.
  void copy_from(const Network& other);

 private:
  explicit Network(nn::Sequence layers) : layers_(std::move(layers)), output_(layers_.output_shape()) {}
  void allocate();
  void add_head(const std::string& name, const nn::LayerList& layers);
  void agree_on_classes(const std::string& where);

  nn::Sequence layers_;
  std::vector<Head> heads_;
  nn::Shape output_;
  std::int64_t classes_ = 0;
  std::unique_ptr<nn::kernels::FixedWeights> fixed_;
};

}  // namespace ganymede::models
