#include "ganymede/models/summary.h"

#include <fmt/ranges.h>

namespace ganymede::models {

Summary summarise(const Network& network) {
  Summary out;
  nn::Shape input = network.input_shape();
  for (const auto& entry : network.entries()) {
    LayerSummary row{entry.name, entry.spec->kind(), entry.output.keras_order(), 0};
    for (const auto& parameter : entry.layer->parameters()) {
      row.params += parameter.tensor.numel();
      out.trainable += parameter.tensor.numel();
    }
    for (const auto& buffer : entry.layer->buffers()) {
      if (!buffer.counted) continue;
      row.params += buffer.tensor.numel();
      out.non_trainable += buffer.tensor.numel();
    }
    out.multiply_adds += entry.spec->multiply_adds(input);
    input = entry.output;
    out.layers.push_back(std::move(row));
  }
  out.total = out.trainable + out.non_trainable;
  return out;
}

std::string grouped(std::int64_t number) {
  std::string digits = std::to_string(number);
  for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > (number < 0 ? 1 : 0); at -= 3) {
    digits.insert(static_cast<size_t>(at), ",");
  }
  return digits;
}

std::string to_text(const Summary& summary, const std::string& title) {
  constexpr int kName = 34, kShape = 22, kParams = 14;
  const std::string rule(kName + kShape + kParams, '-');
  std::string out = fmt::format("{}\n{}\n{:<{}}{:<{}}{:>{}}\n{}\n", title, rule, "Layer (kind)", kName, "Output shape", kShape,
                                "Param #", kParams, rule);
  for (const auto& row : summary.layers) {
    out += fmt::format("{:<{}}{:<{}}{:>{}}\n", fmt::format("{} ({})", row.name, row.kind), kName,
                       fmt::format("(None, {})", fmt::join(row.output, ", ")), kShape, grouped(row.params), kParams);
  }
  out += fmt::format("{}\nTotal params: {}\nTrainable params: {}\nNon-trainable params: {}\nMultiply-adds a sample: {}\n", rule,
                     grouped(summary.total), grouped(summary.trainable), grouped(summary.non_trainable),
                     grouped(summary.multiply_adds));
  return out;
}

}  // namespace ganymede::models
