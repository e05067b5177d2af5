#include "ganymede/operations/train.h"

#include "ganymede/core/counted.h"
#include "ganymede/core/log.h"
#include "ganymede/core/text.h"
#include "ganymede/core/threads.h"
#include "ganymede/operations/training_recipe.h"
#include "ganymede/track/tracking.h"
#include "ganymede/train/datasets.h"
#include "ganymede/train/encoder.h"
#include "ganymede/train/metrics_table.h"
#include "ganymede/train/observers.h"
#include "ganymede/train/run_state.h"

namespace ganymede::operations {
namespace {

namespace fs = std::filesystem;

/// Tells the caller's callback of each step.
class CallbackObserver : public train::Observer {
 public:
  explicit CallbackObserver(const Control& control) : control_(control) {}
  void after_step(const train::Trainer& trainer, const train::TrainingState&, const train::StepResult&) override {
    control_.report(trainer.training_state().step, trainer.total_steps());
  }

 private:
  const Control& control_;
};

/// Tells a tracker the time. Before the metrics observer in the list.
class TrackingObserver : public train::Observer {
 public:
  explicit TrackingObserver(track::Tracking& tracking) : tracking_(tracking) {}
  void after_step(const train::Trainer& trainer, const train::TrainingState&, const train::StepResult&) override {
    tracking_.note(trainer.training_state().seconds);
  }
  void on_finish(const train::Trainer& trainer) override { tracking_.note(trainer.training_state().seconds); }

 private:
  track::Tracking& tracking_;
};

/// Nothing where none is asked for. Throws FieldError.
std::optional<track::Target> target_of(const TrainRequest& request) {
  if (request.track.empty()) return std::nullopt;
  try {
    return track::parse_target(request.track);
  } catch (const UsageError& error) {
    throw FieldError("track", error.what_happened(), error.hint());
  }
}

std::unique_ptr<track::Tracking> tracking_of(const train::RunFolder& folder,
                                             const std::optional<track::Target>& target) {
  if (target) return std::make_unique<track::Tracking>(folder.path(), *target);
  if (const auto before = track::read_mlflow_state(folder.path())) {
    spdlog::info("this run was sent to MLflow at {}: --track mlflow={} goes on with that", before->url, before->url);
  }
  return nullptr;
}

/// What was taken and what was left out, by reason.
void log_data(const data::Dataset& dataset, const char* role, int batch) {
  for (const auto& note : dataset.info().notes) spdlog::info("{}: {}", role, printable(note));
  if (dataset.size() < static_cast<std::size_t>(batch)) {
    spdlog::info("{}: a batch of {} shows {} more than once; data.flip = true and [augment] make more of them", role,
                 batch, dataset.size() == 1 ? "the only image" : "some of the " + counted(dataset.size(), "image"));
  }
}

/// The folder asked for; else runs/NAME, or the first of runs/NAME-2, runs/NAME-3 ... that is free.
fs::path folder_of(const TrainRequest& request, const std::string& recipe) {
  if (!request.output.empty()) return request.output;
  if (!request.name.empty()) return fs::path("runs") / request.name;
  fs::path folder = fs::path("runs") / recipe;
  for (int i = 2; fs::exists(folder); ++i) folder = fs::path("runs") / fmt::format("{}-{}", recipe, i);
  return folder;
}

/// The file to start from: with its optimisers' moments that is a checkpoint, a run's newest one.
fs::path starting_file(const TrainRequest& request) {
  std::error_code ignored;
  if (!request.keep_optimizer || !fs::is_directory(request.from, ignored)) return request.from;
  const auto checkpoints = train::checkpoints_of(request.from);
  if (checkpoints.empty())
    throw Error("the run has no checkpoint to take the optimisers from", request.from, "leave --keep-optimizer away");
  return checkpoints.front();
}

/// Tells a webhook how the run stands when it ends, however it does.
class EndTold {
 public:
  EndTold(const train::RunFolder& folder, track::Webhook* webhook) : folder_(folder), webhook_(webhook) {}
  ~EndTold() {
    if (webhook_ == nullptr) return;
    try {
      const auto state = train::read_run_state(folder_.path());
      if (state) webhook_->send(train::phase_name(state->phase), state->why);
    } catch (const std::exception& error) {  // no more threads, say
      spdlog::warn("the webhook was not told: {}", error.what());
    }
  }
  EndTold(const EndTold&) = delete;
  EndTold& operator=(const EndTold&) = delete;

 private:
  const train::RunFolder& folder_;
  track::Webhook* webhook_;
};

/// What is done around the steps, in the order it is done. The guard comes before all that writes; quality and health
/// before the metrics that write them down; checkpoints last: a run that has one for a step has everything else of that
/// step.
Observers observers_of(const train::Trainer& trainer, const train::RunFolder& folder,
                       std::unique_ptr<quality::Evaluator> evaluator, Observers more, track::Webhook* webhook) {
  const auto before = trainer.training_state().step;
  const auto events =
      std::make_shared<train::EventWriter>(folder.path(), before > 0 ? std::optional(before) : std::nullopt);
  Observers observers;
  observers.push_back(train::guard_observer(folder));
  for (auto& one : more) observers.push_back(std::move(one));
  const auto columns = std::make_shared<train::MoreColumns>();
  if (evaluator) observers.push_back(train::quality_observer(folder, std::move(evaluator), columns));
  const auto on_collapse = [webhook](const std::string& what) { webhook->send("collapsed", what); };
  observers.push_back(webhook ? train::health_observer(folder, columns, on_collapse)
                              : train::health_observer(folder, columns));
  observers.push_back(train::metrics_observer(folder, events, columns));
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
  } catch (const Cancelled&) {
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

/// What a webhook calls the run: its folder's name.
std::string name_of_run(const TrainRequest& request) {
  if (request.output.empty()) return request.name.empty() ? request.recipe : request.name;
  return fs::absolute(request.output).lexically_normal().filename().string();
}

/// Null where none is asked for. Throws FieldError.
std::unique_ptr<track::Webhook> webhook_of(const TrainRequest& request) {
  if (request.webhook.empty()) return nullptr;
  try {
    return std::make_unique<track::Webhook>(request.webhook, name_of_run(request));
  } catch (const UsageError& error) {
    throw FieldError("webhook", error.what_happened(), error.hint());
  }
}

/// Process 0 alone knows, by the run's folder.
void tell_others_whether_to_train(const distributed::Group& group, bool train) {
  group.broadcast(at::full({1}, train ? 1 : 0, at::kLong));
}
bool is_there_to_train(const distributed::Group& group) {
  const Tensor train = at::zeros({1}, at::kLong);
  group.broadcast(train);
  return train.item<std::int64_t>() != 0;
}

}  // namespace

Training::Training(const TrainRequest& request, const torch::Device& device, const Control& control,
                   std::shared_ptr<const distributed::Group> group)
    : request_(request), control_(control), group_(std::move(group)) {
  check(request_);
  target_ = target_of(request_);
  if (is_first()) webhook_ = webhook_of(request_);
  const TaskScope scope = control_.own_scope();
  try {
    prepare(device);
  } catch (const UsageError&) {
    throw;  // who typed it is told at once
  } catch (const Error& error) {
    if (webhook_) webhook_->send("failed", error.what_happened());
    throw;
  }
}

void Training::prepare(const torch::Device& device) {
  const auto recipe = agreed_recipe();
  if (const auto model = meant_to_start_from(recipe); !model.empty() && !request_.resume && request_.from.empty()) {
    spdlog::warn("{} is meant to go on from a trained model, and starts anew here: add {}", recipe.name, model);
  }
  const models::Gan shapes = models::outline_gan(recipe);
  const auto dataset = train::open_data(recipe, shapes);
  source_ = train::open_source(recipe, shapes);
  control_.check();
  trainer_.emplace(recipe, dataset, device, source_);
  if (!is_first()) return;  // the rest comes from process 0
  if (!request_.from.empty()) start_from_model();
  evaluator_ = train::quality_evaluator(*trainer_);
}

/// Process 0's: it alone may have the run's folder.
config::Recipe Training::agreed_recipe() const {
  if (group_ == nullptr) return training_recipe(request_);
  if (!group_->is_first()) {
    const std::string text = group_->broadcast(std::string());
    const auto end = text.find('\n');
    return config::parse_recipe(text.substr(end + 1), text.substr(0, end), "the recipe of process 0");
  }
  auto recipe = training_recipe(request_);
  group_->broadcast(recipe.name + "\n" + config::to_toml(recipe));
  return recipe;
}

void Training::start_from_model() {
  const auto path = starting_file(request_);
  const auto model = checkpoint::load_model(path);
  const train::StartingNetworks networks{.generator = request_.from_networks != FromNetworks::kDiscriminator,
                                         .discriminator = request_.from_networks != FromNetworks::kGenerator};
  trainer_->start_from(model, networks);
  if (request_.keep_optimizer) trainer_->load_optimizers(checkpoint::read_safetensors(path), path.string());
  brings_encoder_ = networks.generator && model.gan.encoder.has_value();
}

/// Goes on from the newest checkpoint, where there is one.
void Training::go_on(const train::RunFolder& folder) {
  const auto say = [&](const data::Dataset& images, const char* section) {
    const std::string change = train::change_of_data(folder.path(), images, section);
    if (!change.empty()) {
      spdlog::warn("{}: other images than the run was trained on ({}): no longer bit for bit what it would have become",
                   section, change);
    }
  };
  say(trainer_->dataset(), "data");
  if (source_) say(*source_, "source");
  if (const auto found = folder.newest_checkpoint()) {
    trainer_->load_state(found->file, found->path.string(), folder.seconds_until(checkpoint::step_of(found->file)));
    spdlog::info("going on from step {}", trainer_->training_state().step);
  } else {
    spdlog::info("no checkpoint yet: starting from the beginning");
  }
}

void Training::log_what_is_trained(const train::RunFolder& folder) const {
  const auto& recipe = trainer_->recipe();
  log_data(trainer_->dataset(), "data", recipe.train.batch_size);
  if (source_) {
    log_data(*source_, "source", recipe.train.batch_size);
    spdlog::info("source: {} of {}", counted(source_->size(), "image"), source_->info().name);
  }
  spdlog::info("{} of {}, {} of batch {}, {} on {} with {}, in {}", counted(trainer_->dataset().size(), "image"),
               trainer_->dataset().info().name, counted(trainer_->total_steps(), "step"), recipe.train.batch_size,
               trainer_->compute_type() == at::kBFloat16 ? "bf16" : "f32", trainer_->device().str(),
               counted(at::get_num_threads(), "thread"), folder.path().string());
}

void Training::train_to_the_end(const train::RunFolder& folder, Observers more) {
  const auto before = trainer_->training_state().step;
  if (source_ && before == 0 && !brings_encoder_) train::prepare_encoder(folder, *trainer_, source_);
  if (control_.progress) more.push_back(std::make_unique<CallbackObserver>(control_));
  const auto observers = observers_of(*trainer_, folder, std::move(evaluator_), std::move(more), webhook_.get());
  const auto total = trainer_->total_steps();
  train::write_run_state(folder.path(), {train::RunPhase::kRunning, before, total});
  if (group_) {
    tell_others_whether_to_train(*group_, true);
    trainer_->share_with(*group_);
  }
  trainer_->run(observers);
  const auto end = trainer_->training_state().step;
  train::write_run_state(folder.path(), {end < total ? train::RunPhase::kStopped : train::RunPhase::kDone, end, total});
}

TrainResult Training::result(const train::RunFolder& folder, TrainResult::State state) const {
  const auto& end = trainer_->training_state();
  const auto chart = folder.file("losses.svg");
  return {.state = state,
          .recipe = trainer_->recipe().name,
          .folder = folder.path(),
          .step = end.step,
          .steps = trainer_->total_steps(),
          .epochs = trainer_->epoch(),
          .seconds = end.seconds,
          .samples = folder.sample(end.step),
          .losses = std::filesystem::exists(chart) ? chart : folder.file(train::kMetricsFile),
          .model = folder.file(train::kModelFile)};
}

/// What a process does that is not the first: its shares of the batches.
TrainResult Training::follow() {
  auto state = TrainResult::State::kComplete;
  if (is_there_to_train(*group_)) {
    trainer_->share_with(*group_);
    trainer_->run({});
    const bool stopped = trainer_->training_state().step < trainer_->total_steps();
    state = stopped ? TrainResult::State::kStopped : TrainResult::State::kDone;
  }
  const auto& end = trainer_->training_state();
  return {.state = state,
          .recipe = trainer_->recipe().name,
          .folder = {},
          .step = end.step,
          .steps = trainer_->total_steps(),
          .epochs = trainer_->epoch(),
          .seconds = end.seconds,
          .samples = {},
          .losses = {},
          .model = {}};
}

TrainResult Training::run(Observers observers) {
  const TaskScope scope = control_.own_scope();
  if (!is_first()) return follow();
  const train::RunFolder folder(folder_of(request_, trainer_->recipe().name), request_.resume);
  if (request_.resume) go_on(folder);
  const auto before = trainer_->training_state().step;
  const bool trained = before >= trainer_->total_steps();
  if (trained && folder.is_complete(before)) {
    if (group_) tell_others_whether_to_train(*group_, false);
    return result(folder, TrainResult::State::kComplete);
  }
  const auto tracking = tracking_of(folder, target_);  // ends when the run's state is written
  if (tracking) observers.push_back(std::make_unique<TrackingObserver>(*tracking));
  const EndTold told(folder, webhook_.get());
  watched(folder, *trainer_, [&] {
    train::write_run_state(folder.path(), {train::RunPhase::kWaiting, before, trainer_->total_steps()});
    write_file(folder.file(train::kRecipeFile), config::to_toml(trainer_->recipe()));
    train::write_environment(folder, *trainer_);
    log_what_is_trained(folder);
    if (trained) spdlog::info("every step is done: what the run lacks is made up for");
    train_to_the_end(folder, std::move(observers));
  });
  const bool stopped = trainer_->training_state().step < trainer_->total_steps();
  return result(folder, stopped ? TrainResult::State::kStopped : TrainResult::State::kDone);
}

TrainResult train(const TrainRequest& request, const torch::Device& device, const Control& control) {
  return Training(request, device, control).run();
}

}  // namespace ganymede::operations
