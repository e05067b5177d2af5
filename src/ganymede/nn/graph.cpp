#include "ganymede/nn/graph.h"

#include <stdexcept>

namespace ganymede::nn {

const Graph::AttributeValue& Graph::Node::attribute(const std::string& name) const {
  for (const auto& attribute : attributes) {
    if (attribute.name == name) return attribute.value;
  }
  throw std::out_of_range(op + " has no attribute " + name);
}

Value Graph::input(const std::string& name, ValueType type, std::vector<std::int64_t> dims) {
  inputs_.push_back({name, next(), type, std::move(dims)});
  return inputs_.back().value;
}

void Graph::output(const std::string& name, Value value, ValueType type, std::vector<std::int64_t> dims) {
  outputs_.push_back({name, value, type, std::move(dims)});
}

Value Graph::constant(const Tensor& tensor) {
  Tensor plain = tensor.detach().cpu();
  if (plain.is_floating_point()) plain = plain.to(at::kFloat);
  // PyTorch's order whatever the layout in memory, and a copy, so that training may go on.
  constants_.push_back({next(), plain.clone(at::MemoryFormat::Contiguous)});
  return constants_.back().value;
}

Value Graph::scalar(double value) {
  return constant(at::scalar_tensor(value, at::kFloat));
}

Value Graph::integers(const std::vector<std::int64_t>& values) {
  return constant(torch::tensor(values, at::kLong));
}

Value Graph::node(const std::string& op, std::vector<Value> inputs, std::vector<Attribute> attributes) {
  nodes_.push_back({op, std::move(inputs), std::move(attributes), next()});
  return nodes_.back().output;
}

Value Graph::divide_by_root(Value a, Value b, double epsilon) {
  return divide(a, node("Sqrt", {add(b, scalar(epsilon))}));
}

Value Graph::reshape(Value x, std::vector<std::int64_t> dims) {
  dims.insert(dims.begin(), -1);
  return node("Reshape", {x, integers(dims)});
}

Value Graph::mean(Value x, const std::vector<std::int64_t>& axes, bool keep) {
  return node("ReduceMean", {x, integers(axes)}, {{"keepdims", std::int64_t{keep}}});
}

Value Graph::slice(Value x, std::int64_t axis, std::int64_t begin, std::int64_t end) {
  return node("Slice", {x, integers({begin}), integers({end}), integers({axis})});
}

Value Graph::rows_of_classes(const Tensor& table) {
  if (!label_) {
    label_ = labels_ == LabelInput::kIndex ? input("label", ValueType::kInt64, {})
                                           : input("label", ValueType::kFloat, {table.size(0)});
  }
  const Value rows = constant(table);
  if (labels_ == LabelInput::kWeights) return node("MatMul", {*label_, rows});
  return node("Gather", {rows, *label_}, {{"axis", std::int64_t{0}}});
}

const Tensor* Graph::constant_of(Value value) const {
  for (const auto& constant : constants_) {
    if (constant.value.id == value.id) return &constant.tensor;
  }
  return nullptr;
}

}  // namespace ganymede::nn
