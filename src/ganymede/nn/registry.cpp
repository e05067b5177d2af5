#include "ganymede/nn/registry.h"

namespace ganymede::nn {

namespace {

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

}  // namespace

LayerRegistry& layers() {
  static LayerRegistry registry = [] {
    LayerRegistry made("layer");
    register_layers(made);
    return made;
  }();
  return registry;
}

}  // namespace ganymede::nn
