// The layers a recipe may name. A new layer is its file, a line here and in registry.cpp, and a test.
#pragma once

#include "ganymede/config/registry.h"
#include "ganymede/nn/layer.h"

namespace ganymede::nn {

using LayerRegistry = config::Registry<config::Read<LayerSpec>>;

/// The layers of this folder, and what a program added.
LayerRegistry& layers();

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
