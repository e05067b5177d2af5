// ganymede train RECIPE
#include "cli/command.h"
#include "cli/device.h"
#include "cli/recipe_flags.h"
#include "ganymede/core/log.h"
#include "ganymede/core/progress.h"
#include "ganymede/core/signals.h"
#include "ganymede/core/stopped.h"
#include "ganymede/core/text.h"
#include "ganymede/core/threads.h"
#include "ganymede/data/sources.h"
#include "ganymede/data/text.h"
#include "ganymede/train/datasets.h"
#include "ganymede/train/encoder.h"
#include "ganymede/train/observers.h"
#include "ganymede/train/run_state.h"

namespace ganymede::cli {
namespace {

namespace fs = std::filesystem;

struct TrainFlags {
  std::string recipe, data, source, out, precision, from, from_networks = "both";
  std::vector<std::string> set;
  std::optional<std::int64_t> steps;
  std::optional<double> epochs;
  std::optional<std::uint64_t> seed;
  bool resume = false, keep_optimizer = false, skip_bad = false;
};

class ProgressObserver : public train::Observer {
 public:
  void on_start(const train::Trainer& trainer) override {
    progress_ =
        std::make_unique<Progress>(trainer.recipe().name, trainer.total_steps(), "step", trainer.training_state().step);
  }
  void after_step(const train::Trainer& trainer, const train::TrainingState&,
                  const train::StepResult& result) override {
    const auto& now = trainer.training_state();
    std::string note;
    // Reading a loss waits for the device: not at every step.
    if (now.step % 10 == 0) {
      note = fmt::format("epoch {:.2f}  {:.0f} images/s  D {:.3f}  G {:.3f}", trainer.epoch(),
                         static_cast<double>(now.images - images_) / std::max(1e-9, now.seconds - seconds_),
                         result.loss_d.item<double>(), result.loss_g.item<double>());
      images_ = now.images;
      seconds_ = now.seconds;
    }
    progress_->update(now.step, note);
  }
  void on_finish(const train::Trainer&) override { progress_->finish(); }

 private:
  std::unique_ptr<Progress> progress_;
  std::uint64_t images_ = 0;
  double seconds_ = 0;
};

std::vector<std::string> overrides(const TrainFlags& flags) {
  auto out = flags.set;
  if (!flags.data.empty()) out.push_back(override_text("data.path", flags.data));
  if (!flags.source.empty()) out.push_back(override_text("source.path", flags.source));
  if (flags.skip_bad) out.push_back(override_text("data.skip_bad", true));
  if (flags.steps) out.push_back(override_text("train.steps", *flags.steps));
  if (flags.epochs) out.push_back(override_text("train.epochs", *flags.epochs));
  if (flags.seed) out.push_back(override_text("train.seed", *flags.seed));
  if (!flags.precision.empty()) out.push_back(override_text("train.precision", flags.precision));
  return out;
}

/// A path that a recipe cannot hold.
void check_path(const std::string& path, const char* flag) {
  if (is_utf8(path)) return;
  throw UsageError(fmt::format("{} names a path that is not UTF-8, which no recipe can hold", flag), path,
                   "rename it, or name a link to it");
}

/// Data that the recipe would not look at are not what the user meant.
void check_data(const TrainFlags& flags, const config::Recipe& recipe) {
  const bool built_in = data::source_named(recipe.data.name).built_in;
  if (!flags.data.empty() && built_in) {
    throw UsageError(
        fmt::format("recipe '{}' makes its own images ('{}') and reads no files", recipe.name, recipe.data.name),
        "--data " + flags.data,
        fmt::format("to train it on your images: ganymede train {} --data {} --set 'data.name=\"folder\"'",
                    flags.recipe, flags.data));
  }
  if (flags.skip_bad && built_in) {
    throw UsageError(fmt::format("recipe '{}' makes its own images: none is bad", recipe.name), "--skip-bad",
                     "leave it out");
  }
}

/// What was taken and what was left out, by reason.
void print_data(const data::Dataset& dataset, const char* role, int batch) {
  for (const auto& note : dataset.info().notes) spdlog::info("{}: {}", role, printable(note));
  if (dataset.size() < static_cast<std::size_t>(batch)) {
    spdlog::info(
        "{}: a batch of {} shows some of the {} more than once; data.flip = true and [augment] make more of them", role,
        batch, data::counted(dataset.size(), "image"));
  }
}

/// runs/NAME, or the first of runs/NAME-2, runs/NAME-3 ... that is free.
fs::path free_folder(const std::string& name) {
  fs::path folder = fs::path("runs") / name;
  for (int i = 2; fs::exists(folder); ++i) folder = fs::path("runs") / fmt::format("{}-{}", name, i);
  return folder;
}

/// A resumed run goes on with the recipe in its folder; the command line may still override keys of it.
config::Recipe choose_recipe(const TrainFlags& flags) {
  const fs::path own = fs::path(flags.out) / train::kRecipeFile;
  if (!flags.resume || !fs::exists(own)) {
    if (flags.recipe.empty())
      throw UsageError("no recipe is named", "ganymede train", "name one of 'ganymede recipes'");
    return config::load_recipe(flags.recipe, overrides(flags));
  }
  auto recipe = config::load_recipe(own.string(), overrides(flags));
  if (!flags.recipe.empty()) {
    const auto named = config::load_recipe(flags.recipe);
    if (named.name != recipe.name) {
      throw UsageError(fmt::format("the run was made with recipe '{}', not '{}'", recipe.name, named.name), flags.out,
                       "resume with its own recipe, or use --from to start a new run from its weights");
    }
  }
  return recipe;
}

/// The file to start from: with its optimisers' moments that is a checkpoint, a run's newest one.
fs::path starting_file(const TrainFlags& flags) {
  std::error_code ignored;
  if (!flags.keep_optimizer || !fs::is_directory(flags.from, ignored)) return flags.from;
  const auto checkpoints = train::checkpoints_of(flags.from);
  if (checkpoints.empty())
    throw Error("the run has no checkpoint to take the optimisers from", flags.from, "leave --keep-optimizer away");
  return checkpoints.front();
}

/// A recipe that was written for a fine-tuning tells in `about` what to type: said where nothing is gone on from.
void say_what_it_is_for(const config::Recipe& recipe) {
  const auto flag = recipe.about.find("--from ");
  if (flag == std::string::npos) return;
  const auto end = recipe.about.find_first_of(" \n", flag + 7);
  std::string what = recipe.about.substr(flag, end == std::string::npos ? end : end - flag);
  while (what.ends_with('.') || what.ends_with(',')) what.pop_back();
  spdlog::warn("{} is meant to go on from a trained model, and starts anew here: add {}", recipe.name, what);
}

/// Whether the model brought an encoder along.
bool start_from(train::Trainer& trainer, const TrainFlags& flags) {
  const auto path = starting_file(flags);
  const auto model = checkpoint::load_model(path);
  const train::StartingNetworks networks{.generator = flags.from_networks != "discriminator",
                                         .discriminator = flags.from_networks != "generator"};
  trainer.start_from(model, networks);
  if (flags.keep_optimizer) trainer.load_optimizers(checkpoint::read_safetensors(path), path.string());
  return networks.generator && model.gan.encoder.has_value();
}

/// Goes on from the newest checkpoint, where there is one.
void load_checkpoint(train::Trainer& trainer, const train::RunFolder& folder) {
  if (const auto found = folder.newest_checkpoint()) {
    trainer.load_state(found->file, found->path.string(), folder.seconds_until(checkpoint::step_of(found->file)));
    spdlog::info("going on from step {}", trainer.training_state().step);
  } else {
    spdlog::info("no checkpoint yet: starting from the beginning");
  }
}

void log_what_is_trained(const train::Trainer& trainer, const train::RunFolder& folder, int threads) {
  const auto& info = trainer.dataset().info();
  print_data(trainer.dataset(), "data", trainer.recipe().train.batch_size);
  if (const auto* source = trainer.source()) {
    print_data(*source, "source", trainer.recipe().train.batch_size);
    spdlog::info("source: {} images of {}", source->size(), source->info().name);
  }
  spdlog::info("{} images of {}, {} steps of batch {}, {} on {} with {} threads, in {}", trainer.dataset().size(),
               info.name, trainer.total_steps(), trainer.recipe().train.batch_size,
               trainer.compute_type() == at::kBFloat16 ? "bf16" : "f32", trainer.device().str(), threads,
               folder.path().string());
}

/// What is done around the steps, in the order it is done. The guard comes before all that writes; quality before the
/// metrics that write it down; checkpoints last: a run that has one for a step has everything else of that step.
std::vector<std::unique_ptr<train::Observer>> observers_of(const train::Trainer& trainer,
                                                           const train::RunFolder& folder,
                                                           std::unique_ptr<quality::Evaluator> evaluator) {
  const auto before = trainer.training_state().step;
  const auto events =
      std::make_shared<train::EventWriter>(folder.path(), before > 0 ? std::optional(before) : std::nullopt);
  std::vector<std::unique_ptr<train::Observer>> observers;
  observers.push_back(train::guard_observer(folder));
  observers.push_back(std::make_unique<ProgressObserver>());
  const auto quality = evaluator ? std::make_shared<train::QualityColumns>() : nullptr;
  if (evaluator) observers.push_back(train::quality_observer(folder, std::move(evaluator), quality));
  observers.push_back(train::metrics_observer(folder, events, quality));
  observers.push_back(train::sample_observer(folder, events));
  observers.push_back(train::checkpoint_observer(folder));
  return observers;
}

/// Writes down how the run stands; that it cannot be written must not hide why it ended.
void note_state(const train::RunFolder& folder, const train::Trainer& trainer, train::RunPhase phase,
                const std::string& why = {}) {
  try {
    folder.expect_there();
    train::write_run_state(folder.path(), {phase, trainer.training_state().step, trainer.total_steps(), why});
  } catch (const Error& error) {
    spdlog::warn("how the run ended is not written down: {}", error.what());
  }
}

/// Does `work` and writes down how it ended. Whatever ends it before, the state says "waiting" or "running" and nobody
/// holds the folder: the run was lost.
void watched(const train::RunFolder& folder, const train::Trainer& trainer, const std::function<void()>& work) {
  try {
    work();
  } catch (const Stopped&) {
    note_state(folder, trainer, train::RunPhase::kStopped);
    throw;
  } catch (const Error& error) {
    note_state(folder, trainer, train::RunPhase::kFailed, error.what_happened());
    throw;
  } catch (const std::bad_alloc&) {
    note_state(folder, trainer, train::RunPhase::kFailed, "out of memory");
    throw;
  } catch (const std::exception&) {
    note_state(folder, trainer, train::RunPhase::kFailed, "a defect of the program: its log says more");
    throw;
  }
}

void train_to_the_end(train::Trainer& trainer, const train::RunFolder& folder,
                      const std::shared_ptr<const data::Dataset>& source, bool brings_encoder,
                      std::unique_ptr<quality::Evaluator> evaluator) {
  const auto before = trainer.training_state().step;
  if (source && before == 0 && !brings_encoder) train::prepare_encoder(folder, trainer, source);
  const auto observers = observers_of(trainer, folder, std::move(evaluator));
  const auto total = trainer.total_steps();
  train::write_run_state(folder.path(), {train::RunPhase::kRunning, before, total});
  trainer.run(observers);
  const auto end = trainer.training_state().step;
  train::write_run_state(folder.path(), {end < total ? train::RunPhase::kStopped : train::RunPhase::kDone, end, total});
}

/// Says on stdout how it ended. Throws Stopped where a signal ended it.
void report_end(const train::Trainer& trainer, const train::RunFolder& folder) {
  const auto& end = trainer.training_state();
  const std::string run = folder.path().string();
  if (end.step < trainer.total_steps()) {
    fmt::print("stopped and saved at step {} of {}; go on with: ganymede train {} --resume --out {}\n", end.step,
               trainer.total_steps(), trainer.recipe().name, run);
    throw Stopped("");
  }
  fmt::print("trained {} steps ({:.1f} epochs) in {}\n  images  {}\n  losses    {}\n  model     {}\n", end.step,
             trainer.epoch(), duration_text(end.seconds), folder.sample(end.step).string(),
             folder.file("losses.svg").string(), folder.file(train::kModelFile).string());
}

void check(const TrainFlags& flags) {
  if (flags.resume && flags.out.empty()) {
    throw UsageError("--resume does not say which run", "ganymede train", "add --out RUN");
  }
  if (flags.resume && !flags.from.empty()) {
    throw UsageError("--resume and --from exclude each other", "ganymede train");
  }
  if (flags.keep_optimizer && (flags.from.empty() || flags.from_networks != "both")) {
    throw UsageError("--keep-optimizer goes with --from and both networks", "ganymede train");
  }
}

void run(const TrainFlags& flags) {
  check(flags);
  const int threads = set_threads(globals().threads);
  const auto device = device_to_use();
  check_path(flags.data, "--data");
  check_path(flags.source, "--source");
  check_path(flags.out, "--out");
  const auto recipe = choose_recipe(flags);
  check_data(flags, recipe);
  if (!flags.resume && flags.from.empty()) say_what_it_is_for(recipe);
  const models::Gan shapes = models::outline_gan(recipe);
  const auto dataset = train::open_data(recipe, shapes), source = train::open_source(recipe, shapes);
  train::Trainer trainer(recipe, dataset, device, source);
  // Before the run folder: a model that cannot be read must not leave an empty one behind.
  bool brings_encoder = false;
  if (!flags.from.empty()) brings_encoder = start_from(trainer, flags);
  auto evaluator = train::quality_evaluator(trainer);

  catch_stop_signals();  // from here on there is something to save
  const train::RunFolder folder(flags.out.empty() ? free_folder(recipe.name) : fs::path(flags.out), flags.resume);
  if (flags.resume) load_checkpoint(trainer, folder);
  const auto before = trainer.training_state().step;
  const bool trained = before >= trainer.total_steps();
  if (trained && folder.is_complete(before)) {
    fmt::print("the run is complete at step {}; to go on, ask for more with --steps N (the total)\n", before);
    return;
  }
  watched(folder, trainer, [&] {
    train::write_run_state(folder.path(), {train::RunPhase::kWaiting, before, trainer.total_steps()});
    write_file(folder.file(train::kRecipeFile), config::to_toml(trainer.recipe()));
    train::write_environment(folder, trainer);
    log_what_is_trained(trainer, folder, threads);
    if (trained) spdlog::info("every step is done: what the run lacks is made up for");
    train_to_the_end(trainer, folder, source, brings_encoder, std::move(evaluator));
  });
  report_end(trainer, folder);
}

}  // namespace

void add_train(CLI::App& app) {
  auto flags = std::make_shared<TrainFlags>();
  app.add_option("recipe", flags->recipe, "a recipe file, or the name of a shipped one");
  app.add_option("--data", flags->data, "the data set's folder, archive or file");
  app.add_flag("--skip-bad", flags->skip_bad, "leave out files that cannot be read, and say how many");
  app.add_option("--source", flags->source, "the same of the source domain, for recipes that translate");
  app.add_option("--out", flags->out, "the run folder; runs/NAME unless given");
  auto* steps = app.add_option("--steps", flags->steps, "generator steps in all")->check(CLI::PositiveNumber);
  app.add_option("--epochs", flags->epochs, "passes over the data in all")->check(CLI::PositiveNumber)->excludes(steps);
  add_seed(app, flags->seed, "the same seed gives the same bytes on the same machine");
  app.add_option("--set", flags->set, "section.key=value, overrides the recipe; may be repeated")
      ->type_size(1)
      ->allow_extra_args(false);
  app.add_option("--precision", flags->precision, "f32, bf16, or auto: bf16 where the hardware has it");
  app.add_flag("--resume", flags->resume,
               "go on with the run in --out, bit for bit; of a complete one, make up for what it lacks");
  app.add_option("--from", flags->from, "start from this model's weights (fine-tuning)");
  app.add_option("--from-networks", flags->from_networks,
                 "which networks --from starts: both, generator or discriminator")
      ->check(CLI::IsMember({"both", "generator", "discriminator"}))
      ->capture_default_str();
  app.add_flag("--keep-optimizer", flags->keep_optimizer,
               "--from a run or a checkpoint: go on with its optimisers' moments");
  app.callback([flags] { run(*flags); });
}

}  // namespace ganymede::cli
