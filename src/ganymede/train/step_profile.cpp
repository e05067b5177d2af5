#include "ganymede/train/step_profile.h"

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>

#include "ganymede/core/phase_clock.h"
#include "ganymede/core/precision.h"

namespace ganymede::train {
namespace {

using Clock = std::chrono::steady_clock;

double median_seconds(int warm_up, int counted, const std::function<void()>& work) {
  std::vector<double> times;
  for (int i = 0; i < warm_up + counted; ++i) {
    const auto begin = Clock::now();
    work();
    if (i >= warm_up) times.push_back(std::chrono::duration<double>(Clock::now() - begin).count());
  }
  std::nth_element(times.begin(), times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2), times.end());
  return times[times.size() / 2];
}

/// A layer that runs by itself, with those it took over.
struct TimedLayer {
  const nn::Layer* layer;
  LayerTimes of_one_image;  ///< its parameters' bytes apart
  double parameter_bytes = 0;
};

double parameter_bytes_of(const nn::Layer& layer) {
  double bytes = 0;
  for (const auto& parameter : layer.parameters()) bytes += 4.0 * static_cast<double>(parameter.count());
  return bytes;
}

double flops_of(const nn::Sequence::Entry& entry, const nn::Shape& input) {
  return 2 * entry.layer->share_of_products() * static_cast<double>(entry.spec->multiply_adds(input));
}

double elements(const nn::Shape& shape) {
  return static_cast<double>(shape.elements());
}

void collect(const nn::Sequence& sequence, const std::string& prefix, double bytes_a_value,
             std::vector<TimedLayer>& out) {
  const nn::Shape* input = &sequence.input_shape();
  for (const auto& entry : sequence.entries()) {
    const auto parts = entry.layer->parts();
    if (entry.absorbed) {
      out.back().of_one_image.name += " + " + entry.name;
      out.back().parameter_bytes += parameter_bytes_of(*entry.layer);
      out.back().of_one_image.forward_flops += flops_of(entry, *input);
      if (parts.empty())
        out.back().of_one_image.forward_bytes += bytes_a_value * (elements(entry.output) - elements(*input));
    } else {
      TimedLayer timed{.layer = entry.layer.get(), .of_one_image = {.name = prefix + entry.name}};
      if (parts.empty()) {  // what is inside a composite layer counts itself
        timed.of_one_image.forward_flops = flops_of(entry, *input);
        timed.of_one_image.forward_bytes = bytes_a_value * (elements(*input) + elements(entry.output));
        timed.parameter_bytes = parameter_bytes_of(*entry.layer);
      }
      out.push_back(std::move(timed));
    }
    for (const auto& part : parts)
      collect(*part.sequence, prefix + entry.name + "." + part.name + ".", bytes_a_value, out);
    input = &entry.output;
  }
}

std::vector<TimedLayer> layers_of(const models::Gan& gan, at::ScalarType type) {
  std::vector<TimedLayer> out;
  const auto bytes_a_value = static_cast<double>(c10::elementSize(type));
  const auto add = [&](const models::Network& network, const std::string& name) {
    collect(network.layers(), name + ".", bytes_a_value, out);
    for (const auto& head : network.heads()) collect(head.layers, name + "." + head.name + ".", bytes_a_value, out);
  };
  add(gan.generator, "generator");
  add(gan.discriminator, "discriminator");
  return out;
}

std::string trace_of(const std::vector<PhaseClock::Span>& spans, const std::map<const void*, std::string>& names) {
  auto events = nlohmann::json::array();
  for (const auto& span : spans) {
    const auto named = names.find(span.phase.owner);
    events.push_back({{"name", named == names.end() ? span.phase.pass : named->second},
                      {"cat", span.phase.pass},
                      {"ph", "X"},
                      {"ts", span.begin * 1e6},
                      {"dur", span.seconds * 1e6},
                      {"pid", 1},
                      {"tid", 1},
                      {"args", {{"pass", span.phase.pass}}}});
  }
  return nlohmann::json{{"traceEvents", events}, {"displayTimeUnit", "ms"}}.dump();
}

}  // namespace

double matrix_product_flops(at::ScalarType type, const torch::Device& device) {
  const std::int64_t n = device.is_cuda() ? 8192 : 2048;
  Tensor a = at::randn({n, n}).to(device, type), b = at::randn({n, n}).to(device, type);
  if (multiplies_in_float(a)) a = a.to(at::kFloat), b = b.to(at::kFloat);  // as the layers do
  const double seconds = median_seconds(2, 7, [&] {
    at::mm(a, b).slice(0, 0, 1).slice(1, 0, 1).item<float>();  // reading one element waits for the device
  });
  return 2.0 * static_cast<double>(n) * static_cast<double>(n) * static_cast<double>(n) / seconds;
}

Ceilings measure_ceilings(const torch::Device& device) {
  constexpr std::int64_t kBytes = 256 << 20;
  Tensor from = at::ones({kBytes / 4}, at::TensorOptions().device(device)), to = at::zeros_like(from);
  const double seconds = median_seconds(2, 7, [&] {
    to.copy_(from);
    to[0].item<float>();
  });
  return {.f32_flops = matrix_product_flops(at::kFloat, device),
          .bf16_flops = matrix_product_flops(at::kBFloat16, device),
          .bytes = 2.0 * kBytes / seconds};
}

StepProfile profile_steps(Trainer& trainer, int steps) {
  if (!trainer.device().is_cpu()) {
    throw UsageError("times of layers are taken on the CPU only", "--profile", "add --device cpu");
  }
  std::vector<PhaseClock::Span> spans;
  {
    PhaseClock clock;
    for (int i = 0; i < steps; ++i) trainer.step(false).loss_g.item<double>();
    spans = clock.take();
  }
  StepProfile out;
  std::map<const void*, std::string> names;
  std::map<const void*, LayerTimes> times;
  std::map<const void*, double> passes, images;  // a step
  for (const auto& span : spans) {
    const double seconds = span.seconds / steps;
    out.seconds += seconds;
    if (span.phase.owner == nullptr) {
      // A gradient that has left a network is the objective's.
      const bool pass = span.phase.pass == "backward" || span.phase.pass == "second";
      out.others[pass ? "losses" : span.phase.pass] += seconds;
      continue;
    }
    auto& of = times[span.phase.owner];
    (span.phase.pass == "forward" ? of.forward : span.phase.pass == "backward" ? of.backward : of.second) += seconds;
    if (span.phase.pass != "forward") continue;
    passes[span.phase.owner] += 1.0 / steps;
    images[span.phase.owner] += static_cast<double>(span.phase.images) / steps;
  }
  for (auto& [layer, of_one, parameter_bytes] : layers_of(trainer.gan(), trainer.compute_type())) {
    LayerTimes of = times[layer];
    of.name = names[layer] = of_one.name;
    of.forward_flops = of_one.forward_flops * images[layer];
    of.forward_bytes = of_one.forward_bytes * images[layer] + parameter_bytes * passes[layer];
    out.layers.push_back(of);
  }
  out.trace = trace_of(spans, names);
  return out;
}

}  // namespace ganymede::train
