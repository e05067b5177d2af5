// Where the time of a training step goes, layer by layer and pass by pass, beside what the machine could do at best.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "ganymede/train/trainer.h"

namespace ganymede::train {

/// A layer's part of a step; all numbers are of one step, those it takes over included.
struct LayerTimes {
  std::string name;          ///< "discriminator.conv_1", as in files
  double forward = 0;        ///< seconds
  double backward = 0;       ///< seconds
  double second = 0;         ///< seconds: the backward pass of the gradient itself, where a penalty asks for it
  double forward_flops = 0;  ///< operations, 2 a multiply-add, of all forward passes
  double forward_bytes = 0;  ///< its input, output and parameters, once for each forward pass
  double seconds() const { return forward + backward + second; }
};

/// What this machine reaches with as many threads.
struct Ceilings {
  double f32_flops = 0, bf16_flops = 0;  ///< operations a second of a matrix product
  double bytes = 0;                      ///< bytes a second, read and written, of a copy of 256 MiB
};

struct StepProfile {
  std::vector<LayerTimes> layers;        ///< of both networks in their order
  std::map<std::string, double> others;  ///< seconds: "data", "noise", "losses", "optimiser", ...
  double seconds = 0;                    ///< all of them
  std::string trace;                     ///< JSON of Chrome's trace events (chrome://tracing, Perfetto)
};

/// Of a 2048^3 product (8192^3 on CUDA).
double matrix_product_flops(at::ScalarType type, const torch::Device& device);
Ceilings measure_ceilings(const torch::Device& device);

/// Runs `steps` more steps with a PhaseClock; the time it takes itself is in the numbers. On the CPU alone: elsewhere
/// it throws UsageError, as a step there does not wait for its kernels.
StepProfile profile_steps(Trainer& trainer, int steps);

}  // namespace ganymede::train
