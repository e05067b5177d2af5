// Stochastic gradient descent, with momentum where it is asked for.
#include "ganymede/optim/options.h"

namespace ganymede::optim {

void register_sgd(RuleRegistry& registry) {
  registry.add("sgd",
               {.keeps_first = [](const OptimizerConfig& c) { return c.momentum > 0; },
                .keeps_second = false,
                .step =
                    [](std::span<const nn::kernels::UpdateTensors> updates, const OptimizerConfig& c,
                       const UpdateRates& rates, std::int64_t) {
                      nn::kernels::sgd_step(updates, {.lr = rates.learning_rate,
                                                      .momentum = c.momentum,
                                                      .weight_decay = c.weight_decay,
                                                      .ema_decay = rates.ema});
                    }},
               "gradient descent, with momentum where it is given");
}

}  // namespace ganymede::optim
