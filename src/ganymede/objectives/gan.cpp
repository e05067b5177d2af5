#include "ganymede/objectives/gan.h"

namespace ganymede::objectives {
namespace {

enum class GeneratorForm { kNonSaturating, kSaturating };

struct GanOptions {
  std::string name = "gan";
  GeneratorForm form = GeneratorForm::kNonSaturating;
  double label_smoothing = 0;      ///< the target for real images is 1 minus this (one-sided, Salimans et al. 2016)
  double discriminator_weight = 1; ///< factor of the discriminator's loss; 0.5 where a source averages its two halves
};

}  // namespace
}  // namespace ganymede::objectives

namespace ganymede::config {
template <>
struct Names<objectives::GeneratorForm> {
  static constexpr std::array<std::pair<const char*, objectives::GeneratorForm>, 2> values{
      {{"non-saturating", objectives::GeneratorForm::kNonSaturating}, {"saturating", objectives::GeneratorForm::kSaturating}}};
};
}  // namespace ganymede::config

namespace ganymede::objectives {
namespace {

template <class V>
void visit_fields(V& field, GanOptions& o) {
  field("name", o.name);
  field("form", o.form);
  field("label_smoothing", o.label_smoothing, config::in_range(0, 0.5));
  field("discriminator_weight", o.discriminator_weight, config::in_range(1e-6, 1e6));
}

class GanObjective : public Objective {
 public:
  explicit GanObjective(GanOptions options) : options_(std::move(options)) {}

  // With D = sigmoid(score): -log D = softplus(-score) and -log(1 - D) = softplus(score), which never overflow.
  Tensor discriminator_loss(const Tensor& real_scores, const Tensor& fake_scores) const override {
    Tensor real = at::softplus(-real_scores).mean();
    if (options_.label_smoothing > 0) {
      real = real * (1 - options_.label_smoothing) + at::softplus(real_scores).mean() * options_.label_smoothing;
    }
    return (real + at::softplus(fake_scores).mean()) * options_.discriminator_weight;
  }
  Tensor generator_loss(const Tensor& fake_scores) const override {
    if (options_.form == GeneratorForm::kSaturating) return -at::softplus(fake_scores).mean();
    return at::softplus(-fake_scores).mean();
  }
  Tensor realness(const Tensor& scores) const override { return at::sigmoid(scores); }
  void write(config::FieldWriter& writer) const override {
    auto copy = options_;
    visit_fields(writer, copy);
  }

 private:
  GanOptions options_;
};

}  // namespace

void register_gan(ObjectiveRegistry& registry) {
  registry.add("gan", [](config::FieldReader& reader) {
    GanOptions options;
    visit_fields(reader, options);
    return std::make_unique<GanObjective>(std::move(options));
  });
}

}  // namespace ganymede::objectives
