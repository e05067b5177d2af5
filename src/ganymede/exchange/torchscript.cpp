#include "ganymede/exchange/torchscript.h"

#include <fmt/ranges.h>
#include <torch/script.h>

#include <set>
#include <sstream>

#include "ganymede/core/error.h"
#include "ganymede/core/files.h"

namespace ganymede::exchange {
namespace {

using nn::Graph;
using nn::Value;

class Source {
 public:
  explicit Source(const Graph& graph) : graph_(graph) {
    for (std::size_t i = 0; i < graph.constants().size(); ++i) {
      const auto& constant = graph.constants()[i];
      names_[constant.value.id] = fmt::format("self.c{}", i);
      if (!constant.tensor.is_floating_point()) whole_.insert(constant.value.id);
    }
    for (const auto& port : graph.inputs()) {
      names_[port.value.id] = port.name;
      if (port.type == nn::ValueType::kInt64) whole_.insert(port.value.id);
    }
  }

  std::string text() {
    std::string out = "def forward(self";
    for (const auto& port : graph_.inputs()) out += fmt::format(", {}: Tensor", port.name);
    out += "):\n";
    for (const auto& node : graph_.nodes()) {
      out += fmt::format("    v{} = {}\n", node.output.id, expression(node));
      if (gives_whole(node)) whole_.insert(node.output.id);
    }
    std::vector<std::string> results;
    for (const auto& port : graph_.outputs()) results.push_back(name(port.value));
    return out + fmt::format("    return {}\n", fmt::join(results, ", "));
  }

 private:
  std::string name(Value value) const {
    const auto found = names_.find(value.id);
    return found == names_.end() ? fmt::format("v{}", value.id) : found->second;
  }
  std::string in(const Graph::Node& node, std::size_t i) const { return name(node.inputs.at(i)); }
  bool is_whole(Value value) const { return whole_.count(value.id) != 0; }
  bool gives_whole(const Graph::Node& node) const {
    if (node.op == "Shape") return true;
    if (node.op == "Cast" || node.op == "Less") return false;
    return is_whole(node.inputs.at(node.op == "Where" ? 1 : 0));
  }
  /// A constant operand written out: shapes and axes must be known to the script's compiler.
  std::string numbers(Value value) const {
    const Tensor* tensor = graph_.constant_of(value);
    if (tensor == nullptr) throw Error("a shape of this model is computed, which TorchScript cannot be given");
    const Tensor flat = tensor->flatten();
    std::vector<std::int64_t> values(flat.data_ptr<std::int64_t>(), flat.data_ptr<std::int64_t>() + flat.numel());
    return fmt::format("[{}]", fmt::join(values, ", "));
  }
  std::int64_t number(Value value) const { return graph_.constant_of(value)->item<std::int64_t>(); }
  static std::string list(const std::vector<std::int64_t>& values) {
    return fmt::format("[{}]", fmt::join(values, ", "));
  }

  std::string expression(const Graph::Node& node) const {
    static const std::map<std::string, const char*> kPlain{{"Relu", "relu"}, {"Tanh", "tanh"},   {"Sigmoid", "sigmoid"},
                                                           {"Sqrt", "sqrt"}, {"Floor", "floor"}, {"Add", "add"},
                                                           {"Sub", "sub"},   {"Mul", "mul"},     {"MatMul", "matmul"},
                                                           {"Less", "lt"},   {"Min", "minimum"}, {"Where", "where"}};
    if (const auto found = kPlain.find(node.op); found != kPlain.end()) {
      std::vector<std::string> operands;
      for (const auto value : node.inputs) operands.push_back(name(value));
      return fmt::format("torch.{}({})", found->second, fmt::join(operands, ", "));
    }
    static const std::map<std::string, std::string (Source::*)(const Graph::Node&) const> kWritten{
        {"Conv", &Source::conv},
        {"ConvTranspose", &Source::conv_transpose},
        {"Div", &Source::div},
        {"LeakyRelu", &Source::leaky_relu},
        {"Softmax", &Source::softmax},
        {"Clip", &Source::clip},
        {"Cast", &Source::cast},
        {"Reshape", &Source::reshape},
        {"Transpose", &Source::transpose},
        {"ReduceMean", &Source::reduce},
        {"ReduceSum", &Source::reduce},
        {"Concat", &Source::concat},
        {"AveragePool", &Source::pool},
        {"MaxPool", &Source::pool},
        {"Resize", &Source::resize},
        {"Pad", &Source::pad},
        {"Slice", &Source::slice},
        {"Gather", &Source::gather},
        {"Shape", &Source::shape},
        {"Range", &Source::range}};
    const auto found = kWritten.find(node.op);
    if (found == kWritten.end()) throw Error("TorchScript's writer does not know the operator " + node.op);
    return (this->*found->second)(node);
  }

  std::string bias(const Graph::Node& node) const { return node.inputs.size() > 2 ? in(node, 2) : "None"; }

  std::string conv(const Graph::Node& node) const {
    const auto& p = node.integers("pads");  // top, left, bottom, right
    const bool even = p[0] == p[2] && p[1] == p[3];
    const std::string x =
        even ? in(node, 0)
             : fmt::format("torch.constant_pad_nd({}, [{}, {}, {}, {}], 0.0)", in(node, 0), p[1], p[3], p[0], p[2]);
    const std::vector<std::int64_t> padding = even ? std::vector{p[0], p[1]} : std::vector<std::int64_t>{0, 0};
    return fmt::format("torch.conv2d({}, {}, {}, {}, {}, [1, 1], {})", x, in(node, 1), bias(node),
                       list(node.integers("strides")), list(padding), node.integer("group"));
  }
  std::string conv_transpose(const Graph::Node& node) const {
    const auto& p = node.integers("pads");  // the graph cuts off what is not even
    return fmt::format("torch.conv_transpose2d({}, {}, {}, {}, {}, {}, {})", in(node, 0), in(node, 1), bias(node),
                       list(node.integers("strides")), list({p[0], p[1]}), list(node.integers("output_padding")),
                       node.integer("group"));
  }
  std::string div(const Graph::Node& node) const {
    const char* rounding = is_whole(node.inputs[0]) ? ", rounding_mode='floor'" : "";
    return fmt::format("torch.div({}, {}{})", in(node, 0), in(node, 1), rounding);
  }
  std::string leaky_relu(const Graph::Node& node) const {
    return fmt::format("torch.leaky_relu({}, {})", in(node, 0), std::get<double>(node.attribute("alpha")));
  }
  std::string softmax(const Graph::Node& node) const {
    return fmt::format("torch.softmax({}, {})", in(node, 0), node.integer("axis"));
  }
  std::string clip(const Graph::Node& node) const {
    return fmt::format("torch.clamp({}, {}, {})", in(node, 0), graph_.constant_of(node.inputs[1])->item<float>(),
                       graph_.constant_of(node.inputs[2])->item<float>());
  }
  std::string cast(const Graph::Node& node) const {
    // The compiler of texts knows types by their numbers only.
    const auto type = node.integer("to") == 2 ? at::kByte : at::kFloat;
    return fmt::format("{}.to({})", in(node, 0), static_cast<int>(type));
  }
  std::string reshape(const Graph::Node& node) const {
    return fmt::format("torch.reshape({}, {})", in(node, 0), numbers(node.inputs[1]));
  }
  std::string transpose(const Graph::Node& node) const {
    return fmt::format("torch.permute({}, {})", in(node, 0), list(node.integers("perm")));
  }
  std::string reduce(const Graph::Node& node) const {
    return fmt::format("torch.{}({}, {}, {})", node.op == "ReduceMean" ? "mean" : "sum", in(node, 0),
                       numbers(node.inputs[1]), node.integer("keepdims") != 0 ? "True" : "False");
  }
  std::string concat(const Graph::Node& node) const {
    std::vector<std::string> parts;
    for (const auto value : node.inputs) parts.push_back(name(value));
    return fmt::format("torch.cat([{}], {})", fmt::join(parts, ", "), node.integer("axis"));
  }
  std::string pool(const Graph::Node& node) const {
    return fmt::format("torch.{}({}, {}, {})", node.op == "MaxPool" ? "max_pool2d" : "avg_pool2d", in(node, 0),
                       list(node.integers("kernel_shape")), list(node.integers("strides")));
  }
  std::string resize(const Graph::Node& node) const {
    const Tensor& scales = *graph_.constant_of(node.inputs[2]);
    const auto factor = static_cast<std::int64_t>(scales[2].item<float>());
    const auto mode = std::get<std::string>(node.attribute("mode"));
    const std::string size = fmt::format("[{0}.size(2) * {1}, {0}.size(3) * {1}]", in(node, 0), factor);
    return mode == "nearest" ? fmt::format("torch.upsample_nearest2d({}, {})", in(node, 0), size)
                             : fmt::format("torch.upsample_bilinear2d({}, {}, False)", in(node, 0), size);
  }
  std::string pad(const Graph::Node& node) const {
    const Tensor pads = *graph_.constant_of(node.inputs[1]);  // begins of each dimension, then ends
    std::vector<std::int64_t> values;
    for (std::int64_t dim = pads.numel() / 2 - 1; dim >= 0; --dim) {
      values.push_back(pads[dim].item<std::int64_t>());
      values.push_back(pads[pads.numel() / 2 + dim].item<std::int64_t>());
    }
    return fmt::format("torch.constant_pad_nd({}, {}, 0.0)", in(node, 0), list(values));
  }
  std::string slice(const Graph::Node& node) const {
    const auto begin = number(node.inputs[1]), end = number(node.inputs[2]);
    return fmt::format("torch.narrow({}, {}, {}, {})", in(node, 0), number(node.inputs[3]), begin, end - begin);
  }
  std::string gather(const Graph::Node& node) const { return fmt::format("{}[{}]", in(node, 0), in(node, 1)); }
  std::string shape(const Graph::Node& node) const { return fmt::format("torch._shape_as_tensor({})", in(node, 0)); }
  std::string range(const Graph::Node& node) const {
    return fmt::format("torch.arange(int({}), int({}), int({}))", in(node, 0), in(node, 1), in(node, 2));
  }

  const Graph& graph_;
  std::map<std::size_t, std::string> names_;
  std::set<std::size_t> whole_;  // values of whole numbers, whose quotients are cut
};

}  // namespace

std::string torchscript_source(const Graph& graph) {
  return Source(graph).text();
}

void write_torchscript(const std::filesystem::path& path, const Graph& graph,
                       const std::map<std::string, std::string>& metadata) {
  torch::jit::Module module("ganymede");
  for (std::size_t i = 0; i < graph.constants().size(); ++i) {
    module.register_buffer(fmt::format("c{}", i), graph.constants()[i].tensor);
  }
  module.define(torchscript_source(graph));
  module.eval();
  std::ostringstream bytes;
  module.save(bytes, {metadata.begin(), metadata.end()});
  write_file(path, bytes.str());
}

}  // namespace ganymede::exchange
