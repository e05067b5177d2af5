// A network's evaluation as a graph of ONNX operators: what other programs are given (exchange/).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "ganymede/core/torch_compat.h"

namespace ganymede::nn {

/// A value in a Graph.
struct Value {
  static constexpr std::size_t kAbsent = SIZE_MAX;  ///< in the place of an input that is left out
  std::size_t id = 0;
};

enum class ValueType { kFloat, kInt64, kUint8, kBool };

/// How samples are told their classes.
enum class LabelInput {
  kIndex,   ///< `label`, int64 [N]
  kWeights  ///< `label`, f32 [N, classes]: points between classes
};

/// Operators are ONNX's (opset 21, https://onnx.ai/onnx/operators/) with its attributes, and mean what they mean there.
/// The batch is symbolic: the first dimension of inputs and outputs. Values are f32 unless said otherwise.
class Graph {
 public:
  explicit Graph(LabelInput labels = LabelInput::kIndex) : labels_(labels) {}
  LabelInput labels() const { return labels_; }

  using AttributeValue = std::variant<std::int64_t, double, std::vector<std::int64_t>, std::string>;
  struct Attribute {
    std::string name;
    AttributeValue value;
  };
  struct Node {
    std::string op;
    std::vector<Value> inputs;
    std::vector<Attribute> attributes;
    Value output;

    /// The attribute of that name; throws std::out_of_range without it.
    const AttributeValue& attribute(const std::string& name) const;
    std::int64_t integer(const std::string& name) const { return std::get<std::int64_t>(attribute(name)); }
    const std::vector<std::int64_t>& integers(const std::string& name) const {
      return std::get<std::vector<std::int64_t>>(attribute(name));
    }
  };
  /// What enters or leaves: [N, dims...].
  struct Port {
    std::string name;
    Value value;
    ValueType type;
    std::vector<std::int64_t> dims;
  };
  struct Constant {
    Value value;
    Tensor tensor;  ///< f32 or int64, on the CPU, contiguous
  };

  Value input(const std::string& name, ValueType type, std::vector<std::int64_t> dims);
  void output(const std::string& name, Value value, ValueType type, std::vector<std::int64_t> dims);
  /// A tensor of any device; floating-point ones become f32.
  Value constant(const Tensor& tensor);
  Value scalar(double value);
  Value integers(const std::vector<std::int64_t>& values);
  Value node(const std::string& op, std::vector<Value> inputs, std::vector<Attribute> attributes = {});

  // What layers have in common.
  Value add(Value a, Value b) { return node("Add", {a, b}); }
  Value subtract(Value a, Value b) { return node("Sub", {a, b}); }
  Value multiply(Value a, Value b) { return node("Mul", {a, b}); }
  Value divide(Value a, Value b) { return node("Div", {a, b}); }
  /// a / sqrt(b + epsilon).
  Value divide_by_root(Value a, Value b, double epsilon);
  /// The sample's dimensions become `dims`; the batch stays.
  Value reshape(Value x, std::vector<std::int64_t> dims);
  Value mean(Value x, const std::vector<std::int64_t>& axes, bool keep);
  /// Elements from `begin` up to `end` along `axis`.
  Value slice(Value x, std::int64_t axis, std::int64_t begin, std::int64_t end);
  /// For each sample its class's row of a table [classes, M], or the mix of rows that its weights say: [N, M].
  Value rows_of_classes(const Tensor& table);

  const std::vector<Port>& inputs() const { return inputs_; }
  const std::vector<Port>& outputs() const { return outputs_; }
  const std::vector<Constant>& constants() const { return constants_; }
  const std::vector<Node>& nodes() const { return nodes_; }
  /// The constant behind a value; nothing where it is computed.
  const Tensor* constant_of(Value value) const;

 private:
  Value next() { return {count_++}; }

  LabelInput labels_;
  std::size_t count_ = 0;
  std::vector<Port> inputs_, outputs_;
  std::vector<Constant> constants_;
  std::vector<Node> nodes_;
  std::optional<Value> label_;
};

}  // namespace ganymede::nn
