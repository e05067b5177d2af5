// The GAN objective (Goodfellow et al. 2014): binary cross-entropy on logits.
#pragma once

#include "ganymede/objectives/registry.h"

namespace ganymede::objectives {

void register_gan(ObjectiveRegistry& registry);

}  // namespace ganymede::objectives
