// What tests add to the program: a file each, and a line each here.
#pragma once

#include "ganymede/data/sources.h"
#include "ganymede/nn/registry.h"
#include "ganymede/objectives/registry.h"
#include "ganymede/quality/metric.h"

namespace ganymede::data {
void register_levels(SourceRegistry& registry);
}
namespace ganymede::nn {
void register_scaled_shift(LayerRegistry& registry);
}
namespace ganymede::objectives {
void register_absolute(ObjectiveRegistry& registry);
}
namespace ganymede::quality {
void register_brightness_gap(MetricRegistry& registry);
}

namespace ganymede::test {

inline void register_made_up() {
  data::register_levels(data::sources());
  nn::register_scaled_shift(nn::layers());
  objectives::register_absolute(objectives::objectives());
  quality::register_brightness_gap(quality::metrics());
}

}  // namespace ganymede::test
