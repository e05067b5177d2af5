// What is done around the training steps. Each writes its own part of the run folder.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "ganymede/quality/evaluator.h"
#include "ganymede/train/run_folder.h"
#include "ganymede/train/tensorboard.h"
#include "ganymede/train/trainer.h"

namespace ganymede::train {

/// Values from the observers that compute them to the one that writes them down.
struct MoreColumns {
  std::vector<std::string> names;        ///< of metrics.csv, behind the usual ones
  std::map<std::string, double> values;  ///< of the step at hand; empty where there are none
};

/// metrics.csv and TensorBoard scalars every `log_every`; metrics in a row of their own otherwise.
std::unique_ptr<Observer> metrics_observer(const RunFolder& folder, std::shared_ptr<EventWriter> events,
                                           std::shared_ptr<MoreColumns> more);
/// Measures every `log_every` whether the training goes well (health.h) and says so where it does not, in the log, in
/// `columns` and in state.json, and of images that have collapsed to `on_collapse` too. Before the metrics observer in
/// the list.
std::unique_ptr<Observer> health_observer(const RunFolder& folder, std::shared_ptr<MoreColumns> columns,
                                          std::function<void(const std::string& what)> on_collapse = {});
/// Who evaluates a run by the recipe's [quality]; null where it names no metric. Throws what an Evaluator throws.
std::unique_ptr<quality::Evaluator> quality_evaluator(const Trainer& trainer);
/// Evaluates the generator that samples come from, every `[quality].every`, and keeps the best model as
/// best.safetensors; a resumed run goes on with the best so far. Before the metrics observer in the list: it fills
/// `columns`.
std::unique_ptr<Observer> quality_observer(const RunFolder& folder, std::unique_ptr<quality::Evaluator> evaluator,
                                           std::shared_ptr<MoreColumns> columns);
/// real.png, samples/ (also into TensorBoard), the grid after the first epoch, losses.svg and .png, and at the end the
/// sheets that compare.
std::unique_ptr<Observer> sample_observer(const RunFolder& folder, std::shared_ptr<EventWriter> events);
/// model.safetensors and checkpoints, the last in the list of observers: what has its checkpoint has all else of that
/// step. Ends a run whose weights are not finite or have exploded before anything good is overwritten or removed. Where
/// a run ends by an error, the step it was at is saved first, or, where that one is not whole or not sound, the last
/// one of which there is a copy in memory: every `keep_every` seconds one is made.
std::unique_ptr<Observer> checkpoint_observer(const RunFolder& folder, double keep_every = 20);
/// The first in the list of observers: ends a run whose losses are no longer finite, or whose folder is gone, before
/// anything is written.
std::unique_ptr<Observer> guard_observer(const RunFolder& folder);
/// Throws Error: `what` happened at this step, where the last good checkpoint is, and what to try.
[[noreturn]] void throw_unsound(const RunFolder& folder, const Trainer& trainer, const std::string& what);

/// environment.json: the command and its start, the processor, versions and commit, seed, threads, device, precision,
/// the data's place and checksum, and the model a fine-tuning started from. A resumed run keeps its first start, what
/// it started from and the commands before, under "earlier".
void write_environment(const RunFolder& folder, const Trainer& trainer);
/// Adds when the run ended. Nothing where there is no environment.json.
void write_end_of_environment(const RunFolder& folder);

}  // namespace ganymede::train
