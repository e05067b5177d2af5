// The layers a recipe may name. A new layer is its two files, a line in register_layers(), and a test.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "ganymede/nn/layer.h"

namespace ganymede::nn {

class LayerRegistry {
 public:
  using Read = std::function<std::unique_ptr<LayerSpec>(config::FieldReader&)>;

  void add(const std::string& kind, Read read) { readers_[kind] = std::move(read); }
  /// The typed spec of one entry of a recipe's `layers`. Throws UsageError for an unknown kind or option.
  std::unique_ptr<LayerSpec> read(const config::OptionTable& table) const;
  std::vector<std::string> kinds() const;

 private:
  std::map<std::string, Read> readers_;
};

/// Registers `Spec`, a LayerSpec with a public member `options` that has a field list.
template <class Spec, class... Arguments>
void add_layer(LayerRegistry& registry, const std::string& kind, Arguments... arguments) {
  registry.add(kind, [arguments...](config::FieldReader& reader) {
    auto spec = std::make_unique<Spec>(arguments...);
    visit_fields(reader, spec->options);
    return spec;
  });
}

void register_layers(LayerRegistry& registry);
/// The registry with every layer of this folder.
const LayerRegistry& layers();

void register_dense(LayerRegistry& registry);
void register_conv(LayerRegistry& registry);
void register_conv_transpose(LayerRegistry& registry);
void register_batch_norm(LayerRegistry& registry);
void register_instance_norm(LayerRegistry& registry);
void register_activations(LayerRegistry& registry);
void register_dropout(LayerRegistry& registry);
void register_reshape(LayerRegistry& registry);
void register_residual(LayerRegistry& registry);
void register_upsample(LayerRegistry& registry);
void register_avg_pool(LayerRegistry& registry);
void register_global_pool(LayerRegistry& registry);
void register_pixel_norm(LayerRegistry& registry);
void register_minibatch_stddev(LayerRegistry& registry);
void register_self_attention(LayerRegistry& registry);
void register_label_embedding(LayerRegistry& registry);
void register_conditional_batch_norm(LayerRegistry& registry);
void register_projection(LayerRegistry& registry);

}  // namespace ganymede::nn
