// What a file of Keras says its layers are.
#pragma once

#include <string>

#include "ganymede/exchange/keras_file.h"

namespace ganymede::exchange {

/// Fills in the layers, without tensors, and the input: models inside the model are taken apart, layers taken out of
/// their SpectralNormalization, and paths that are added where they meet again become residual blocks. `text` is JSON.
/// Throws Error for what is damaged, and for models that are anything else.
void describe_keras(KerasModel& model, const std::string& text);

/// The layers with those inside residual blocks in their place.
std::vector<KerasLayer*> leaves_of(std::vector<KerasLayer>& layers);

}  // namespace ganymede::exchange
