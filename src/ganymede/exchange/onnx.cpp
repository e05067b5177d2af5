#include "ganymede/exchange/onnx.h"

#include "ganymede/core/error.h"
#include "ganymede/core/files.h"
#include "onnx_file.pb.h"

namespace ganymede::exchange {
namespace {

constexpr int kFileVersion = 10;  // of the format, the one that came with the operators' version
enum TensorType { kFloat = 1, kUint8 = 2, kInt64 = 7, kBool = 9, kHalf = 10 };
constexpr std::size_t kLargest = std::size_t{2} << 30;  // of a protobuf message

int type_of(nn::ValueType type) {
  switch (type) {
    case nn::ValueType::kFloat:
      return kFloat;
    case nn::ValueType::kInt64:
      return kInt64;
    case nn::ValueType::kUint8:
      return kUint8;
    case nn::ValueType::kBool:
      return kBool;
  }
  return kFloat;
}

class Writer {
 public:
  Writer(const nn::Graph& graph, WeightType weights) : from_(graph), weights_(weights) {
    for (const auto& port : from_.inputs()) names_[port.value.id] = port.name;
    for (const auto& port : from_.outputs()) names_[port.value.id] = port.name;
  }

  onnx::Model model() {
    onnx::Model model;
    model.set_ir_version(kFileVersion);
    model.set_producer_name("ganymede");
    model.set_producer_version(GANYMEDE_VERSION);
    model.add_opset_import()->set_version(kOnnxOperators);
    graph_ = model.mutable_graph();
    graph_->set_name("ganymede");
    for (const auto& constant : from_.constants()) add(constant);
    for (const auto& node : from_.nodes()) add(node);
    for (const auto& port : from_.inputs()) describe(port, *graph_->add_input());
    for (const auto& port : from_.outputs()) describe(port, *graph_->add_output());
    return model;
  }

 private:
  std::string name(nn::Value value) const {
    if (value.id == nn::Value::kAbsent) return {};
    const auto found = names_.find(value.id);
    return found == names_.end() ? fmt::format("v{}", value.id) : found->second;
  }

  void add(const nn::Graph::Constant& constant) {
    auto tensor = constant.tensor;
    // A few numbers gain nothing, and a half would change them.
    const bool narrow = weights_ == WeightType::kFloat16 && tensor.is_floating_point() && tensor.numel() > 1;
    if (narrow) tensor = tensor.to(at::kHalf);
    auto& out = *graph_->add_initializer();
    for (const auto dim : tensor.sizes()) out.add_dims(dim);
    out.set_data_type(narrow ? kHalf : tensor.is_floating_point() ? kFloat : kInt64);
    out.set_name(name(constant.value) + (narrow ? "_half" : ""));
    out.set_raw_data(tensor.data_ptr(), tensor.nbytes());
    if (narrow) widen(out.name(), name(constant.value));
  }

  void widen(const std::string& from, const std::string& to) {
    auto& cast = *graph_->add_node();
    cast.set_op_type("Cast");
    cast.set_name(to + "_cast");
    cast.add_input(from);
    cast.add_output(to);
    auto& type = *cast.add_attribute();
    type.set_name("to");
    type.set_i(kFloat);
    type.set_type(onnx::Attribute::INT);
  }

  void add(const nn::Graph::Node& node) {
    auto& out = *graph_->add_node();
    out.set_op_type(node.op);
    out.set_name(fmt::format("{}_{}", node.op, node.output.id));
    for (const auto input : node.inputs) out.add_input(name(input));
    out.add_output(name(node.output));
    for (const auto& attribute : node.attributes) add(attribute, *out.add_attribute());
  }

  static void add(const nn::Graph::Attribute& attribute, onnx::Attribute& out) {
    out.set_name(attribute.name);
    if (const auto* integer = std::get_if<std::int64_t>(&attribute.value)) {
      out.set_type(onnx::Attribute::INT);
      out.set_i(*integer);
    } else if (const auto* number = std::get_if<double>(&attribute.value)) {
      out.set_type(onnx::Attribute::FLOAT);
      out.set_f(static_cast<float>(*number));
    } else if (const auto* text = std::get_if<std::string>(&attribute.value)) {
      out.set_type(onnx::Attribute::STRING);
      out.set_s(*text);
    } else {
      out.set_type(onnx::Attribute::INTS);
      for (const auto value : std::get<std::vector<std::int64_t>>(attribute.value)) out.add_ints(value);
    }
  }

  static void describe(const nn::Graph::Port& port, onnx::ValueInfo& out) {
    out.set_name(port.name);
    auto& type = *out.mutable_type()->mutable_tensor_type();
    type.set_elem_type(type_of(port.type));
    type.mutable_shape()->add_dim()->set_dim_param("batch");
    for (const auto dim : port.dims) type.mutable_shape()->add_dim()->set_dim_value(dim);
  }

  const nn::Graph& from_;
  WeightType weights_;
  onnx::Graph* graph_ = nullptr;
  std::map<std::size_t, std::string> names_;
};

}  // namespace

void write_onnx(const std::filesystem::path& path, const nn::Graph& graph, WeightType weights,
                const std::map<std::string, std::string>& metadata) {
  auto model = Writer(graph, weights).model();
  for (const auto& [key, value] : metadata) {
    auto& entry = *model.add_metadata_props();
    entry.set_key(key);
    entry.set_value(value);
  }
  if (model.ByteSizeLong() >= kLargest) {
    throw Error("a model above 2 GiB does not fit into one ONNX file", path.string(), "write weights as f16");
  }
  write_file(path, model.SerializeAsString());
}

}  // namespace ganymede::exchange
