// What every layer is: a spec (its options, shapes, costs) that makes a layer (its tensors and their use).
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ganymede/config/option_table.h"
#include "ganymede/core/random.h"
#include "ganymede/core/torch_compat.h"
#include "ganymede/nn/graph.h"
#include "ganymede/nn/initialiser.h"
#include "ganymede/nn/shape.h"

namespace ganymede::nn {

namespace kernels {
class FixedWeights;
}

/// What a parameter is for, which decides how it starts.
enum class Role {
  kWeight,     ///< from the initialiser
  kBias,       ///< 0, but for `torch`
  kScale,      ///< 1
  kShift,      ///< 0
  kEmbedding,  ///< N(0, 1) as PyTorch's embeddings, unless its own layer names an initialiser
};

/// A tensor that the optimiser changes. Kept in f32 whatever the activations' type.
struct Parameter {
  std::string name;
  std::vector<std::int64_t> shape;
  Tensor tensor;  ///< undefined until Layer::allocate()
  Role role = Role::kWeight;
  std::int64_t fan_in = 1, fan_out = 1;  ///< of the layer's weight, also for its bias
  std::optional<Initialiser> init;       ///< overrides the network's
  double init_scale = 1;                 ///< multiplies what the initialiser gives

  std::int64_t count() const { return Shape(shape).elements(); }
};

/// A tensor that travels with the model but has no gradient (running statistics, power-iteration vectors).
struct Buffer {
  std::string name;
  std::vector<std::int64_t> shape;
  Tensor tensor;                  ///< undefined until Layer::allocate()
  std::function<Tensor()> start;  ///< makes it, of that shape
  bool counted = true;            ///< whether Keras would count it among the parameters

  std::int64_t count() const { return Shape(shape).elements(); }
};

/// What a forward pass needs to know beside its input.
struct ForwardContext {
  bool training = false;
  bool labels_checked = false;     ///< the caller has seen that every class in `labels` is one the network knows
  std::uint64_t dropout_seed = 0;  ///< every dropout layer takes its own seed from it
  /// Where x is two batches, one after the other: the second's, which is dropped as if it came alone.
  std::optional<std::uint64_t> second_dropout_seed = {};
  /// The images' classes, int64 [N], or points between classes, weights f32 [N, classes]; on the CPU or x's device;
  /// undefined where there are none.
  Tensor labels = {};
  kernels::FixedWeights* fixed = nullptr;  ///< where the weights no longer change and nothing asks for a gradient
  std::vector<std::uint64_t> next_dropout_seeds() {
    std::vector<std::uint64_t> seeds{mix64(dropout_seed++)};
    if (second_dropout_seed) seeds.push_back(mix64((*second_dropout_seed)++));
    return seeds;
  }
};

class Sequence;

/// Layers inside a composite layer: their tensors are named behind the layer's and this name.
struct Part {
  std::string name;
  const Sequence* sequence;
};

/// Made with the shapes of its tensors, which is enough for counting; the tensors themselves come with allocate().
class Layer {
 public:
  virtual ~Layer() = default;
  /// Makes its own tensors, not those of its parts: parameters are zeros, which an initialiser or a file sets.
  void allocate();
  /// x is [N, shape...]; images are channels-last in memory. Works in x's type.
  virtual Tensor forward(const Tensor& x, ForwardContext& context) = 0;
  /// What forward() computes outside training, without the layer that it took over; `input` is x's shape. Throws Error
  /// for a kind that does not say it.
  virtual Value to_graph(Graph& graph, Value x, const Shape& input) const;
  /// Takes over the next layer's work where both are done faster in one; true when it did.
  virtual bool absorb(Layer& next);
  /// Of the products that the layer's spec counts, the share that forward() makes.
  virtual double share_of_products() const { return 1; }
  /// The layers inside this one.
  virtual std::vector<Part> parts() const { return {}; }
  /// Whether, in training, what an image becomes depends on the others of its batch, or a pass leaves something behind:
  /// such a layer sees real and generated images in passes of their own. By itself one whose buffers move does.
  virtual bool couples_images() const { return !buffers_.empty(); }
  /// How many classes this layer knows; 0 when it does not look at labels.
  virtual std::int64_t classes() const { return 0; }

  std::vector<Parameter>& parameters() { return parameters_; }
  std::vector<Buffer>& buffers() { return buffers_; }
  const std::vector<Parameter>& parameters() const { return parameters_; }
  const std::vector<Buffer>& buffers() const { return buffers_; }

 protected:
  /// Index of a new f32 parameter of this shape.
  size_t add_parameter(std::string name, std::vector<std::int64_t> shape, Role role, std::int64_t fan_in,
                       std::int64_t fan_out, std::optional<Initialiser> init = {}, double init_scale = 1);
  /// Index of a new f32 buffer of this shape, which `start` makes.
  size_t add_buffer(std::string name, std::vector<std::int64_t> shape, std::function<Tensor()> start,
                    bool counted = true);
  /// A batch norm's running mean, 0, and running variance, 1, of so many channels.
  void add_running_statistics(std::int64_t channels);
  const Tensor& parameter(size_t index) const { return parameters_[index].tensor; }
  const Tensor& buffer(size_t index) const { return buffers_[index].tensor; }

 private:
  std::vector<Parameter> parameters_;
  std::vector<Buffer> buffers_;
};

/// A layer's options as read from a recipe.
class LayerSpec {
 public:
  virtual ~LayerSpec() = default;
  virtual std::string kind() const = 0;
  /// Throws ShapeError when the layer cannot take `input`.
  virtual Shape output_shape(const Shape& input) const = 0;
  /// Multiplications followed by additions for one image.
  virtual std::int64_t multiply_adds(const Shape&) const { return 0; }
  /// `input` must be one that output_shape() accepts.
  virtual std::unique_ptr<Layer> make(const Shape& input) const = 0;
  /// Every option with its value, the kind's own key first.
  virtual void write(config::FieldWriter& writer) const = 0;
};

/// A spec whose options are a struct with a field list.
template <class Options>
class SpecWith : public LayerSpec {
 public:
  Options options;
  void write(config::FieldWriter& writer) const override {
    auto copy = options;
    visit_fields(writer, copy);
  }
};

/// The value of a key that only has to be there: { batch_norm = true }, or the bare string "batch_norm".
struct Present {
  static constexpr const char* kWords = "`true`";
  std::string to_toml() const { return "true"; }
  static Present from_node(const toml::node& node, const std::function<void(const std::string&)>& fail);
};

}  // namespace ganymede::nn
