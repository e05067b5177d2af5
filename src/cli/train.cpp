// ganymede train RECIPE
#include "ganymede/operations/train.h"

#include <unistd.h>

#include <algorithm>

#include "cli/device.h"
#include "cli/request_flags.h"
#include "cli/standard_output.h"
#include "ganymede/core/counted.h"
#include "ganymede/core/log.h"
#include "ganymede/core/processors.h"
#include "ganymede/core/progress.h"
#include "ganymede/core/shell_word.h"
#include "ganymede/core/signals.h"
#include "ganymede/core/threads.h"
#include "ganymede/distributed/group.h"

namespace ganymede::cli {
namespace {

using operations::TrainResult;

/// The steps on the terminal, with what they find out.
class StepsShown : public train::Observer {
 public:
  void on_start(const train::Trainer& trainer) override {
    progress_ =
        std::make_unique<Progress>(trainer.recipe().name, trainer.total_steps(), "step", trainer.training_state().step);
    trigger_.emplace(trainer.recipe().train.log_every, trainer.dataset().size());
    last_ = trainer.training_state();
  }
  void after_step(const train::Trainer& trainer, const train::TrainingState& before,
                  const train::StepResult& result) override {
    const auto& now = trainer.training_state();
    const double so_far = static_cast<double>(now.images - last_.images) / std::max(1e-9, now.seconds - last_.seconds);
    // The rate that metrics.csv has; before its first row, that of the steps until now.
    if (trigger_->fires(before, now)) rate_ = so_far, last_ = now;
    std::string note;
    // Reading a loss waits for the device: not at every step.
    if (now.step % 10 == 0) {
      note = fmt::format("epoch {:.2f}  {:.0f} images/s  D {:.3f}  G {:.3f}", trainer.epoch(), rate_.value_or(so_far),
                         result.loss_d.item<double>(), result.loss_g.item<double>());
    }
    progress_->update(now.step, note);
  }
  void on_finish(const train::Trainer&) override { progress_->finish(); }

 private:
  std::unique_ptr<Progress> progress_;
  std::optional<train::Trigger> trigger_;  ///< of the rows of metrics.csv
  train::TrainingState last_;              ///< when it fired last
  std::optional<double> rate_;             ///< images a second until then
};

/// Says on stdout how it ended. Throws Cancelled where a signal ended it.
void report_end(const TrainResult& end) {
  if (end.state == TrainResult::State::kComplete) {
    fmt::print("the run is complete at step {}; to go on, ask for more with --steps N (the total)\n", end.step);
  } else if (end.state == TrainResult::State::kStopped) {
    fmt::print("stopped and saved at step {} of {}; go on with: ganymede train {} --resume -o {}\n", end.step,
               end.steps, shell_word(end.recipe), shell_word(end.folder.string()));
    throw Cancelled("");
  } else {
    fmt::print("trained {} ({:.1f} epochs) in {}\n  images    {}\n  losses    {}\n  model     {}\n",
               counted(end.step, "step"), end.epochs, duration_text(end.seconds), end.samples.string(),
               end.losses.string(), end.model.string());
  }
}

void run_alone(const operations::TrainRequest& request) {
  set_threads(globals().threads);
  operations::check(request);
  operations::Training training(request, device_to_use());
  catch_stop_signals();  // from here on there is something to save
  operations::Observers shown;
  shown.push_back(std::make_unique<StepsShown>());
  report_end(training.run(std::move(shown)));
}

/// As one of several processes: its share of this machine's processors and, unless one is named, a GPU of its own.
void run_in(const distributed::Place& place, const operations::TrainRequest& request) {
  // mpirun and srun may have bound each process to its processors.
  const bool bound = place.launcher != "torchrun" && processors_allowed() < ::sysconf(_SC_NPROCESSORS_ONLN);
  const int each = bound ? processors_allowed() : std::max(1, processors_allowed() / place.local_size);
  set_threads(globals().threads > 0 ? globals().threads : each);
  operations::check(request);
  if (place.rank > 0) spdlog::set_level(spdlog::level::warn);  // process 0 says it
  const auto device = device_to_use(place.local_rank);
  const std::shared_ptr<const distributed::Group> group = distributed::join(place, device);
  TrainResult end;
  try {
    operations::Training training(request, device, {}, group);
    catch_stop_signals();
    operations::Observers shown;
    if (group->is_first()) shown.push_back(std::make_unique<StepsShown>());
    end = training.run(std::move(shown));
  } catch (const Cancelled&) {
    group->leave("it was stopped");
    throw;
  } catch (const Error& error) {
    group->leave(error.what_happened());
    throw;
  } catch (const std::exception&) {
    group->leave("a defect of the program");
    throw;
  }
  if (group->is_first()) return report_end(end);
  if (end.state == TrainResult::State::kStopped) throw Cancelled("");
}

void run(const operations::TrainRequest& request) {
  refuse_standard_output(request.output, "folder");
  const auto place = distributed::place_in(distributed::environment());
  if (place && !place->alone()) return run_in(*place, request);
  run_alone(request);
}

}  // namespace

void add_train(CLI::App& app) {
  const auto request = std::make_shared<operations::TrainRequest>();
  add_flags(app, operations::fields_of(*request));
  app.callback([request] { run_request(operations::fields_of(*request), [&] { run(*request); }); });
}

}  // namespace ganymede::cli
