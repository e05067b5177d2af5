// Minibatch standard deviation (Karras et al. 2018): extra channels that tell a discriminator how much the images of a
// group differ.
#include "ganymede/nn/registry.h"

namespace ganymede::nn {
namespace {

constexpr double kVarianceFloor = 1e-8;  // keeps the root's gradient finite where all images are equal

struct MinibatchStddevOptions {
  int group = 4, channels = 1;
};

template <class V>
void visit_fields(V& field, MinibatchStddevOptions& o) {
  field("minibatch_stddev", o.group, config::in_range(2, 65536), "images that are compared with each other");
  field("channels", o.channels, config::in_range(1, 65536), "how many are added");
}

class MinibatchStddev : public Layer {
 public:
  explicit MinibatchStddev(const MinibatchStddevOptions& options)
      : group_(options.group), channels_(options.channels) {}

  /// Groups are images that follow each other. What a batch has beyond whole groups is compared with its last whole
  /// group's worth of images; a batch smaller than a group is one.
  Tensor forward(const Tensor& x, ForwardContext&) override {
    const std::int64_t batch = x.size(0), group = std::min(group_, batch), rest = batch % group;
    Tensor statistics = of_groups(x.narrow(0, 0, batch - rest), group);
    if (rest > 0)
      statistics = at::cat({statistics, of_groups(x.narrow(0, batch - group, group), group).narrow(0, 0, rest)});
    const Tensor maps = statistics.view({batch, channels_, 1, 1}).expand({batch, channels_, x.size(2), x.size(3)});
    return at::cat({x, maps}, 1).contiguous(at::MemoryFormat::ChannelsLast);
  }
  bool couples_images() const override { return true; }
  Value to_graph(Graph& graph, Value x, const Shape& input) const override {
    const std::int64_t height = input.height(), width = input.width(), share = input.channels() / channels_;
    const Members members = members_of(graph, x);
    // [N, group, channels, share, H, W]: each image's group beside it.
    const Value gathered = graph.node("Gather", {x, members.indices}, {{"axis", std::int64_t{0}}});
    const Value grouped = graph.reshape(gathered, {group_, channels_, share, height, width});
    const auto over_group = [&](Value y) {
      const Value sum = graph.node("ReduceSum", {graph.multiply(y, members.counts), graph.integers({1})},
                                   {{"keepdims", std::int64_t{1}}});
      return graph.divide(sum, members.size);
    };
    const Value centred = graph.subtract(grouped, over_group(grouped));
    const Value variance = over_group(graph.multiply(centred, centred));
    const Value deviation = graph.node("Sqrt", {graph.add(variance, graph.scalar(kVarianceFloor))});
    const Value statistics = graph.reshape(graph.mean(deviation, {1, 3, 4, 5}, false), {channels_, 1, 1});
    const Value maps = graph.multiply(statistics, graph.constant(at::ones({1, channels_, height, width})));
    return graph.node("Concat", {x, maps}, {{"axis", std::int64_t{1}}});
  }

 private:
  struct Members {
    Value indices;  ///< int64 [N, group]: the images of each one's group, the last repeated where the batch is smaller
    Value counts;   ///< f32 [1, group, 1, 1, 1, 1]: 1 for each that counts
    Value size;     ///< f32 []: how many count
  };
  Members members_of(Graph& graph, Value x) const {
    const auto whole = [&](std::int64_t value) { return graph.constant(at::scalar_tensor(value, at::kLong)); };
    const auto to_float = [&](Value y) { return graph.node("Cast", {y}, {{"to", std::int64_t{1}}}); };
    const Value batch = graph.node("Gather", {graph.node("Shape", {x}), whole(0)}, {{"axis", std::int64_t{0}}});
    const Value group = graph.node("Min", {batch, whole(group_)});
    const Value in_groups = graph.multiply(graph.divide(batch, group), group);
    const Value samples = graph.node("Range", {whole(0), batch, whole(1)});
    const Value own = graph.multiply(graph.divide(samples, group), group);
    const Value begins =
        graph.node("Where", {graph.node("Less", {samples, in_groups}), own, graph.subtract(batch, group)});
    const Value places = graph.constant(at::arange(group_, at::kLong));
    const Value kept = graph.node("Min", {places, graph.subtract(group, whole(1))});
    const Value counts = to_float(graph.node("Less", {places, group}));
    return {graph.add(graph.reshape(begins, {1}), kept),
            graph.node("Reshape", {counts, graph.integers({1, -1, 1, 1, 1, 1})}), to_float(group)};
  }

  /// [N, channels]: the standard deviation over each group, its mean over pixels and a share of the features.
  Tensor of_groups(const Tensor& x, std::int64_t group) const {
    const Tensor wide = x.scalar_type() == at::kBFloat16 ? x.to(at::kFloat) : x;
    const Tensor grouped =
        wide.reshape({x.size(0) / group, group, channels_, x.size(1) / channels_, x.size(2), x.size(3)});
    const Tensor variance = (grouped - grouped.mean({1}, true)).square().mean({1});
    return (variance + kVarianceFloor).sqrt().mean({2, 3, 4}).repeat_interleave(group, 0).to(x.scalar_type());
  }

  std::int64_t group_, channels_;
};

class MinibatchStddevSpec : public SpecWith<MinibatchStddevOptions> {
 public:
  std::string kind() const override { return "minibatch_stddev"; }
  Shape output_shape(const Shape& input) const override {
    expect_image(input, kind());
    if (input.channels() % options.channels != 0) {
      throw ShapeError(fmt::format("minibatch_stddev with channels = {} does not divide those of {}", options.channels,
                                   input.text()));
    }
    return {input.channels() + options.channels, input.height(), input.width()};
  }
  std::unique_ptr<Layer> make(const Shape&) const override { return std::make_unique<MinibatchStddev>(options); }
};

}  // namespace

void register_minibatch_stddev(LayerRegistry& registry) {
  config::add_kind<MinibatchStddevSpec>(
      registry, "minibatch_stddev",
      "extra channels that hold how much the images of a group differ (Karras et al. 2018)");
}

}  // namespace ganymede::nn
