// The labels of a pass, for the layers that look at them.
#pragma once

#include "ganymede/nn/graph.h"
#include "ganymede/nn/layer.h"

namespace ganymede::nn {

/// Most classes that a layer may know.
inline constexpr std::int64_t kMaxClasses = 1 << 16;

/// What stands for the number of classes of data that nobody has looked at, where a network is only outlined.
inline constexpr std::int64_t kAssumedClasses = 10;

/// The option `classes` of a layer: a number, or "data", which is that of the classes that the data has.
class ClassCount {
 public:
  static constexpr const char* kWords = "whole number or `\"data\"`";
  ClassCount() = default;
  /// 0 where the recipe says nothing; kAssumedClasses where it follows the data.
  std::int64_t number() const { return follows_data_ ? kAssumedClasses : number_; }
  bool follows_data() const { return follows_data_; }
  /// For the range of a recipe's key.
  double largest() const { return static_cast<double>(number()); }
  std::string to_toml() const { return follows_data_ ? "\"data\"" : std::to_string(number_); }
  /// Calls `fail` with the problem where the node is neither.
  static ClassCount from_node(const toml::node& node, const std::function<void(const std::string&)>& fail);

 private:
  std::int64_t number_ = 0;
  bool follows_data_ = false;
};

/// Throws ShapeError when a recipe does not say how many classes the layer `kind` is for.
void expect_classes(std::int64_t classes, const std::string& kind);

/// The labels [N] of the batch x, on x's device. Throws Error, naming `kind`, when the pass has none, or not one for
/// each image of x, or one outside [0, classes); the last is looked for only on the CPU, and where the pass does not
/// vouch for its labels.
Tensor labels_of(const ForwardContext& context, const Tensor& x, const std::string& kind, std::int64_t classes);

/// The row of `table` [classes, n] that belongs to each image: [N, n]. Where the pass's labels are weights f32
/// [N, classes] instead, the rows so weighted: a point between classes, or conditions. Throws as labels_of() does.
Tensor rows_of_classes(const ForwardContext& context, const Tensor& x, const std::string& kind, const Tensor& table);

/// The same of gains: 1 stands for what weights lack of 1, so that conditions which are all 0 leave things as they are.
Tensor gains_of_classes(const ForwardContext& context, const Tensor& x, const std::string& kind, const Tensor& table);
/// What that is in a graph.
Value gains_of_classes(Graph& graph, const Tensor& table);

}  // namespace ganymede::nn
