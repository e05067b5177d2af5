// Adam (Kingma and Ba 2015), with the weight decay in the gradient.
#include "ganymede/optim/options.h"

namespace ganymede::optim {

void register_adam(RuleRegistry& registry) {
  registry.add("adam",
               {.keeps_first = [](const OptimizerConfig&) { return true; },
                .keeps_second = true,
                .counts = true,
                .step =
                    [](std::span<const nn::kernels::UpdateTensors> updates, const OptimizerConfig& c,
                       const UpdateRates& rates, std::int64_t count) {
                      nn::kernels::adam_step(updates, {.lr = rates.learning_rate,
                                                       .beta1 = c.beta1,
                                                       .beta2 = rates.beta2,
                                                       .eps = c.epsilon,
                                                       .weight_decay = c.weight_decay,
                                                       .step = count,
                                                       .ema_decay = rates.ema});
                    }},
               "Adam (Kingma and Ba 2015)");
}

}  // namespace ganymede::optim
