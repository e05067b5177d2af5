#include "ganymede/train/optimizer.h"

#include <cmath>
#include <numbers>

#include "ganymede/core/error.h"

namespace ganymede::train {

namespace kernels = nn::kernels;

namespace {

constexpr double kTiny = 1e-6;  // PyTorch's, beside a norm that is divided by

}  // namespace

double schedule_factor(const config::OptimizerConfig& config, double step, double total, double warmup,
                       double decay_start) {
  if (step < warmup) return (step + 1) / (warmup + 1);
  if (config.schedule == optim::ScheduleKind::kConstant || step <= decay_start || total <= decay_start) return 1;
  const double done = std::min(1.0, (step - decay_start) / (total - decay_start));
  const double left =
      config.schedule == optim::ScheduleKind::kLinear ? 1 - done : 0.5 * (1 + std::cos(std::numbers::pi * done));
  return config.final_factor + (1 - config.final_factor) * left;
}

Optimizer::Optimizer(config::OptimizerConfig config, const models::Network& network, const models::Network* average)
    : config_(std::move(config)) {
  const auto parameters = network.parameters();
  const auto averages = average != nullptr ? average->parameters() : std::vector<models::NetworkTensor>{};
  const optim::Rule& rule = config_.name.entry();
  for (size_t i = 0; i < parameters.size(); ++i) {
    kernels::UpdateTensors update;
    update.param = parameters[i].tensor;
    if (rule.keeps_first(config_)) update.first = at::zeros_like(update.param);
    if (rule.keeps_second) update.second = at::zeros_like(update.param);
    if (average != nullptr) update.average = averages[i].tensor;
    updates_.push_back(std::move(update));
    names_.push_back(parameters[i].name);
  }
  if (rule.counts && !updates_.empty() && updates_.front().param.is_cuda()) {
    count_there_ = at::zeros({}, updates_.front().param.options().dtype(at::kFloat));
    for (auto& update : updates_) update.count = count_there_;
  }
  if (average == nullptr) return;
  const auto from = network.buffers(), to = average->buffers();
  for (size_t i = 0; i < from.size(); ++i) buffers_.emplace_back(from[i].tensor, to[i].tensor);
}

void limit_norm(std::span<const Tensor> gradients, double most) {
  Tensor squared;
  for (const Tensor& gradient : gradients) {
    if (!gradient.defined()) continue;
    const Tensor own = gradient.square().sum(at::kDouble);
    squared = squared.defined() ? squared + own : own;
  }
  if (!squared.defined()) return;
  const Tensor factor = (most / (squared.sqrt() + kTiny)).clamp_max(1);
  for (const Tensor& gradient : gradients) {
    if (gradient.defined()) gradient.mul_(factor);
  }
}

double Optimizer::step(const UpdateRates& rates, bool measure) {
  torch::NoGradGuard constant;
  std::vector<Tensor> gradients;
  for (auto& update : updates_) {
    update.grad = update.param.grad();
    gradients.push_back(update.grad);
  }
  double norm = 0;
  const bool wait = measure || updates_.front().param.is_cpu();  // elsewhere reading a norm waits for the device
  if (measure || (config_.clip_norm > 0 && wait)) norm = std::sqrt(kernels::squared_norm(gradients));
  if (config_.clip_norm > 0 && !wait) limit_norm(gradients, config_.clip_norm);
  if (config_.clip_norm > 0 && norm > config_.clip_norm) kernels::scale_(gradients, config_.clip_norm / (norm + kTiny));
  count_.add_(1);
  if (count_there_.defined()) count_there_.add_(1);
  config_.name.entry().step(updates_, config_, rates, *count_.data_ptr<std::int64_t>());
  for (const auto& [from, to] : buffers_) to.copy_(from);
  drop_gradients();
  return norm;
}

void Optimizer::drop_gradients() {
  for (auto& update : updates_) {
    update.param.mutable_grad() = Tensor();
    update.grad = Tensor();
  }
}

void Optimizer::append_state(std::vector<checkpoint::NamedTensor>& out, const std::string& prefix) const {
  out.push_back({prefix + ".updates", count_});
  for (size_t i = 0; i < updates_.size(); ++i) {
    if (updates_[i].first.defined()) out.push_back({prefix + "." + names_[i] + ".first", updates_[i].first});
    if (updates_[i].second.defined()) out.push_back({prefix + "." + names_[i] + ".second", updates_[i].second});
  }
}

void Optimizer::load_state(const checkpoint::SafetensorsFile& file, const std::string& prefix,
                           const std::string& where) {
  std::vector<checkpoint::NamedTensor> wanted;
  append_state(wanted, prefix);
  for (auto& [name, tensor] : wanted) {
    const Tensor* value = file.find(name);
    if (value == nullptr || value->sizes() != tensor.sizes()) {
      throw Error("the checkpoint's tensor '" + name + "' is missing or of another shape", where,
                  "resume with the run's own recipe and optimiser");
    }
    tensor.copy_(*value);
  }
  if (count_there_.defined()) count_there_.fill_(*count_.data_ptr<std::int64_t>());
}

}  // namespace ganymede::train
