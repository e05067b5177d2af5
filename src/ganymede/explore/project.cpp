#include "ganymede/explore/project.h"

#include <cmath>

#include "ganymede/core/random.h"

namespace ganymede::explore {
namespace {

constexpr double kBeta1 = 0.9, kBeta2 = 0.999, kEpsilon = 1e-8;

Tensor generated(const models::Network& generator, const Tensor& z, const Tensor& labels) {
  nn::ForwardContext context;
  context.labels = labels;
  return generator.forward(z, context);
}

}  // namespace

Projection project(const models::Network& generator, const config::LatentConfig& latent, const Tensor& images,
                   const Tensor& labels, const ProjectOptions& options, const std::function<void(int)>& on_step) {
  const std::int64_t count = images.size(0), starts = options.starts;
  const bool bounded = latent.distribution == config::LatentDistribution::kUniform;
  const auto device = generator.device();
  const Tensor wanted = images.to(device).repeat_interleave(starts, 0);
  const Tensor classes = labels.defined() ? labels.repeat_interleave(starts, 0) : Tensor();
  Tensor z = models::sample_latents(latent, count * starts, stream_seed(options.seed, "project"));
  if (options.truncation) z = models::truncated(latent, z, *options.truncation);
  z = z.to(device);
  Tensor first = at::zeros_like(z), second = at::zeros_like(z);
  const auto errors_of = [&](const Tensor& generated) { return (generated - wanted).square().flatten(1).mean(1); };

  for (int step = 1; step <= options.steps; ++step) {
    z = z.detach().requires_grad_(true);
    const Tensor loss = errors_of(generated(generator, z, classes)).sum() + options.prior * z.square().mean(1).sum();
    const Tensor gradient = torch::autograd::grad({loss}, {z})[0];
    torch::NoGradGuard constant;
    first = kBeta1 * first + (1 - kBeta1) * gradient;
    second = kBeta2 * second + (1 - kBeta2) * gradient.square();
    const double rate = options.rate * 0.5 * (1 + std::cos(M_PI * (step - 1) / options.steps));
    const Tensor slope =
        (first / (1 - std::pow(kBeta1, step))) / ((second / (1 - std::pow(kBeta2, step))).sqrt() + kEpsilon);
    z = z.detach() - rate * slope;
    if (bounded) z = z.clamp(-1, 1);
    if (on_step) on_step(step);
  }

  torch::NoGradGuard constant;
  const Tensor errors = errors_of(generated(generator, z, classes)).view({count, starts}).cpu();
  const Tensor best = errors.argmin(1);
  Projection out{z.cpu().view({count, starts, -1}).index({at::arange(count), best}).contiguous(), {}};
  for (std::int64_t i = 0; i < count; ++i) out.errors.push_back(errors[i][best[i].item<std::int64_t>()].item<double>());
  return out;
}

}  // namespace ganymede::explore
