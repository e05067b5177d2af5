// RMSprop (Tieleman and Hinton 2012), not centred.
#include "ganymede/optim/options.h"

namespace ganymede::optim {

void register_rmsprop(RuleRegistry& registry) {
  registry.add("rmsprop",
               {.keeps_first = [](const OptimizerConfig& c) { return c.momentum > 0; },
                .keeps_second = true,
                .step =
                    [](std::span<const nn::kernels::UpdateTensors> updates, const OptimizerConfig& c,
                       const UpdateRates& rates, std::int64_t) {
                      nn::kernels::rmsprop_step(updates, {.lr = rates.learning_rate,
                                                          .alpha = c.alpha,
                                                          .eps = c.epsilon,
                                                          .weight_decay = c.weight_decay,
                                                          .momentum = c.momentum,
                                                          .ema_decay = rates.ema});
                    }},
               "RMSprop (Hinton 2012)");
}

}  // namespace ganymede::optim
