#include "ganymede/train/trainer.h"

#include <chrono>
#include <cmath>

#include "ganymede/core/random.h"
#include "ganymede/core/signals.h"
#include "ganymede/models/initialise.h"
#include "ganymede/models/pictures.h"

namespace ganymede::train {
namespace {

/// Steps a recipe asks for: its own number, or enough to see `epochs` times the data.
std::uint64_t steps_of(const config::TrainConfig& train, std::uint64_t images_per_step, std::uint64_t dataset_size) {
  if (train.steps) return static_cast<std::uint64_t>(*train.steps);
  return static_cast<std::uint64_t>(std::ceil(*train.epochs * static_cast<double>(dataset_size) / static_cast<double>(images_per_step)));
}

}  // namespace

Trainer::Trainer(config::Recipe recipe, std::shared_ptr<const data::Dataset> dataset, torch::Device device)
    : dataset_(std::move(dataset)),
      device_(device),
      type_(models::compute_type(recipe.train.precision, device)),
      gan_(models::build_gan(recipe)) {
  recipe_ = models::resolved(recipe, gan_);
  objective_ = objectives::make_objective(recipe_.objective);
  config::FieldWriter options;
  objective_->write(options);
  recipe_.objective.values = toml::parse(options.as_lines());
  const auto seed = recipe_.train.seed;
  models::initialise(gan_.generator, recipe_.generator, seed, "generator");
  models::initialise(gan_.discriminator, recipe_.discriminator, seed, "discriminator");
  gan_.generator.to(device_);
  gan_.discriminator.to(device_);
  if (recipe_.train.ema > 0) {
    average_.emplace(recipe_.generator, gan_.generator.input_shape());
    average_->to(device_);
    average_->copy_from(gan_.generator);
  }
  gan_.generator.require_gradients(true);
  generator_optimizer_ = std::make_unique<Optimizer>(recipe_.optimizer_generator, gan_.generator, average_ ? &*average_ : nullptr,
                                                     recipe_.train.ema);
  discriminator_optimizer_ = std::make_unique<Optimizer>(recipe_.optimizer_discriminator, gan_.discriminator, nullptr, 0);
  total_steps_ = steps_of(recipe_.train, images_per_step(), dataset_->size());
  learning_rate(*generator_optimizer_);  // a schedule that cannot be meant is found now, not at the first step
  learning_rate(*discriminator_optimizer_);
}

Trainer::~Trainer() = default;

std::uint64_t Trainer::images_per_step() const {
  return static_cast<std::uint64_t>(recipe_.train.batch) * static_cast<std::uint64_t>(recipe_.train.discriminator_steps);
}

void Trainer::run(const std::vector<std::unique_ptr<Observer>>& observers) {
  using Clock = std::chrono::steady_clock;
  for (const auto& observer : observers) observer->on_start(*this);
  while (position_.step < total_steps_ && !stop_requested()) {
    const auto begin = Clock::now();
    const Position before = position_;
    Position after = before;
    ++after.step;
    after.images += images_per_step();
    bool measure = false;
    for (const auto& observer : observers) measure = observer->wants_measurements(before, after) || measure;
    const StepResult result = step(measure);
    position_ = after;
    position_.seconds += std::chrono::duration<double>(Clock::now() - begin).count();
    for (const auto& observer : observers) observer->after_step(*this, before, result);
  }
  for (const auto& observer : observers) observer->on_finish(*this);
}

StepResult Trainer::step(bool measure) {
  const auto discriminator_steps = static_cast<std::uint64_t>(recipe_.train.discriminator_steps);
  StepResult result;
  Tensor fake;
  passes_ = 0;

  gan_.discriminator.require_gradients(true);
  result.learning_rate_d = learning_rate(*discriminator_optimizer_);
  for (std::uint64_t k = 0; k < discriminator_steps; ++k) {
    const bool last = k + 1 == discriminator_steps;
    const Tensor real_scores = scores(next_real());
    fake = draw_fake(position_.step * discriminator_steps + k, /*for_generator=*/last);
    const Tensor fake_scores = scores(fake.detach());
    result.loss_d = objective_->discriminator_loss(real_scores, fake_scores);
    result.loss_d.backward();
    result.grad_norm_d = discriminator_optimizer_->step(result.learning_rate_d, measure && last);
    result.d_real = objective_->realness(real_scores.detach()).mean();
    result.d_fake = objective_->realness(fake_scores.detach()).mean();
  }

  // The last fakes serve again: the generator has not moved since, and their graph is still there.
  gan_.discriminator.require_gradients(false);
  result.learning_rate_g = learning_rate(*generator_optimizer_);
  result.loss_g = objective_->generator_loss(scores(fake));
  result.loss_g.backward();
  result.grad_norm_g = generator_optimizer_->step(result.learning_rate_g, measure);
  result.loss_d = result.loss_d.detach();
  result.loss_g = result.loss_g.detach();
  return result;
}

Tensor Trainer::next_real() {
  if (!loader_) {
    const auto batch = static_cast<std::size_t>(recipe_.train.batch);
    loader_ = std::make_unique<data::Loader>(
        dataset_, data::LoaderOptions{.batch = batch, .seed = recipe_.train.seed, .flip = recipe_.data.flip},
        position_.images / batch);
  }
  const auto batch = loader_->next();
  const auto& image = gan_.image_shape();
  return models::from_pixels(batch.pixels, static_cast<std::int64_t>(batch.count), image.height(), image.width(),
                             image.channels(), device_, type_);
}

Tensor Trainer::draw_fake(std::uint64_t draw, bool for_generator) {
  const auto seed = recipe_.train.seed;
  const Tensor z = models::draw_latents(recipe_.latent, recipe_.train.batch, stream_seed(seed, "latent", draw));
  nn::Pass pass{.training = true, .dropout_seed = stream_seed(seed, "dropout", position_.step << 16 | passes_++)};
  const torch::AutoGradMode gradients(for_generator);
  return gan_.generator.forward(z.to(device_, type_), pass);
}

Tensor Trainer::scores(const Tensor& images) {
  nn::Pass pass{.training = true,
                .dropout_seed = stream_seed(recipe_.train.seed, "dropout", position_.step << 16 | passes_++)};
  return gan_.discriminator.forward(images, pass).to(at::kFloat).flatten();
}

double Trainer::learning_rate(const Optimizer& optimizer) const {
  const auto& c = optimizer.config();
  const double warmup = in_steps(c.warmup, images_per_step(), dataset_->size(), "warmup");
  const double decay_start = in_steps(c.decay_start, images_per_step(), dataset_->size(), "decay_start");
  return c.learning_rate * schedule_factor(c, static_cast<double>(position_.step), static_cast<double>(total_steps_), warmup, decay_start);
}

std::vector<checkpoint::NamedTensor> Trainer::model_tensors() const {
  std::vector<checkpoint::NamedTensor> out;
  checkpoint::append_tensors(out, "generator", gan_.generator);
  checkpoint::append_tensors(out, "discriminator", gan_.discriminator);
  if (average_) checkpoint::append_tensors(out, "ema", *average_);
  return out;
}

std::vector<checkpoint::NamedTensor> Trainer::state() const {
  auto out = model_tensors();
  generator_optimizer_->append_state(out, "optimizer.generator");
  discriminator_optimizer_->append_state(out, "optimizer.discriminator");
  return out;
}

void Trainer::load_state(const checkpoint::SafetensorsFile& file, const std::string& where, double seconds_before) {
  checkpoint::load_tensors(file, "generator", gan_.generator, where);
  checkpoint::load_tensors(file, "discriminator", gan_.discriminator, where);
  if (average_) checkpoint::load_tensors(file, "ema", *average_, where);
  generator_optimizer_->load_state(file, "optimizer.generator", where);
  discriminator_optimizer_->load_state(file, "optimizer.discriminator", where);
  // Every random stream is a function of the seed and the position, so the position is all there is to restore.
  position_.step = checkpoint::step_of(file);
  position_.images = position_.step * images_per_step();
  position_.seconds = seconds_before;
  loader_.reset();
}

void Trainer::start_from(const checkpoint::Model& model) {
  std::vector<checkpoint::NamedTensor> tensors;
  checkpoint::append_tensors(tensors, "generator", model.gan.generator);
  checkpoint::append_tensors(tensors, "discriminator", model.gan.discriminator);
  const checkpoint::SafetensorsFile file{std::move(tensors), {}};
  checkpoint::load_tensors(file, "generator", gan_.generator, model.path.string());
  checkpoint::load_tensors(file, "discriminator", gan_.discriminator, model.path.string());
  if (average_) average_->copy_from(model.generator());
}

}  // namespace ganymede::train
