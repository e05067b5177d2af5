// Batch normalisation whose scale and shift belong to the image's class (Dumoulin et al. 2017; de Vries et al. 2017).
// Gains start at 1 and shifts at 0, for every class.
#include "ganymede/nn/batch_norm_options.h"
#include "ganymede/nn/kernels/batch_norm_act.h"
#include "ganymede/nn/labels.h"
#include "ganymede/nn/registry.h"

namespace ganymede::nn {
namespace {

struct ConditionalBatchNormOptions {
  Present present;
  ClassCount classes;
  RunningStatistics statistics;
};

template <class V>
void visit_fields(V& field, ConditionalBatchNormOptions& o) {
  field("conditional_batch_norm", o.present, "by name alone");
  field("classes", o.classes, config::in_range(2, kMaxClasses), "how many classes the layer knows");
  visit_fields(field, o.statistics);
}

class ConditionalBatchNorm : public Layer {
 public:
  ConditionalBatchNorm(const ConditionalBatchNormOptions& options, std::int64_t channels)
      : classes_(options.classes.number()),
        momentum_(options.statistics.update()),
        epsilon_(options.statistics.epsilon),
        of_share_(!options.statistics.shared.value_or(true)) {
    if (classes_ * channels > kMaxElements) throw ShapeError("conditional_batch_norm has too many classes");
    add_parameter("weight", {classes_, channels}, Role::kScale, channels, channels);
    add_parameter("bias", {classes_, channels}, Role::kShift, channels, channels);
    add_running_statistics(channels);
  }
  Tensor forward(const Tensor& x, ForwardContext& context) override {
    const StatisticsOfShare scope(of_share_);
    const Tensor y = kernels::batch_norm_act(x, {{}, {}, buffer(0), buffer(1)}, of_the_batch(context),
                                             share_of_the_batch(momentum_), epsilon_, kernels::no_activation);
    const auto of_samples = [&](const Tensor& rows) {
      return x.dim() == 4 ? rows.to(x.scalar_type()).unsqueeze(-1).unsqueeze(-1) : rows.to(x.scalar_type());
    };
    return at::addcmul(of_samples(rows_of_classes(context, x, "conditional_batch_norm", parameter(1))), y,
                       of_samples(gains_of_classes(context, x, "conditional_batch_norm", parameter(0))));
  }
  Value to_graph(Graph& graph, Value x, const Shape& input) const override {
    const Value y = normalised(graph, x, input, {{}, {}, buffer(0), buffer(1)}, epsilon_);
    const auto of_samples = [&](const Value& rows) {
      return input.is_image() ? graph.reshape(rows, {input.channels(), 1, 1}) : rows;
    };
    return graph.add(graph.multiply(of_samples(gains_of_classes(graph, parameter(0))), y),
                     of_samples(graph.rows_of_classes(parameter(1))));
  }
  std::int64_t classes() const override { return classes_; }

 private:
  std::int64_t classes_;
  double momentum_, epsilon_;
  bool of_share_;
};

class ConditionalBatchNormSpec : public SpecWith<ConditionalBatchNormOptions> {
 public:
  std::string kind() const override { return "conditional_batch_norm"; }
  Shape output_shape(const Shape& input) const override {
    options.statistics.check(kind());
    expect_classes(options.classes.number(), kind());
    return input;
  }
  std::unique_ptr<Layer> make(const Shape& input) const override {
    return std::make_unique<ConditionalBatchNorm>(options, input.channels());
  }
  void write(config::FieldWriter& writer) const override {
    auto copy = options;
    copy.statistics.name_momentum();
    visit_fields(writer, copy);
  }
};

}  // namespace

void register_conditional_batch_norm(LayerRegistry& registry) {
  config::add_kind<ConditionalBatchNormSpec>(registry, "conditional_batch_norm",
                                             "batch normalisation with a scale and a shift for each class");
}

}  // namespace ganymede::nn
