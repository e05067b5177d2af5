#include "ganymede/train/trainer.h"

#include <cmath>
#include <utility>

#include "ganymede/core/counted.h"
#include "ganymede/core/phase_clock.h"
#include "ganymede/core/random.h"
#include "ganymede/core/task.h"
#include "ganymede/models/generate.h"
#include "ganymede/models/images.h"
#include "ganymede/models/initialise.h"
#include "ganymede/train/datasets.h"

namespace ganymede::train {
namespace {

constexpr const char *kAugmentState = "augment.probability", *kRateScale = "training.rate_scale";

LabelledImages part_of(const LabelledImages& batch, int part, int parts) {
  return {train::part_of(batch.pixels, part, parts), train::part_of(batch.labels, part, parts)};
}

/// The parameters of a network's first `layers` layers that have any.
std::vector<Tensor> first_parameters(const models::Network& network, int layers) {
  std::vector<Tensor> out;
  std::string layer;
  int begun = 0;
  for (const auto& parameter : network.parameters()) {
    const std::string of = parameter.name.substr(0, parameter.name.find('.'));
    if (of != layer && ++begun > layers) return out;
    layer = of;
    out.push_back(parameter.tensor);
  }
  return out;
}

}  // namespace

Trainer::Trainer(config::Recipe recipe, std::shared_ptr<const data::Dataset> dataset, torch::Device device,
                 std::shared_ptr<const data::Dataset> source, std::optional<RandomSource> random)
    : dataset_(std::move(dataset)),
      source_(std::move(source)),
      device_(device),
      random_source_(random.value_or(RandomSource(device))),
      type_(models::compute_type(recipe.train.precision, device)),
      gan_(models::build_gan(recipe = with_classes_of(dataset_->info(), recipe))) {
  if (recipe.train.batch_size % recipe.train.gradient_accumulation != 0) {
    throw UsageError(fmt::format("a batch of {} cannot be accumulated in {} equal parts", recipe.train.batch_size,
                                 recipe.train.gradient_accumulation),
                     "[train] gradient_accumulation", "choose a divisor of the batch");
  }
  recipe_ = models::resolved(recipe, gan_);
  objective_ = models::fitting_objective(recipe_, gan_);
  check_classes();
  take_conditions();
  config::FieldWriter options;
  objective_->write(options);
  recipe_.objective.values = options.as_table();
  for (auto& table : recipe_.penalties) {
    penalties_.push_back(objectives::make_penalty(table));
    config::FieldWriter penalty;
    penalties_.back()->write(penalty);
    table.values = penalty.as_table();
  }
  check_translation();
  augment_ = augment::make_augment(recipe_.augment);
  if (const auto& target = recipe_.augment.target) {
    const double horizon = in_steps(recipe_.augment.horizon, images_per_step(), dataset_->size(), "horizon");
    adaptive_.emplace(*target, horizon * static_cast<double>(images_per_step()));
  }
  const auto seed = recipe_.train.seed;
  models::initialise(gan_.generator, recipe_.generator, seed, "generator");
  models::initialise(gan_.discriminator, recipe_.discriminator, seed, "discriminator");
  gan_.generator.to(device_);
  gan_.discriminator.to(device_);
  if (gan_.encoder) {
    models::initialise(*gan_.encoder, recipe_.encoder.network, seed, "encoder");
    gan_.encoder->to(device_);
  }
  if (recipe_.train.ema > 0) {
    average_.emplace(recipe_.generator, gan_.generator.input_shape());
    average_->to(device_);
    average_->copy_from(gan_.generator);
    average_settles_ = models::has_running_statistics(*average_);
  }
  gan_.generator.require_gradients(true);
  for (const auto& parameter : gan_.discriminator.parameters()) discriminator_parameters_.push_back(parameter.tensor);
  frozen_ = first_parameters(gan_.discriminator, recipe_.train.freeze_discriminator);
  generator_optimizer_ =
      std::make_unique<Optimizer>(recipe_.optimizer_generator, gan_.generator, average_ ? &*average_ : nullptr);
  discriminator_optimizer_ = std::make_unique<Optimizer>(recipe_.optimizer_discriminator, gan_.discriminator, nullptr);
  total_steps_ = steps_in_all(recipe_.train, dataset_->size());
  rates(*generator_optimizer_);  // a schedule that cannot be meant is found now, not at the first step
  rates(*discriminator_optimizer_);
  if (random_source_.computed()) step_number_ = at::zeros({}, at::dtype(at::kLong).device(device_));
  // What translates decides on the host from step to step.
  if (!source_ && CapturedSteps::available(device_)) captured_.emplace(device_);
}

Trainer::~Trainer() = default;

void Trainer::check_classes() const {
  const auto classes = gan_.classes(), logits = gan_.discriminator.class_logits();
  const auto asked = gan_.discriminator.classes();
  const auto evaluated = std::max(asked, logits);
  if (classes != evaluated || (asked > 0 && logits > 0 && asked != logits)) {
    throw UsageError(fmt::format("the generator has {} but the discriminator knows {}",
                                 counted(classes, "class", "classes"), evaluated),
                     fmt::format("recipe {}", recipe_.name), "give both networks as many, or none");
  }
  if (!conditions().empty()) return check_conditions();
  const auto known = static_cast<std::int64_t>(dataset_->info().classes.size());
  if (classes != 0 && classes != known) {
    throw UsageError(
        fmt::format("the networks are for {} but the data has {}", counted(classes, "class", "classes"), known),
        dataset_->info().where(), "set the layers' 'classes', or choose the data's classes");
  }
  if (classes != 0) check_labels();
}

void Trainer::check_conditions() const {
  const auto classes = gan_.classes(), known = static_cast<std::int64_t>(conditions().size());
  if (objective_->classifies() || objective_->output_size() > 1) {
    throw UsageError(fmt::format("objective '{}' needs classes", recipe_.objective.kind), "[objective]",
                     "choose another one, or label = \"...\" instead of conditions in [data]");
  }
  if (classes == known) return;
  throw UsageError(fmt::format("the networks take {} but the data has {}", counted(classes, "condition"), known),
                   dataset_->info().where(), "set the layers' 'classes' to the number of conditions");
}

void Trainer::take_conditions() {
  const Tensor all = conditions_of(*dataset_);
  if (!all.defined()) return;
  constexpr std::int64_t kExamples = 256;
  const auto count = std::min(kExamples, all.size(0));
  examples_ = all.index_select(0, at::arange(count, at::kLong).mul_(all.size(0)).floor_divide_(count));
  conditions_ = all.to(device_);
}

void Trainer::check_labels() const {
  // Here, once: a step that looked at its labels would wait for the device.
  for (std::size_t i = 0; i < dataset_->size(); ++i) {
    const auto label = dataset_->label(i);
    if (label >= 0 && label < gan_.classes()) continue;
    throw Error(fmt::format("image {} has the class {} where the networks know 0 to {}", dataset_->key(i), label,
                            gan_.classes() - 1),
                dataset_->info().where(), "use labelled data, or choose its classes with [data] classes");
  }
}

void Trainer::check_translation() const {
  if (!recipe_.translates()) return;
  for (size_t i = 0; i < penalties_.size(); ++i) {
    if (penalties_[i]->where() != objectives::Penalty::Where::kElsewhere) continue;
    throw UsageError(fmt::format("penalty '{}' mixes real and generated images one by one", recipe_.penalties[i].kind),
                     "[objective] penalties",
                     "a translating recipe has two generated images for each real one: use r1 or r2");
  }
}

bool Trainer::classifies() const {
  return objective_->classifies();
}

std::uint64_t Trainer::images_per_step() const {
  return images_of_a_step(recipe_.train);
}

StepResult Trainer::take_step(bool measure) {
  read_batches();
  whole_ = false;
  if (step_number_.defined()) step_number_.fill_(static_cast<std::int64_t>(training_state_.step));
  // A norm that is measured is waited for.
  return captured_ && !measure ? captured_step() : make_step(measure);
}

StepResult Trainer::make_step(bool measure) {
  std::optional<StepNumberScope> of_this_step;
  if (step_number_.defined()) of_this_step.emplace(step_number_);
  StepResult result;
  passes_ = 0;
  for (int update = 0; update < recipe_.train.discriminator_steps; ++update) {
    const bool last = update + 1 == recipe_.train.discriminator_steps;
    update_discriminator(update, last, measure && last, result);
  }
  update_generator(measure, result);
  return result;
}

void Trainer::update_discriminator(int update, bool last, bool measure, StepResult& result) {
  gan_.discriminator.require_gradients(true);
  for (Tensor& parameter : frozen_) parameter.set_requires_grad(false);
  const int parts = recipe_.train.gradient_accumulation;
  real_ = real_images(update);
  if (translator_) translator_->next(real_.pixels);
  result.loss_d = result.penalty = result.d_real = result.d_fake = Tensor();
  result.class_loss_real = result.class_loss_fake = result.class_accuracy_real = result.class_accuracy_fake = Tensor();
  for (int part = 0; part < parts; ++part) {
    // The generator's update uses the last fakes again, unless they are only a part of a batch.
    fake_ = generate_fake(update, part, /*for_generator=*/last && parts == 1);
    const Tensor loss = discriminator_loss(part_of(real_, part, parts), fake_, update, result) / parts;
    if (shared_ && part + 1 == parts) shared_->discriminator_gradients.begin();
    loss.backward();
    add_to(result.loss_d, loss.detach());
  }
  if (shared_) shared_->discriminator_gradients.finish();
  if (augment_) result.augment_probability = augment_probability();
  enter_phase("optimiser");
  const UpdateRates now = rates(*discriminator_optimizer_);
  result.learning_rate_d = now.learning_rate;
  result.grad_norm_d = discriminator_optimizer_->step(now, measure);
  objective_->constrain(discriminator_parameters_);
}

void Trainer::update_generator(bool measure, StepResult& result) {
  gan_.discriminator.require_gradients(false);
  const int parts = recipe_.train.gradient_accumulation;
  result.loss_g = Tensor();
  for (int part = 0; part < parts; ++part) {
    // The last fakes serve again: the generator has not moved since, and their graph is still there.
    if (parts > 1) fake_ = generate_fake(recipe_.train.discriminator_steps - 1, part, /*for_generator=*/true);
    objectives::DiscriminatorOutput real;
    if (objective_->compares_with_real()) {
      torch::NoGradGuard constant;
      real = discriminate(part_of(real_, part, parts));
    }
    Tensor loss = objective_->generator_loss(discriminate(fake_), real);
    if (translator_) loss = loss + objective_->translation_loss(translator_->translation(fake_.pixels, part, parts));
    loss = loss / parts;
    if (shared_ && part + 1 == parts) shared_->generator_gradients.begin();
    loss.backward();
    add_to(result.loss_g, loss.detach());
  }
  if (measure) {
    result.seen.real = real_.pixels.detach(), result.seen.labels_real = real_.labels;
    result.seen.fake = fake_.pixels.detach(), result.seen.labels_fake = fake_.labels;
  }
  real_ = fake_ = LabelledImages();
  if (shared_) {
    shared_->generator_gradients.finish();
    share_results(result);
  }
  enter_phase("optimiser");
  const UpdateRates now = rates(*generator_optimizer_);
  result.learning_rate_g = now.learning_rate;
  result.grad_norm_g = generator_optimizer_->step(now, measure);
  settled_ = false;
}

/// The images of each of the step's updates. Those of a captured step lie where they lay before.
void Trainer::read_batches() {
  enter_phase("data");
  const bool resident = random_source_.computed();
  if (!batches_) {
    const auto batch = static_cast<std::size_t>(recipe_.train.batch_size);
    const std::uint64_t first = training_state_.images / batch;
    const data::LoaderOptions options{
        .batch_size = batch, .seed = recipe_.train.seed, .flip = recipe_.data.flip, .share = loader_share()};
    batches_ = open_batches(dataset_, options, first, device_, resident);
    if (source_)
      translator_ = std::make_unique<Translator>(*gan_.encoder, source_, recipe_, options.share, first, resident);
  }
  real_batches_.resize(static_cast<std::size_t>(recipe_.train.discriminator_steps));
  for (ByteBatch& place : real_batches_) {
    ByteBatch batch = batches_->next();
    if (!captured_ || !place.bytes.defined()) {
      place = std::move(batch);
    } else {
      place.bytes.copy_(batch.bytes);
      place.labels.copy_(batch.labels);
    }
  }
}

LabelledImages Trainer::real_images(int update) {
  enter_phase("data");
  ByteBatch& place = real_batches_[static_cast<std::size_t>(update)];
  const ByteBatch batch = captured_ ? place : std::exchange(place, {});
  return {pixels_of(batch, type_), gan_.classes() > 0 ? batch.labels : Tensor()};
}

/// Numbers made on the device mix the step in there (StepNumberScope).
std::uint64_t Trainer::step_of_seeds() const {
  return random_source_.computed() ? 0 : training_state_.step;
}

std::uint64_t Trainer::place_of_pass() const {
  return step_of_seeds() << 16 | passes_;
}

std::uint64_t Trainer::update_in_all(std::uint64_t step, int update) const {
  return step * static_cast<std::uint64_t>(recipe_.train.discriminator_steps) + static_cast<std::uint64_t>(update);
}

bool Trainer::is_due(const objectives::Penalty& penalty, int update) const {
  return update_in_all(training_state_.step, update) % static_cast<std::uint64_t>(penalty.every()) == 0;
}

LabelledImages Trainer::generate_fake(int update, int part, bool for_generator) {
  enter_phase("noise");
  const auto seed = recipe_.train.seed, number = update_in_all(step_of_seeds(), update);
  Tensor z, labels;
  {
    const BatchShareScope whole_batch({});  // of which this process takes its share
    z = translator_ ? translator_->codes(part, recipe_.train.gradient_accumulation)
                    : own_share(models::sample_latents(recipe_.latent, recipe_.train.batch_size,
                                                       stream_seed(seed, "latent", number), random_source_),
                                part);
    labels = own_share(fake_labels(stream_seed(seed, "labels", number)), part);
  }
  nn::ForwardContext context{.training = true,
                             .labels_checked = true,
                             .dropout_seed = stream_seed(seed, "dropout", place_of_pass()),
                             .labels = labels};
  ++passes_;
  const torch::AutoGradMode gradients(for_generator);
  return {gan_.generator.forward(z.to(device_, type_), context), labels};
}

/// Classes that are equally likely, or the conditions of images that are.
Tensor Trainer::fake_labels(std::uint64_t seed) const {
  const auto count = recipe_.train.batch_size;
  if (!conditions_.defined()) return models::sample_labels(gan_.classes(), count, seed, random_source_);
  return conditions_.index_select(0,
                                  models::sample_labels(conditions_.size(0), count, seed, random_source_).to(device_));
}

Tensor Trainer::augment_probability() const {
  return adaptive_ ? adaptive_->probability().clone()
                   : at::scalar_tensor(value_of(recipe_.augment.probability), at::kDouble);
}

UpdateRates Trainer::rates(const Optimizer& optimizer) const {
  const auto& c = optimizer.config();
  const auto images = images_per_step();
  const double warmup = in_steps(c.warmup, images, dataset_->size(), "warmup");
  const double decay_start = in_steps(c.decay_start, images, dataset_->size(), "decay_start");
  const double factor = schedule_factor(c, static_cast<double>(training_state_.step), static_cast<double>(total_steps_),
                                        warmup, decay_start);
  double ema = recipe_.train.ema;
  if (recipe_.train.ema_rampup > 0) {
    // A half-life of r * images seen is a decay of 2^(-images a step / half-life) (Karras et al. 2020).
    const double seen = static_cast<double>(training_state_.images + images) * recipe_.train.ema_rampup;
    ema = std::min(ema, std::exp2(-static_cast<double>(images) / seen));
  }
  return {.learning_rate = c.learning_rate * factor * rate_scale_, .beta2 = value_of(c.beta2), .ema = ema};
}

double Trainer::value_of(const config::Schedule& schedule) const {
  if (schedule.constant()) return schedule.to;
  return schedule.at(static_cast<double>(training_state_.step) /
                     in_steps(schedule.over, images_per_step(), dataset_->size(), "over"));
}

const models::Network& Trainer::sampling_generator() const {
  settle_average();
  return average_ ? *average_ : gan_.generator;
}

/// The optimiser gives the average the live generator's statistics, which are not the average's own.
void Trainer::settle_average() const {
  if (!average_settles_ || settled_) return;
  models::recompute_statistics(*average_, [this](int number) { return statistics_batch(number); });
  settled_ = true;
}

void Trainer::settle(std::vector<checkpoint::NamedTensor>& tensors) const {
  if (!average_settles_) return;
  models::Network average(recipe_.generator, gan_.generator.input_shape());
  average.to(device_);
  checkpoint::load_tensors({tensors, {}}, "ema", average, "the copy in memory");
  models::recompute_statistics(average, [this](int number) { return statistics_batch(number); });
  std::vector<checkpoint::NamedTensor> own;
  checkpoint::append_tensors(own, "ema", average);
  for (auto& [name, tensor] : tensors) {
    const auto found = std::find_if(own.begin(), own.end(), [&](const auto& one) { return one.name == name; });
    if (found != own.end()) tensor = found->tensor.to(at::kCPU);
  }
}

/// A function of the seed and the number alone: noise, or the codes of source images, and classes in turn; in the
/// type that training computes in, as the statistics of the live generator are.
models::StatisticsBatch Trainer::statistics_batch(int number) const {
  const auto count = models::kStatisticsBatch;
  const auto seed = stream_seed(recipe_.train.seed, "statistics", static_cast<std::uint64_t>(number));
  Tensor labels = models::labels_in_turn(gan_.classes(), examples_, number * count, count);
  if (labels.defined()) labels = labels.to(device_);
  if (source_ == nullptr) return {models::sample_latents(recipe_.latent, count, seed).to(device_, type_), labels};
  Random random(seed);
  std::vector<image::Image> images;
  for (std::int64_t i = 0; i < count; ++i) images.push_back(data::image_at(*source_, random.below(source_->size())));
  return {models::encode(*gan_.encoder, models::from_images(images).to(device_)).to(device_, type_), labels};
}

std::vector<checkpoint::NamedTensor> Trainer::model_tensors() const {
  settle_average();
  return unsettled_model();
}

std::vector<checkpoint::NamedTensor> Trainer::unsettled_model() const {
  std::vector<checkpoint::NamedTensor> out;
  checkpoint::append_tensors(out, "generator", gan_.generator);
  checkpoint::append_tensors(out, "discriminator", gan_.discriminator);
  if (average_) checkpoint::append_tensors(out, "ema", *average_);
  if (gan_.encoder) checkpoint::append_tensors(out, "encoder", *gan_.encoder);
  if (examples_.defined()) out.push_back({checkpoint::kExamples, examples_});
  return out;
}

std::vector<checkpoint::NamedTensor> Trainer::state() const {
  settle_average();
  return unsettled_state();
}

std::vector<checkpoint::NamedTensor> Trainer::unsettled_state() const {
  auto out = unsettled_model();
  generator_optimizer_->append_state(out, "optimizer.generator");
  discriminator_optimizer_->append_state(out, "optimizer.discriminator");
  if (adaptive_) out.push_back({kAugmentState, adaptive_->state()});
  if (rate_scale_ != 1) out.push_back({kRateScale, at::full({1}, rate_scale_, at::kDouble)});
  return out;
}

void Trainer::load_state(const checkpoint::SafetensorsFile& file, const std::string& where, double seconds_before) {
  checkpoint::load_tensors(file, "generator", gan_.generator, where);
  checkpoint::load_tensors(file, "discriminator", gan_.discriminator, where);
  if (average_) checkpoint::load_tensors(file, "ema", *average_, where);
  if (gan_.encoder) load_encoder(file, where);
  load_optimizers(file, where);
  if (adaptive_) {
    const Tensor* state = file.find(kAugmentState);
    if (state == nullptr || state->numel() != 4 || state->scalar_type() != at::kDouble) {
      throw Error(std::string("the checkpoint's tensor '") + kAugmentState + "' is missing or of another shape", where,
                  "resume with the run's own recipe");
    }
    adaptive_->load_state(*state);
  }
  const Tensor* scale = file.find(kRateScale);
  rate_scale_ = scale != nullptr && scale->numel() == 1 ? scale->item<double>() : 1;
  // Every random stream is a function of the seed and the step, so the step is all there is to restore.
  training_state_.step = checkpoint::step_of(file);
  training_state_.images = checkpoint::images_of(file).value_or(training_state_.step * images_per_step());
  training_state_.seconds = seconds_before;
  settled_ = false;
  batches_.reset();
  translator_.reset();
  if (captured_) captured_->forget();
}

void Trainer::go_back_to(const std::filesystem::path& checkpoint) {
  const TrainingState now = training_state_;
  const double scale = rate_scale_ / 2;
  load_state(checkpoint::read_safetensors(checkpoint), checkpoint.string(), now.seconds);
  training_state_ = now;
  rate_scale_ = scale;
}

void Trainer::load_encoder(const checkpoint::SafetensorsFile& file, const std::string& where) {
  checkpoint::load_tensors(file, "encoder", *gan_.encoder, where);
}

void Trainer::load_optimizers(const checkpoint::SafetensorsFile& file, const std::string& where) {
  generator_optimizer_->load_state(file, "optimizer.generator", where);
  discriminator_optimizer_->load_state(file, "optimizer.discriminator", where);
}

void Trainer::start_from(const checkpoint::Model& model, const StartingNetworks& networks) {
  std::vector<checkpoint::NamedTensor> tensors;
  checkpoint::append_tensors(tensors, "generator", model.gan.generator);
  checkpoint::append_tensors(tensors, "discriminator", model.gan.discriminator);
  if (model.gan.encoder) checkpoint::append_tensors(tensors, "encoder", *model.gan.encoder);
  const checkpoint::SafetensorsFile file{std::move(tensors), {}};
  const std::string where = model.path.string();
  const char* which = !networks.generator ? "discriminator" : networks.discriminator ? "both" : "generator";
  started_from_ = {.file = model.path, .recipe = model.recipe.name, .step = model.step, .networks = which};
  if (networks.discriminator) checkpoint::load_tensors(file, "discriminator", gan_.discriminator, where);
  if (!networks.generator) return;
  checkpoint::load_tensors(file, "generator", gan_.generator, where);
  if (average_) average_->copy_from(model.generator());
  settled_ = true;  // as that model's were
  if (gan_.encoder && model.gan.encoder) load_encoder(file, where);
}

std::vector<std::string> Trainer::classes() const {
  return gan_.classes() > 0 && conditions().empty() ? dataset_->info().classes : std::vector<std::string>{};
}

}  // namespace ganymede::train
