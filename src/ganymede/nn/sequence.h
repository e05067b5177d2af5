// A list of layers: what a network is made of, and what a composite layer holds.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "ganymede/nn/layer.h"

namespace ganymede {
class PhaseClock;
}

namespace ganymede::nn {

/// A layer as a recipe lists it: its options are read and checked, its input is not known yet.
struct ListedLayer {
  std::string kind;
  config::Place place;  ///< in the recipe, for messages
  std::shared_ptr<const LayerSpec> spec;

  /// With every option written out, the kind first and then by name: "{ conv = 8, bias = true, ... }".
  std::string to_toml() const;
};

/// The value of an option that is a list of layers, and what a Sequence is made from.
struct LayerList {
  static constexpr const char* kWords = "layers";
  std::vector<ListedLayer> layers;

  /// Throws UsageError for an unknown layer or option.
  static LayerList from_tables(const std::vector<config::OptionTable>& tables);
  /// Every layer with every option written out.
  std::string to_toml() const;

  bool empty() const { return layers.empty(); }
  std::size_t size() const { return layers.size(); }
  const ListedLayer& operator[](std::size_t index) const { return layers[index]; }
  const ListedLayer& front() const { return layers.front(); }
  const ListedLayer& back() const { return layers.back(); }
  auto begin() const { return layers.begin(); }
  auto end() const { return layers.end(); }
};

/// A layer of a list cannot take the shape it was given.
class ShapeMismatch : public ShapeError {
 public:
  ShapeMismatch(std::string layer, std::string problem, std::string where, std::string got);

  const std::string layer;    ///< "residual_1.branch.conv_2"
  const std::string problem;  ///< without the layer's name
  const std::string where;    ///< the layer's place in the recipe
  const std::string got;      ///< the shape it was given
};

/// Calls `visit` (where given) for each layer of the list with its name ("conv_1": kind and number), its input's and
/// its output's shape; returns the last output (`input` for an empty list). Throws ShapeMismatch, naming the layer
/// behind `prefix`.
using VisitLayer =
    std::function<void(const std::string& name, const ListedLayer& layer, const Shape& input, const Shape& output)>;
Shape walk(const LayerList& list, const Shape& input, const std::string& prefix, const VisitLayer& visit);

/// A tensor with the name it has in files: "conv_1.weight", "residual_1.branch.conv_1.weight".
struct NamedTensor {
  std::string name;
  Tensor tensor;
};

/// Layers in order. Movable, not copyable.
class Sequence {
 public:
  struct Entry {
    std::string name;
    std::shared_ptr<const LayerSpec> spec;
    std::unique_ptr<Layer> layer;
    Shape output;
    bool absorbed = false;  ///< the layer before does this one's work
  };

  /// Without tensors until allocate(). Throws ShapeMismatch, naming layers behind `prefix`.
  Sequence(const LayerList& list, const Shape& input, const std::string& prefix = {});

  /// Makes every layer's tensors.
  void allocate();
  /// x is [N, input...]; an empty sequence gives it back. Only after allocate().
  Tensor forward(const Tensor& x, ForwardContext& context) const;

  /// As Layer::to_graph(), of all layers.
  Value to_graph(Graph& graph, Value x) const;

  const Shape& input_shape() const { return input_; }
  const Shape& output_shape() const { return entries_.empty() ? input_ : entries_.back().output; }
  const std::vector<Entry>& entries() const { return entries_; }

  /// Calls `visit` for every layer with its dotted name, a composite one before the layers inside it.
  void for_each_layer(const std::function<void(const std::string& name, Layer& layer)>& visit,
                      const std::string& prefix = {}) const;
  /// How many numbers the optimiser changes.
  std::int64_t parameter_count() const;

 private:
  /// The same bytes, with every layer's time on the clock.
  Tensor timed_forward(const Tensor& x, ForwardContext& context, PhaseClock& clock) const;

  Shape input_;
  std::vector<Entry> entries_;
};

}  // namespace ganymede::nn
