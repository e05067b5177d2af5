// Batch normalisation (Ioffe and Szegedy 2015) over the channels.
#include "ganymede/nn/activation.h"
#include "ganymede/nn/batch_norm_options.h"
#include "ganymede/nn/kernels/batch_norm_act.h"
#include "ganymede/nn/registry.h"

namespace ganymede::nn {
namespace {

struct BatchNormOptions {
  Present present;
  RunningStatistics statistics;
};

template <class V>
void visit_fields(V& field, BatchNormOptions& o) {
  field("batch_norm", o.present, "by name alone");
  visit_fields(field, o.statistics);
}

class BatchNorm : public Layer {
 public:
  BatchNorm(const RunningStatistics& options, std::int64_t channels)
      : momentum_(options.update()), epsilon_(options.epsilon), of_share_(!options.shared.value_or(true)) {
    add_parameter("weight", {channels}, Role::kScale, channels, channels);
    add_parameter("bias", {channels}, Role::kShift, channels, channels);
    add_running_statistics(channels);
  }
  Tensor forward(const Tensor& x, ForwardContext& context) override {
    const StatisticsOfShare scope(of_share_);
    return kernels::batch_norm_act(x, {parameter(0), parameter(1), buffer(0), buffer(1)}, of_the_batch(context),
                                   share_of_the_batch(momentum_), epsilon_, slope_);
  }
  Value to_graph(Graph& graph, Value x, const Shape& input) const override {
    return normalised(graph, x, input, {parameter(0), parameter(1), buffer(0), buffer(1)}, epsilon_);
  }
  bool absorb(Layer& next) override { return absorb_rectifier(next, slope_); }

 private:
  double momentum_, epsilon_, slope_ = kernels::no_activation;
  bool of_share_;
};

class BatchNormSpec : public SpecWith<BatchNormOptions> {
 public:
  std::string kind() const override { return "batch_norm"; }
  Shape output_shape(const Shape& input) const override {
    options.statistics.check(kind());
    return input;
  }
  std::unique_ptr<Layer> make(const Shape& input) const override {
    return std::make_unique<BatchNorm>(options.statistics, input.channels());
  }
  void write(config::FieldWriter& writer) const override {
    auto copy = options;
    copy.statistics.name_momentum();
    visit_fields(writer, copy);
  }
};

}  // namespace

void register_batch_norm(LayerRegistry& registry) {
  config::add_kind<BatchNormSpec>(registry, "batch_norm",
                                  "batch normalisation over the channels (Ioffe and Szegedy 2015)");
}

}  // namespace ganymede::nn
