#include "ganymede/nn/registry.h"

namespace ganymede::nn {

std::unique_ptr<LayerSpec> LayerRegistry::read(const config::OptionTable& table) const {
  const auto found = readers_.find(table.kind);
  if (found == readers_.end()) {
    throw UsageError(fmt::format("unknown layer '{}'", table.kind), table.place.at(table.values.get(table.kind)),
                     suggest(table.kind, kinds()));
  }
  config::FieldReader reader(table.values, table.place);
  auto spec = found->second(reader);
  reader.reject_unknown();
  return spec;
}

std::vector<std::string> LayerRegistry::kinds() const {
  std::vector<std::string> out;
  for (const auto& [kind, read] : readers_) out.push_back(kind);
  return out;
}

void register_layers(LayerRegistry& registry) {
  register_dense(registry);
  register_conv(registry);
  register_conv_transpose(registry);
  register_batch_norm(registry);
  register_instance_norm(registry);
  register_activations(registry);
  register_dropout(registry);
  register_reshape(registry);
  register_residual(registry);
  register_upsample(registry);
  register_avg_pool(registry);
  register_global_pool(registry);
  register_pixel_norm(registry);
  register_minibatch_stddev(registry);
  register_self_attention(registry);
  register_label_embedding(registry);
  register_conditional_batch_norm(registry);
  register_projection(registry);
}

const LayerRegistry& layers() {
  static const LayerRegistry registry = [] {
    LayerRegistry made;
    register_layers(made);
    return made;
  }();
  return registry;
}

}  // namespace ganymede::nn
