#include "ganymede/train/captured_steps.h"

#include <cstdlib>
#include <memory>
#include <string_view>

#include "ganymede/core/cuda_graph.h"
#include "ganymede/core/log.h"
#include "ganymede/train/trainer.h"

namespace ganymede::train {
namespace {

constexpr int kMadeBefore = 3;        // by then LibTorch has chosen its kernels and allocated what it keeps
constexpr std::size_t kMaxSteps = 8;  // kept at once; a number that changes all the time is never captured

/// The same values in tensors that the next replay leaves alone.
StepResult copied(const StepResult& of_graph) {
  StepResult out = of_graph;
  for (Tensor StepResult::* member :
       {&StepResult::loss_d, &StepResult::loss_g, &StepResult::d_real, &StepResult::d_fake,
        &StepResult::class_loss_real, &StepResult::class_loss_fake, &StepResult::class_accuracy_real,
        &StepResult::class_accuracy_fake, &StepResult::penalty, &StepResult::augment_probability}) {
    if ((out.*member).defined()) out.*member = (out.*member).clone();
  }
  return out;
}

}  // namespace

bool CapturedSteps::available(const torch::Device& device) {
  const char* setting = std::getenv("GANYMEDE_CUDA_GRAPHS");
  return CudaGraph::available(device) && (setting == nullptr || std::string_view(setting) != "off");
}

CapturedSteps::CapturedSteps(const torch::Device& device)
    : CapturedSteps([device](const std::function<void()>& work) -> std::function<void()> {
        return [graph = std::make_shared<CudaGraph>(device, work)] { graph->replay(); };
      }) {}

bool CapturedSteps::has(const std::vector<double>& numbers, const std::function<StepResult()>& make,
                        const std::function<void()>& undo) {
  if (!works_) return false;
  if (!steps_.contains(numbers)) make_room();
  Step& step = steps_[numbers];
  if (step.graph) return true;
  if (step.made++ < kMadeBefore) return false;
  try {
    step.graph = record_([&] { step.result = make(); });
    step.result.seen = {};
  } catch (const std::exception& error) {
    const std::string_view what = error.what();
    spdlog::warn("the step is launched kernel by kernel, as it cannot be captured: {}",
                 what.substr(0, what.find('\n')));
    works_ = false;
    steps_.clear();
  }
  undo();
  return works_;
}

/// Numbers of a warm-up do not come back: those that were never captured go first.
void CapturedSteps::make_room() {
  if (steps_.size() < kMaxSteps) return;
  std::erase_if(steps_, [](const auto& step) { return !step.second.graph; });
  if (steps_.size() == kMaxSteps) steps_.clear();
}

StepResult CapturedSteps::replay(const std::vector<double>& numbers) {
  const Step& step = steps_.at(numbers);
  step.graph();
  return copied(step.result);
}

std::vector<double> Trainer::numbers_of_host() const {
  std::vector<double> out{value_of(recipe_.augment.instance_noise), value_of(recipe_.augment.probability)};
  for (const Optimizer* optimizer : {generator_optimizer_.get(), discriminator_optimizer_.get()}) {
    const UpdateRates now = rates(*optimizer);
    out.insert(out.end(), {now.learning_rate, now.beta2, now.ema});
  }
  for (int update = 0; update < recipe_.train.discriminator_steps; ++update) {
    for (const auto& penalty : penalties_) out.push_back(is_due(*penalty, update) ? value_of(penalty->weight()) : -1);
  }
  if (adaptive_) {
    auto ahead = *adaptive_;
    observe_ahead(ahead, &out);
  }
  return out;
}

/// Counts what a step observes; `moves` is told what the probability is moved with, if anything.
void Trainer::observe_ahead(augment::AdaptiveProbability& adaptive, std::vector<double>* moves) const {
  const int parts = recipe_.train.gradient_accumulation;
  const double images = static_cast<double>(recipe_.train.batch_size) / parts;
  for (int i = 0; i < parts * recipe_.train.discriminator_steps; ++i) {
    if (moves != nullptr) moves->push_back(adaptive.moves_with(images));
    adaptive.counts(images);
  }
}

StepResult Trainer::captured_step() {
  const auto numbers = numbers_of_host();
  const auto of_generator = generator_optimizer_->updates(), of_discriminator = discriminator_optimizer_->updates();
  const auto of_augmentation = adaptive_ ? adaptive_->counted() : augment::AdaptiveProbability::Counted{};
  const auto undo = [&] {
    if (adaptive_) adaptive_->count_as(of_augmentation);
    generator_optimizer_->count_as(of_generator);
    discriminator_optimizer_->count_as(of_discriminator);
    real_ = fake_ = LabelledImages();
    generator_optimizer_->drop_gradients();
    discriminator_optimizer_->drop_gradients();
  };
  if (!captured_->has(numbers, [&] { return make_step(false); }, undo)) return make_step(false);
  generator_optimizer_->count_as(of_generator + 1);
  discriminator_optimizer_->count_as(of_discriminator + recipe_.train.discriminator_steps);
  if (adaptive_) observe_ahead(*adaptive_, nullptr);
  settled_ = false;
  return captured_->replay(numbers);
}

}  // namespace ganymede::train
