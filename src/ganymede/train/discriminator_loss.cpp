// What the discriminator says of a step's images, and its loss.
#include <algorithm>

#include "ganymede/core/phase_clock.h"
#include "ganymede/core/random.h"
#include "ganymede/train/trainer.h"

namespace ganymede::train {
namespace {

/// Adds a part's cross-entropy of the classes and the share of its images that are named rightly.
void add_classes(const objectives::DiscriminatorOutput& output, double share, Tensor& loss, Tensor& accuracy) {
  const Tensor logits = output.class_logits.detach();
  add_to(loss, at::cross_entropy_loss(logits, output.labels) * share);
  add_to(accuracy, logits.argmax(1).eq(output.labels).to(at::kFloat).mean() * share);
}

Tensor one_after_another(const Tensor& a, const Tensor& b) {
  return a.defined() ? at::cat({a, b.to(a.device())}) : Tensor();
}

}  // namespace

Tensor Trainer::discriminator_loss(const LabelledImages& real, const LabelledImages& fake, int update,
                                   StepResult& result) {
  using Where = objectives::Penalty::Where;
  const double share = 1.0 / recipe_.train.gradient_accumulation;
  std::vector<const objectives::Penalty*> due;
  for (const auto& penalty : penalties_) {
    if (is_due(*penalty, update)) due.push_back(penalty.get());
  }
  const auto wants = [&](Where where) {
    return std::any_of(due.begin(), due.end(), [&](const auto* penalty) { return penalty->where() == where; });
  };
  const auto [of_real, of_fake] = judge_both(real, fake, wants(Where::kReal), wants(Where::kGenerated));
  Tensor loss = objective_->discriminator_loss(of_real.output, of_fake.output);
  for (const auto* penalty : due) {
    Tensor norms = penalty->where() == Where::kReal ? of_real.squared_norms : of_fake.squared_norms;
    if (penalty->where() == Where::kElsewhere) {
      const auto seed = stream_seed(recipe_.train.seed, "penalty", place_of_pass());
      const Tensor points = penalty->points(real.pixels.detach(), fake.pixels.detach(), seed, random_source_);
      norms = judge({points, real.labels}, /*norms=*/true).squared_norms;
    }
    const Tensor term = penalty->of_squared_norms(norms) * (value_of(penalty->weight()) * penalty->every());
    add_to(result.penalty, term.detach() * share);
    loss = loss + term;
  }
  note_outputs(of_real.output, of_fake.output, share, result);
  return loss;
}

void Trainer::note_outputs(const objectives::DiscriminatorOutput& real, const objectives::DiscriminatorOutput& fake,
                           double share, StepResult& result) {
  if (adaptive_ && shared_)
    adaptive_->observe(real.image_scores().detach(), &shared_->group, shared_->group.size());
  else if (adaptive_)
    adaptive_->observe(real.image_scores().detach());
  result.seen.scores_real = real.image_scores().detach();
  result.seen.scores_fake = fake.image_scores().detach();
  add_to(result.d_real, objective_->reported_output(real.scores.detach()).mean() * share);
  add_to(result.d_fake, objective_->reported_output(fake.scores.detach()).mean() * share);
  if (!objective_->classifies()) return;
  add_classes(real, share, result.class_loss_real, result.class_accuracy_real);
  add_classes(fake, share, result.class_loss_fake, result.class_accuracy_fake);
}

std::pair<Trainer::Judgement, Trainer::Judgement> Trainer::judge_both(const LabelledImages& real,
                                                                      const LabelledImages& fake, bool norms_real,
                                                                      bool norms_fake) {
  const std::int64_t count = real.pixels.size(0);
  // A gradient of half the images would be computed of all; a recipe that translates has more generated images.
  if (gan_.discriminator.couples_images() || norms_real != norms_fake || fake.pixels.size(0) != count)
    return {judge(real, norms_real), judge(fake, norms_fake)};
  // One pass reads the weights once, and makes one gradient of them.
  const Judgement both = judge(
      {one_after_another(real.pixels.detach(), fake.pixels.detach()), one_after_another(real.labels, fake.labels)},
      norms_real, /*batches=*/2);
  const auto half = [&](std::int64_t first) -> Judgement {
    return {both.output.of_images(first, count), norms_real ? both.squared_norms.narrow(0, first, count) : Tensor()};
  };
  return {half(0), half(count)};
}

Trainer::Judgement Trainer::judge(const LabelledImages& images, bool norms, int batches) {
  const Tensor pixels = images.pixels.detach();
  if (norms) pixels.set_requires_grad(true);
  const auto output = discriminate({pixels, images.labels}, batches);
  return {output, norms ? objectives::squared_gradient_norms(output.image_scores(), pixels) : Tensor()};
}

objectives::DiscriminatorOutput Trainer::discriminate(const LabelledImages& images, int batches) {
  const auto place = place_of_pass();
  passes_ += static_cast<std::uint64_t>(batches);
  enter_phase("augmentation");
  std::vector<Tensor> changed;
  for (const Tensor& batch : images.pixels.chunk(batches)) changed.push_back(as_seen(batch, place + changed.size()));
  const Tensor x = batches == 1 ? changed[0] : at::cat(changed);
  const auto seed = recipe_.train.seed;
  nn::ForwardContext context{.training = true,
                             .labels_checked = true,
                             .dropout_seed = stream_seed(seed, "dropout", place),
                             .labels = images.labels};
  if (batches == 2) context.second_dropout_seed = stream_seed(seed, "dropout", place + 1);
  enter_phase("losses");
  const Tensor result = gan_.discriminator.forward(x, context).to(at::kFloat);
  return gan_.discriminator.read(result, images.labels, objective_->output_size());
}

Tensor Trainer::as_seen(const Tensor& images, std::uint64_t place) const {
  const auto seed = recipe_.train.seed;
  const Tensor x = augment_ ? augmented(images, stream_seed(seed, "augment", place)) : images;
  const double noise = value_of(recipe_.augment.instance_noise);
  if (noise <= 0) return x;
  return x + noise * random_source_.normal(x.sizes(), stream_seed(seed, "instance noise", place)).to(x.scalar_type());
}

Tensor Trainer::augmented(const Tensor& images, std::uint64_t seed) const {
  // Where the numbers are on the host, so is the probability, and 0 leaves the images' very bits alone.
  if (adaptive_ && random_source_.computed()) return augment_->apply(images, adaptive_->probability(), seed);
  return augment_->apply(images, adaptive_ ? adaptive_->value() : value_of(recipe_.augment.probability), seed);
}

}  // namespace ganymede::train
