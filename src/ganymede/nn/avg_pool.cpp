#include "ganymede/nn/avg_pool.h"

#include "ganymede/nn/registry.h"
#include "ganymede/nn/resample.h"

template <>
struct ganymede::config::Names<ganymede::nn::AvgPoolMode> {
  using Mode = nn::AvgPoolMode;
  static constexpr std::array<std::pair<const char*, Mode>, 2> values{
      {{"box", Mode::kBox}, {"filtered", Mode::kFiltered}}};
};

namespace ganymede::nn {

Tensor AvgPool::forward(const Tensor& x, ForwardContext&) {
  return mode_ == AvgPoolMode::kFiltered ? downsample_filtered(x) : at::avg_pool2d(x, {factor_, factor_});
}

Value AvgPool::to_graph(Graph& graph, Value x, const Shape& input) const {
  if (mode_ == AvgPoolMode::kFiltered) return downsample_filtered(graph, x, input);
  const std::vector<std::int64_t> square(2, factor_);
  return graph.node("AveragePool", {x}, {{"kernel_shape", square}, {"strides", square}});
}

namespace {

struct AvgPoolOptions {
  int factor = 2;
  AvgPoolMode mode = AvgPoolMode::kBox;
};

template <class V>
void visit_fields(V& field, AvgPoolOptions& o) {
  field("avg_pool", o.factor, config::in_range(2, 64), "how many times less high and wide");
  field("mode", o.mode, "the mean of a square, or halved with the low-pass filter [1, 2, 1]");
}

class AvgPoolSpec : public SpecWith<AvgPoolOptions> {
 public:
  std::string kind() const override { return "avg_pool"; }
  Shape output_shape(const Shape& input) const override {
    expect_image(input, kind());
    if (input.height() % options.factor != 0 || input.width() % options.factor != 0) {
      throw ShapeError(
          fmt::format("avg_pool = {} does not divide the height and width of {}", options.factor, input.text()));
    }
    if (options.mode == AvgPoolMode::kFiltered && options.factor != 2) {
      throw ShapeError("avg_pool with mode = \"filtered\" halves: write avg_pool = 2");
    }
    return {input.channels(), input.height() / options.factor, input.width() / options.factor};
  }
  std::unique_ptr<Layer> make(const Shape&) const override {
    return std::make_unique<AvgPool>(options.factor, options.mode);
  }
};

}  // namespace

void register_avg_pool(LayerRegistry& registry) {
  config::add_kind<AvgPoolSpec>(registry, "avg_pool", "shrinks images");
}

}  // namespace ganymede::nn
