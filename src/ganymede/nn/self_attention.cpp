// Self-attention (Zhang et al. 2019, SAGAN), in the form of the paper's own code: y = x + gamma * attention(x), where
// queries and keys have C / 8 channels, values C / 2, keys and values are max-pooled 2 x 2, the maps have no biases and
// gamma starts at 0.
#include "ganymede/core/precision.h"
#include "ganymede/nn/graph_conv.h"
#include "ganymede/nn/kernels/conv.h"
#include "ganymede/nn/registry.h"
#include "ganymede/nn/weight.h"

namespace ganymede::nn {
namespace {

struct SelfAttentionOptions {
  Present present;
  WeightOptions weight;  ///< of all four 1 x 1 convolutions
};

template <class V>
void visit_fields(V& field, SelfAttentionOptions& o) {
  field("self_attention", o.present, "by name alone");
  visit_fields(field, o.weight);
}

class SelfAttention : public WeightLayer {
 public:
  SelfAttention(const SelfAttentionOptions& options, std::int64_t channels) {
    const std::int64_t narrow = channels / 8, wide = channels / 2;
    const auto map = [&](std::int64_t from, std::int64_t to, const char* name) {
      add_weight({{to, from, 1, 1}, from, to, 0}, options.weight, name);
    };
    map(channels, narrow, "query");
    map(channels, narrow, "key");
    map(channels, wide, "value");
    map(wide, channels, "output");
    gamma_ = add_parameter("gamma", {1}, Role::kShift, 1, 1);
  }
  Tensor forward(const Tensor& x, ForwardContext& context) override {
    if (multiplies_in_float(x)) return forward(x.to(at::kFloat), context).to(x.scalar_type());
    const auto map = [&](const Tensor& from, size_t which) {
      return kernels::conv2d(from, weight(context, which), {}, {}, context.fixed);
    };
    const auto pooled = [](const Tensor& y) { return at::max_pool2d(y, {2, 2}); };
    const Tensor query = pixels(map(x, 0)), key = pixels(pooled(map(x, 1))), value = pixels(pooled(map(x, 2)));
    const Tensor attention = at::softmax(at::bmm(query, key.transpose(1, 2)), -1);  // [N, H W, H W / 4]
    const Tensor mixed = at::bmm(attention, value).reshape({x.size(0), x.size(2), x.size(3), -1}).permute({0, 3, 1, 2});
    return x + map(mixed, 3) * parameter(gamma_).to(x.scalar_type());
  }
  Value to_graph(Graph& graph, Value x, const Shape& input) const override {
    const auto map = [&](Value from, size_t which) {
      return graph_conv(graph, from, {evaluated_weight(which), {}, {}});
    };
    const auto pooled = [&](Value y) {
      const std::vector<std::int64_t> square{2, 2};
      return graph.node("MaxPool", {y}, {{"kernel_shape", square}, {"strides", square}});
    };
    const std::int64_t narrow = input.channels() / 8, wide = input.channels() / 2;
    const auto area = input.height() * input.width();
    const auto columns = [&](Value y, std::int64_t channels, std::int64_t count) {  // [N, channels, count]
      return graph.reshape(y, {channels, count});
    };
    const auto turned = [&](Value y) {
      return graph.node("Transpose", {y}, {{"perm", std::vector<std::int64_t>{0, 2, 1}}});
    };
    const Value query = turned(columns(map(x, 0), narrow, area));
    const Value key = columns(pooled(map(x, 1)), narrow, area / 4);
    const Value value = turned(columns(pooled(map(x, 2)), wide, area / 4));
    const Value scores = graph.node("MatMul", {query, key});
    const Value attention = graph.node("Softmax", {scores}, {{"axis", std::int64_t{2}}});
    const Value mixed = turned(graph.node("MatMul", {attention, value}));  // [N, wide, H W]
    const Value image = graph.reshape(mixed, {wide, input.height(), input.width()});
    return graph.add(x, graph.multiply(map(image, 3), graph.constant(parameter(gamma_))));
  }

 private:
  /// [N, C, H, W] -> [N, H W, C].
  static Tensor pixels(const Tensor& y) { return y.permute({0, 2, 3, 1}).reshape({y.size(0), -1, y.size(1)}); }

  size_t gamma_ = 0;
};

class SelfAttentionSpec : public SpecWith<SelfAttentionOptions> {
 public:
  std::string kind() const override { return "self_attention"; }
  Shape output_shape(const Shape& input) const override {
    expect_image(input, kind());
    if (input.channels() < 8) throw ShapeError("self_attention needs at least 8 channels but got " + input.text());
    if (input.height() % 2 != 0 || input.width() % 2 != 0)
      throw ShapeError("self_attention needs even height and width but got " + input.text());
    if (pairs(input) > kMaxElements)
      throw ShapeError("self_attention would compare too many pixels of " + input.text());
    return input;
  }
  std::int64_t multiply_adds(const Shape& input) const override {
    const std::int64_t area = input.height() * input.width(), channels = input.channels();
    const std::int64_t narrow = channels / 8, wide = channels / 2;
    return area * (channels * (2 * narrow + wide) + wide * channels) + pairs(input) * (narrow + wide);
  }
  std::unique_ptr<Layer> make(const Shape& input) const override {
    return std::make_unique<SelfAttention>(options, input.channels());
  }

 private:
  /// How many pairs of a pixel and a pooled one there are.
  static std::int64_t pairs(const Shape& input) {
    const std::int64_t area = input.height() * input.width();  // at most kMaxElements, so the square fits
    return area * area / 4;
  }
};

}  // namespace

void register_self_attention(LayerRegistry& registry) {
  config::add_kind<SelfAttentionSpec>(
      registry, "self_attention",
      "SAGAN's (Zhang et al. 2019); starts as the identity; needs 8 channels, even height and width");
}

}  // namespace ganymede::nn
