#include "ganymede/exchange/model_graph.h"

#include <nlohmann/json.hpp>

namespace ganymede::exchange {
namespace {

using nn::Graph;
using nn::Value;
using nn::ValueType;

/// f32 in [-1, 1], channels first, as 8-bit pixels as files have them: clamp(x * 127.5 + 128, 0, 255), rounded down.
Value bytes_of(Graph& graph, Value x) {
  const Value scaled = graph.add(graph.multiply(x, graph.scalar(127.5)), graph.scalar(128));
  const Value clipped = graph.node("Clip", {scaled, graph.scalar(0), graph.scalar(255)});
  const Value rows = graph.node("Transpose", {clipped}, {{"perm", std::vector<std::int64_t>{0, 2, 3, 1}}});
  constexpr std::int64_t kUint8 = 2;
  return graph.node("Cast", {graph.node("Floor", {rows})}, {{"to", kUint8}});
}

}  // namespace

Graph generator_graph(const checkpoint::Model& model, const GraphOptions& options) {
  return generator_graph(model, options, model.generator());
}

Graph generator_graph(const checkpoint::Model& model, const GraphOptions& options, const models::Network& generator) {
  Graph graph(options.labels);
  const auto& image = generator.output_shape();
  const auto& encoder = model.gan.encoder;
  Value x = encoder ? graph.input("image", ValueType::kFloat, encoder->input_shape().dims())
                    : graph.input("z", ValueType::kFloat, generator.input_shape().dims());
  if (encoder) x = encoder->to_graph(graph, x);
  x = generator.to_graph(graph, x);
  if (!options.bytes) {
    graph.output(encoder ? "translated" : "image", x, ValueType::kFloat, image.dims());
  } else {
    graph.output(encoder ? "translated" : "image", bytes_of(graph, x), ValueType::kUint8,
                 {image.height(), image.width(), image.channels()});
  }
  return graph;
}

Graph discriminator_graph(const checkpoint::Model& model, const GraphOptions& options) {
  Graph graph(options.labels);
  const auto& discriminator = model.gan.discriminator;
  const Value x = graph.input("image", ValueType::kFloat, discriminator.input_shape().dims());
  const Value y = discriminator.to_graph(graph, x);
  const auto logits = discriminator.class_logits();
  if (logits > 0) {
    graph.output("score", graph.reshape(graph.slice(y, 1, 0, 1), {}), ValueType::kFloat, {});
    graph.output("class_logits", graph.slice(y, 1, 1, 1 + logits), ValueType::kFloat, {logits});
  } else if (discriminator.output_shape().elements() == 1) {
    graph.output("score", graph.reshape(y, {}), ValueType::kFloat, {});
  } else {
    graph.output("score", y, ValueType::kFloat, discriminator.output_shape().dims());
  }
  return graph;
}

std::map<std::string, std::string> graph_metadata(const checkpoint::Model& model, const GraphOptions& options) {
  auto out = checkpoint::metadata(model.recipe, model.step, model.classes, model.conditions);
  out["ganymede_version"] = GANYMEDE_VERSION;
  out["value_range"] = options.bytes ? "0 to 255" : "-1 to 1";
  if (model.gan.encoder) return out;
  const bool uniform = model.recipe.latent.distribution == config::LatentDistribution::kUniform;
  out["latent_distribution"] = uniform ? "uniform on [-1, 1]" : "standard normal";
  out["latent_size"] = std::to_string(model.recipe.latent.size);
  return out;
}

}  // namespace ganymede::exchange
