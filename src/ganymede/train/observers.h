// What is done around the training steps. Each writes its own part of the run folder.
#pragma once

#include <memory>

#include "ganymede/train/run_folder.h"
#include "ganymede/train/tensorboard.h"
#include "ganymede/train/trainer.h"

namespace ganymede::train {

/// metrics.csv and TensorBoard scalars every `log_every`.
std::unique_ptr<Observer> metrics_observer(const RunFolder& folder, std::shared_ptr<EventWriter> events);
/// real.png, samples/ (also into TensorBoard), the grid after the first epoch, losses.svg and .png, and at the end the
/// figures that compare.
std::unique_ptr<Observer> sample_observer(const RunFolder& folder, std::shared_ptr<EventWriter> events);
/// Checkpoints and model.safetensors; stops a run whose losses or weights are no longer finite before anything bad is
/// saved, naming the last good checkpoint.
std::unique_ptr<Observer> checkpoint_observer(const RunFolder& folder);

/// environment.json: versions, seed, threads, device, precision, data checksum.
void write_environment(const RunFolder& folder, const Trainer& trainer);

}  // namespace ganymede::train
