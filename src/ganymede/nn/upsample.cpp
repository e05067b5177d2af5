// Enlarging an image by a whole factor.
#include "ganymede/nn/conv.h"
#include "ganymede/nn/registry.h"
#include "ganymede/nn/resample.h"

namespace ganymede::nn {

enum class UpsampleMode { kNearest, kBilinear, kFiltered };

}  // namespace ganymede::nn

template <>
struct ganymede::config::Names<ganymede::nn::UpsampleMode> {
  using Mode = nn::UpsampleMode;
  static constexpr std::array<std::pair<const char*, Mode>, 3> values{
      {{"nearest", Mode::kNearest}, {"bilinear", Mode::kBilinear}, {"filtered", Mode::kFiltered}}};
};

namespace ganymede::nn {
namespace {

struct UpsampleOptions {
  int factor = 2;
  UpsampleMode mode = UpsampleMode::kNearest;
};

template <class V>
void visit_fields(V& field, UpsampleOptions& o) {
  field("upsample", o.factor, config::in_range(2, 16), "how many times as high and wide");
  field("mode", o.mode, "copies, interpolates, or doubles with the low-pass filter [1, 2, 1]");
}

class Upsample : public Layer {
 public:
  explicit Upsample(const UpsampleOptions& options) : options_(options) {}
  Tensor forward(const Tensor& x, ForwardContext& context) override {
    if (conv_ != nullptr) return conv_->forward(x, context);
    switch (options_.mode) {
      case UpsampleMode::kNearest:
        break;
      case UpsampleMode::kFiltered:
        return upsample_filtered(x);
      case UpsampleMode::kBilinear: {
        // Half-pixel centres, as Keras and PyTorch's align_corners = false; interpolated in f32 at least.
        const Tensor wide = x.scalar_type() == at::kBFloat16 ? x.to(at::kFloat) : x;
        return at::upsample_bilinear2d(wide, {x.size(2) * options_.factor, x.size(3) * options_.factor}, false)
            .to(x.scalar_type())
            .contiguous(at::MemoryFormat::ChannelsLast);
      }
    }
    return upsample_nearest(x, options_.factor);
  }
  Value to_graph(Graph& graph, Value x, const Shape& input) const override {
    if (options_.mode == UpsampleMode::kFiltered) return upsample_filtered(graph, x, input);
    const bool nearest = options_.mode == UpsampleMode::kNearest;
    const auto factor = static_cast<float>(options_.factor);
    const Value scales = graph.constant(torch::tensor({1.0F, 1.0F, factor, factor}));
    return graph.node("Resize", {x, Value{Value::kAbsent}, scales},
                      {{"mode", std::string(nearest ? "nearest" : "linear")},
                       {"coordinate_transformation_mode", std::string(nearest ? "asymmetric" : "half_pixel")},
                       {"nearest_mode", std::string("floor")}});
  }

  /// A convolution behind copies of each pixel sees them before they are made.
  bool absorb(Layer& next) override {
    auto* conv = dynamic_cast<Conv*>(&next);
    if (conv == nullptr || conv_ != nullptr || options_.mode != UpsampleMode::kNearest ||
        !conv->enlarge_first(options_.factor))
      return false;
    conv_ = conv;
    return true;
  }

 private:
  UpsampleOptions options_;
  Conv* conv_ = nullptr;
};

class UpsampleSpec : public SpecWith<UpsampleOptions> {
 public:
  std::string kind() const override { return "upsample"; }
  Shape output_shape(const Shape& input) const override {
    expect_image(input, kind());
    if (options.mode == UpsampleMode::kFiltered && options.factor != 2) {
      throw ShapeError("upsample with mode = \"filtered\" doubles: write upsample = 2");
    }
    return {input.channels(), input.height() * options.factor, input.width() * options.factor};
  }
  std::unique_ptr<Layer> make(const Shape&) const override { return std::make_unique<Upsample>(options); }
};

}  // namespace

void register_upsample(LayerRegistry& registry) {
  config::add_kind<UpsampleSpec>(registry, "upsample", "enlarges images");
}

}  // namespace ganymede::nn
