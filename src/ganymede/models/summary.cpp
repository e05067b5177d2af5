#include "ganymede/models/summary.h"

#include <fmt/ranges.h>

#include <nlohmann/json.hpp>

#include "ganymede/core/counted.h"

namespace ganymede::models {

namespace {

/// Rows of the layers in order; those inside a composite layer come before its own, as Keras lists them.
void add_rows(Summary& out, const nn::Sequence& layers, const std::string& prefix) {
  for (const auto& entry : layers.entries()) {
    const std::string name = prefix + entry.name;
    for (const auto& part : entry.layer->parts()) add_rows(out, *part.sequence, name + "." + part.name + ".");
    LayerSummary row{name, entry.spec->kind(), entry.output.keras_order(), 0};
    for (const auto& parameter : entry.layer->parameters()) {
      row.params += parameter.count();
      out.trainable += parameter.count();
    }
    for (const auto& buffer : entry.layer->buffers()) {
      if (!buffer.counted) continue;
      row.params += buffer.count();
      out.non_trainable += buffer.count();
    }
    out.layers.push_back(std::move(row));
  }
}

enum class Products { kWritten, kMade };

/// Of one image, forward.
double products(const nn::Sequence& layers, Products which) {
  double sum = 0;
  nn::Shape input = layers.input_shape();
  for (const auto& entry : layers.entries()) {
    const auto parts = entry.layer->parts();
    const double share = which == Products::kMade ? entry.layer->share_of_products() : 1;
    if (parts.empty()) sum += share * static_cast<double>(entry.spec->multiply_adds(input));
    for (const auto& part : parts) sum += products(*part.sequence, which);
    input = entry.output;
  }
  return sum;
}

double products(const Network& network, Products which) {
  double sum = products(network.layers(), which);
  for (const auto& head : network.heads()) sum += products(head.layers, which);
  return sum;
}

}  // namespace

double products_made(const Network& network) {
  return products(network, Products::kMade);
}

Summary summarise(const Network& network) {
  Summary out;
  add_rows(out, network.layers(), "");
  out.multiply_adds = static_cast<std::int64_t>(products(network, Products::kWritten));
  for (const auto& head : network.heads()) add_rows(out, head.layers, head.name + ".");
  out.total = out.trainable + out.non_trainable;
  return out;
}

nlohmann::json to_json(const Summary& summary) {
  auto layers = nlohmann::json::array();
  for (const auto& row : summary.layers) {
    layers.push_back({{"name", row.name}, {"kind", row.kind}, {"output", row.output}, {"params", row.params}});
  }
  return {{"layers", layers},
          {"total", summary.total},
          {"trainable", summary.trainable},
          {"non_trainable", summary.non_trainable},
          {"multiply_adds", summary.multiply_adds}};
}

std::string to_text(const Summary& summary, const std::string& title) {
  constexpr int kShape = 22, kParams = 14;
  size_t name_width = 34;
  for (const auto& row : summary.layers) name_width = std::max(name_width, row.name.size() + row.kind.size() + 5);
  const std::string rule(name_width + kShape + kParams, '-');
  std::string out = fmt::format("{}\n{}\n{:<{}}{:<{}}{:>{}}\n{}\n", title, rule, "Layer (kind)", name_width,
                                "Output shape", kShape, "Param #", kParams, rule);
  for (const auto& row : summary.layers) {
    out += fmt::format("{:<{}}{:<{}}{:>{}}\n", fmt::format("{} ({})", row.name, row.kind), name_width,
                       fmt::format("(None, {})", fmt::join(row.output, ", ")), kShape, grouped(row.params), kParams);
  }
  out +=
      fmt::format("{}\nTotal params: {}\nTrainable params: {}\nNon-trainable params: {}\nMultiply-adds a sample: {}\n",
                  rule, grouped(summary.total), grouped(summary.trainable), grouped(summary.non_trainable),
                  grouped(summary.multiply_adds));
  return out;
}

}  // namespace ganymede::models
