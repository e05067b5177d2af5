// The sum or the mean of each channel over all pixels: an image becomes flat features.
#include "ganymede/nn/registry.h"

namespace ganymede::nn {

enum class GlobalPoolMode { kSum, kMean };

}  // namespace ganymede::nn

template <>
struct ganymede::config::Names<ganymede::nn::GlobalPoolMode> {
  using Mode = nn::GlobalPoolMode;
  static constexpr std::array<std::pair<const char*, Mode>, 2> values{{{"sum", Mode::kSum}, {"mean", Mode::kMean}}};
};

namespace ganymede::nn {
namespace {

struct GlobalPoolOptions {
  GlobalPoolMode mode = GlobalPoolMode::kSum;
};

template <class V>
void visit_fields(V& field, GlobalPoolOptions& o) {
  field("global_pool", o.mode, "of each channel over all pixels");
}

class GlobalPool : public Layer {
 public:
  explicit GlobalPool(GlobalPoolMode mode) : mode_(mode) {}
  Tensor forward(const Tensor& x, ForwardContext&) override {
    return mode_ == GlobalPoolMode::kSum ? x.sum({2, 3}) : x.mean({2, 3});
  }
  Value to_graph(Graph& graph, Value x, const Shape&) const override {
    return graph.node(mode_ == GlobalPoolMode::kSum ? "ReduceSum" : "ReduceMean", {x, graph.integers({2, 3})},
                      {{"keepdims", std::int64_t{0}}});
  }

 private:
  GlobalPoolMode mode_;
};

class GlobalPoolSpec : public SpecWith<GlobalPoolOptions> {
 public:
  std::string kind() const override { return "global_pool"; }
  Shape output_shape(const Shape& input) const override {
    expect_image(input, kind());
    return {input.channels()};
  }
  std::unique_ptr<Layer> make(const Shape&) const override { return std::make_unique<GlobalPool>(options.mode); }
};

}  // namespace

void register_global_pool(LayerRegistry& registry) {
  config::add_kind<GlobalPoolSpec>(registry, "global_pool", "each channel over all pixels: flat features");
}

}  // namespace ganymede::nn
