#include "ganymede/train/shared_step.h"

#include "ganymede/core/counted.h"
#include "ganymede/core/task.h"
#include "ganymede/train/trainer.h"

namespace ganymede::train {
namespace {

constexpr std::size_t kAdaptiveNumbers = 4;

void append(std::vector<Tensor>& out, const std::vector<models::NetworkTensor>& tensors) {
  for (const auto& named : tensors) out.push_back(named.tensor);
}

void append(std::vector<Tensor>& out, const Optimizer& optimizer) {
  std::vector<checkpoint::NamedTensor> state;
  optimizer.append_state(state, "");
  for (const auto& named : state) out.push_back(named.tensor);
}

}  // namespace

void Kept::keep(const std::vector<Tensor>& tensors) {
  const torch::NoGradGuard constant;
  tensors_.resize(tensors.size());
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    auto& [tensor, copy] = tensors_[i];
    tensor = tensors[i];
    const bool fits = copy.defined() && copy.strides() == tensor.strides() && copy.sizes() == tensor.sizes() &&
                      copy.options().type_equal(tensor.options());
    copy = fits ? copy.copy_(tensor.detach()) : tensor.detach().clone();
  }
}

void Kept::restore() const {
  const torch::NoGradGuard constant;
  for (const auto& [tensor, copy] : tensors_) tensor.detach().copy_(copy);
}

void broadcast(const distributed::Group& group, SharedTensors& shared) {
  const torch::NoGradGuard constant;
  for (const Tensor& tensor : shared.tensors) {
    // In a layout of its own, which need not be the same everywhere.
    const Tensor values = tensor.detach().contiguous().clone(at::MemoryFormat::Contiguous);
    group.broadcast(values);
    tensor.detach().copy_(values);
  }
  const Tensor numbers = at::tensor(shared.numbers, at::kDouble);
  group.broadcast(numbers);
  shared.numbers.assign(numbers.data_ptr<double>(), numbers.data_ptr<double>() + numbers.numel());
}

void Trainer::share_with(const distributed::Group& group) {
  check_share(group.size());
  gan_.discriminator.require_gradients(true);
  std::vector<Tensor> generator;
  append(generator, gan_.generator.parameters());
  shared_ = std::make_unique<SharedStep>(group, std::move(generator), discriminator_parameters_);
  batches_.reset();
  translator_.reset();
  captured_.reset();
  take_state_of_first();
}

void Trainer::check_share(int processes) const {
  const int parts = recipe_.train.gradient_accumulation, batch = recipe_.train.batch_size;
  if (batch % (processes * parts) == 0) return;
  const std::string in_parts = parts == 1 ? "" : fmt::format(" in {} parts each", parts);
  throw UsageError(fmt::format("a batch of {} has no equal shares for {}{}", batch,
                               counted(processes, "process", "processes"), in_parts),
                   "[train] batch_size",
                   fmt::format("it is the batch of all processes together: choose a multiple of {}, or other numbers",
                               processes * parts));
}

data::LoaderShare Trainer::loader_share() const {
  if (!shared_) return {};
  return {.number = static_cast<std::size_t>(shared_->group.rank()),
          .of = static_cast<std::size_t>(shared_->group.size()),
          .parts = static_cast<std::size_t>(recipe_.train.gradient_accumulation)};
}

/// Of a whole batch this process's share of a part.
Tensor Trainer::own_share(const Tensor& batch, int part) const {
  const Tensor of_all = part_of(batch, part, recipe_.train.gradient_accumulation);
  return shared_ ? part_of(of_all, shared_->group.rank(), shared_->group.size()) : of_all;
}

SharedTensors Trainer::shared_tensors() const {
  SharedTensors out;
  for (const models::Network* network :
       std::initializer_list<const models::Network*>{&gan_.generator, &gan_.discriminator}) {
    append(out.tensors, network->parameters());
    append(out.tensors, network->buffers());
  }
  if (average_) append(out.tensors, average_->parameters()), append(out.tensors, average_->buffers());
  if (gan_.encoder) append(out.tensors, gan_.encoder->parameters()), append(out.tensors, gan_.encoder->buffers());
  append(out.tensors, *generator_optimizer_);
  append(out.tensors, *discriminator_optimizer_);
  const auto exact = [](std::uint64_t number) { return static_cast<double>(number); };  // below 2^53
  out.numbers = {exact(training_state_.step), exact(training_state_.images), training_state_.seconds, rate_scale_,
                 exact(dataset_->size())};
  if (adaptive_) {
    const Tensor state = adaptive_->state();
    for (std::size_t i = 0; i < kAdaptiveNumbers; ++i)
      out.numbers.push_back(state[static_cast<std::int64_t>(i)].item<double>());
  }
  return out;
}

void Trainer::take_state_of_first() {
  SharedTensors shared = shared_tensors();
  const double images = static_cast<double>(dataset_->size());
  broadcast(shared_->group, shared);
  if (shared.numbers[4] != images)
    throw Error(fmt::format("process {} reads {} where process 0 reads {:.0f}", shared_->group.rank(),
                            counted(dataset_->size(), "image"), shared.numbers[4]),
                dataset_->info().where(), "give every process the same data");
  training_state_.step = static_cast<std::uint64_t>(shared.numbers[0]);
  training_state_.images = static_cast<std::uint64_t>(shared.numbers[1]);
  training_state_.seconds = shared.numbers[2];
  rate_scale_ = shared.numbers[3];
  if (adaptive_)
    adaptive_->load_state(
        at::tensor(std::vector<double>(shared.numbers.end() - kAdaptiveNumbers, shared.numbers.end()), at::kDouble));
}

/// What a step has changed by the time that its last exchange may fail: all but what the generator's update does.
std::vector<Tensor> Trainer::changed_before_the_last_exchange() const {
  std::vector<Tensor> out;
  append(out, gan_.discriminator.parameters());
  append(out, gan_.discriminator.buffers());
  append(out, gan_.generator.buffers());
  append(out, *discriminator_optimizer_);
  return out;
}

StepResult Trainer::step(bool measure) {
  if (!shared_) return take_step(measure);
  const distributed::Group& group = shared_->group;
  const BatchShareScope scope(shared_->share());
  if (group.is_first()) shared_->before.keep(changed_before_the_last_exchange());
  const auto adaptive = adaptive_;
  group.rest(false);
  try {
    const StepResult result = take_step(measure);
    group.rest(true);
    return result;
  } catch (const std::exception&) {
    if (group.broken().empty()) throw;
    if (group.is_first()) shared_->before.restore();
    whole_ = group.is_first();
    adaptive_ = adaptive;
    real_ = fake_ = LabelledImages();
    generator_optimizer_->drop_gradients();
    discriminator_optimizer_->drop_gradients();
    throw distributed::PeerLost(group.broken());
  }
}

/// Losses and means become those of the whole batch, and a wish to stop becomes everybody's.
void Trainer::share_results(StepResult& result) {
  const torch::NoGradGuard constant;
  std::vector<Tensor*> shared;
  for (Tensor* value :
       {&result.loss_d, &result.loss_g, &result.d_real, &result.d_fake, &result.penalty, &result.class_loss_real,
        &result.class_loss_fake, &result.class_accuracy_real, &result.class_accuracy_fake}) {
    if (value->defined()) shared.push_back(value);
  }
  std::vector<Tensor> values;
  for (const Tensor* value : shared) values.push_back(value->detach().to(at::kDouble).cpu().reshape({}));
  values.push_back(at::scalar_tensor(cancel_requested() ? 1.0 : 0.0, at::kDouble));
  const Tensor sums = at::stack(values);
  shared_->group.add_up(sums);
  for (std::size_t i = 0; i < shared.size(); ++i)
    *shared[i] = (sums[static_cast<std::int64_t>(i)] / shared_->group.size()).to(at::kFloat);
  shared_->stop = sums[-1].item<double>() > 0;
}

bool Trainer::stops() const {
  return shared_ ? shared_->stop : cancel_requested();
}

/// Behind a step's observers, which process 0 alone has: where they went back to a checkpoint, all do.
void Trainer::go_on_together(bool gone_back) {
  if (recipe_.train.on_collapse != config::OnCollapse::kRewind) return;
  const Tensor flag = at::full({1}, gone_back && shared_->group.is_first() ? 1.0 : 0.0, at::kDouble);
  shared_->group.add_up(flag);
  if (flag.item<double>() == 0) return;
  take_state_of_first();
  batches_.reset();
  translator_.reset();
}

}  // namespace ganymede::train
