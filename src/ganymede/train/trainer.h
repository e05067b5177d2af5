// The training loop. What a step does is the paper's algorithm; what is done around it is observers.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "ganymede/augment/adaptive.h"
#include "ganymede/augment/augment.h"
#include "ganymede/checkpoint/model_file.h"
#include "ganymede/models/fit.h"
#include "ganymede/models/gan.h"
#include "ganymede/models/statistics.h"
#include "ganymede/objectives/penalty.h"
#include "ganymede/train/captured_steps.h"
#include "ganymede/train/device_data.h"
#include "ganymede/train/health.h"
#include "ganymede/train/optimizer.h"
#include "ganymede/train/shared_step.h"
#include "ganymede/train/training_state.h"
#include "ganymede/train/translator.h"

namespace ganymede::train {

/// A batch on the device: [N, C, H, W] in [-1, 1], and int64 [N], or f32 [N, K] of conditions (undefined without
/// either).
struct LabelledImages {
  Tensor pixels = {}, labels = {};
};

class Trainer;

/// Something done around the steps: logging, sampling, saving.
class Observer {
 public:
  virtual ~Observer() = default;
  virtual void on_start(const Trainer&) {}
  /// Whether the step that leads from `before` to `after` should measure gradient norms.
  virtual bool wants_measurements(const TrainingState&, const TrainingState&) { return false; }
  virtual void after_step(const Trainer&, const TrainingState& before, const StepResult&) = 0;
  /// A checkpoint of this run that the training is to go back to: asked after after_step().
  virtual std::optional<std::filesystem::path> wants_to_go_back_to() { return std::nullopt; }
  /// After the last step, also when a signal ended the run early.
  virtual void on_finish(const Trainer&) {}
  /// Before the run ends by an error. `whole`: networks and optimisers are those of the step that the training is at,
  /// and its files are written; else the error came amid a step, which has changed some of them, or amid its files: a
  /// checkpoint of it would leave out its row or samples for ever.
  virtual void on_failure(const Trainer&, bool /*whole*/) {}
};

/// The model whose weights a training started with.
struct StartedFrom {
  std::filesystem::path file;
  std::string recipe;
  std::uint64_t step = 0;
  std::string networks;  ///< "both", "generator" or "discriminator"
};

/// Which of a model's networks a training starts from.
struct StartingNetworks {
  bool generator = true, discriminator = true;
};

class Trainer {
 public:
  /// `recipe` is resolved or not; networks start from the recipe's seed. `source` is what a translating recipe
  /// translates from. `random` is for tests: RandomSource::computed_on(the CPU) makes a step there what it is on a GPU,
  /// where it makes no random number on the host, waits for nothing, and takes its batches from a data set that lies on
  /// the device. Throws UsageError for impossible recipes, and Error for labels that the networks do not know.
  Trainer(config::Recipe recipe, std::shared_ptr<const data::Dataset> dataset, torch::Device device,
          std::shared_ptr<const data::Dataset> source = nullptr, std::optional<RandomSource> random = {});
  ~Trainer();

  /// From now on every batch is shared with the other processes of `group`, which must outlive this: each does its
  /// share, and all have the same networks, at first process 0's. Every process has made the same trainer, on its own
  /// device. Throws UsageError for a batch that cannot be shared, PeerLost.
  void share_with(const distributed::Group& group);
  /// Runs to the recipe's end, or to the end of the step in which it was cancelled (core/task.h).
  void run(const std::vector<std::unique_ptr<Observer>>& observers);
  /// One generator update, with the discriminator updates before it. Throws PeerLost, with networks and optimisers as
  /// they were before the step in process 0.
  StepResult step(bool measure);

  /// Everything a resumed run needs; loading it continues bit for bit.
  std::vector<checkpoint::NamedTensor> state() const;
  void load_state(const checkpoint::SafetensorsFile& file, const std::string& where, double seconds_before);
  /// Takes networks and optimisers from a checkpoint of this run and goes on from the step it is at, with half the
  /// learning rates. Its noise and images are others than the first time: both are functions of the step.
  void go_back_to(const std::filesystem::path& checkpoint);
  /// What learning rates are multiplied with: 1, halved each time the training went back.
  double rate_scale() const { return rate_scale_; }
  /// Starts with the weights of one or both of another model's networks, with fresh optimisers. An encoder comes with
  /// the generator.
  void start_from(const checkpoint::Model& model, const StartingNetworks& networks);
  /// A translating recipe's encoder gets these tensors, as a file of encoder.h has them.
  void load_encoder(const checkpoint::SafetensorsFile& file, const std::string& where);
  /// Goes on with the moments of a checkpoint's optimisers.
  void load_optimizers(const checkpoint::SafetensorsFile& file, const std::string& where);
  /// Generator, discriminator, average and encoder, as a model file has them.
  std::vector<checkpoint::NamedTensor> model_tensors() const;
  /// As model_tensors() and state(), at no cost, for copies that are seldom needed: batch norms of the average have
  /// statistics that are not its own, until settle() computes those and puts them among the tensors.
  std::vector<checkpoint::NamedTensor> unsettled_model() const;
  std::vector<checkpoint::NamedTensor> unsettled_state() const;
  void settle(std::vector<checkpoint::NamedTensor>& tensors) const;

  const config::Recipe& recipe() const { return recipe_; }  ///< resolved
  const models::Gan& gan() const { return gan_; }
  /// The generator to sample from: the average where one is kept, with batch norms that know its own images.
  const models::Network& sampling_generator() const;
  const data::Dataset& dataset() const { return *dataset_; }
  /// What is translated; null where the generator starts from noise.
  const data::Dataset* source() const { return source_.get(); }
  /// Whether the objective names classes, so that a step's result tells how well.
  bool classifies() const;
  /// Names of the classes the generator generates; empty where it has none.
  std::vector<std::string> classes() const;
  /// What the generator is conditioned on where that is no class, and some of the data's values, f32 [R, K]: those that
  /// images are generated with where nobody says it.
  const std::vector<data::Condition>& conditions() const { return dataset_->info().conditions; }
  const Tensor& examples() const { return examples_; }
  /// What start_from() was given; nothing where training started from the recipe's seed.
  const std::optional<StartedFrom>& started_from() const { return started_from_; }
  const torch::Device& device() const { return device_; }
  at::ScalarType compute_type() const { return type_; }
  const TrainingState& training_state() const { return training_state_; }
  std::uint64_t total_steps() const { return total_steps_; }
  std::uint64_t images_per_step() const;
  double epoch() const { return static_cast<double>(training_state_.images) / static_cast<double>(dataset_->size()); }

 private:
  void check_classes() const;
  void check_labels() const;
  void check_conditions() const;
  void take_conditions();
  Tensor fake_labels(std::uint64_t seed) const;
  void check_translation() const;
  void check_share(int processes) const;
  StepResult take_step(bool measure);
  StepResult make_step(bool measure);
  StepResult captured_step();
  void observe_ahead(augment::AdaptiveProbability& adaptive, std::vector<double>* moves) const;
  std::vector<double> numbers_of_host() const;
  bool stops() const;
  void after_step(const std::vector<std::unique_ptr<Observer>>& observers, const TrainingState& before,
                  const StepResult& result);
  void run_steps(const std::vector<std::unique_ptr<Observer>>& observers);
  void tell_of_failure(const std::vector<std::unique_ptr<Observer>>& observers);
  void go_on_together(bool gone_back);
  void take_state_of_first();
  SharedTensors shared_tensors() const;
  std::vector<Tensor> changed_before_the_last_exchange() const;
  void share_results(StepResult& result);
  data::LoaderShare loader_share() const;
  Tensor own_share(const Tensor& batch, int part) const;
  // An update is the number of a discriminator update within the step.
  void update_discriminator(int update, bool last, bool measure, StepResult& result);
  void update_generator(bool measure, StepResult& result);
  Tensor discriminator_loss(const LabelledImages& real, const LabelledImages& fake, int update, StepResult& result);
  void note_outputs(const objectives::DiscriminatorOutput& real, const objectives::DiscriminatorOutput& fake,
                    double share, StepResult& result);
  bool is_due(const objectives::Penalty& penalty, int update) const;
  std::uint64_t update_in_all(std::uint64_t step, int update) const;
  std::uint64_t step_of_seeds() const;
  std::uint64_t place_of_pass() const;
  void settle_average() const;
  models::StatisticsBatch statistics_batch(int number) const;
  void read_batches();
  LabelledImages real_images(int update);
  LabelledImages generate_fake(int update, int part, bool for_generator);
  struct Judgement {
    objectives::DiscriminatorOutput output;
    Tensor squared_norms;  ///< f32 [N], of the gradient of each image's score at its pixels; undefined unless asked for
  };
  /// Both in one pass where that is the same.
  std::pair<Judgement, Judgement> judge_both(const LabelledImages& real, const LabelledImages& fake, bool norms_real,
                                             bool norms_fake);
  /// The images are one batch after another, each changed and dropped from as if it came alone.
  Judgement judge(const LabelledImages& images, bool norms, int batches = 1);
  objectives::DiscriminatorOutput discriminate(const LabelledImages& images, int batches = 1);
  /// Augmented, and with instance noise.
  Tensor as_seen(const Tensor& images, std::uint64_t place) const;
  Tensor augmented(const Tensor& images, std::uint64_t seed) const;
  Tensor augment_probability() const;
  UpdateRates rates(const Optimizer& optimizer) const;
  double value_of(const config::Schedule& schedule) const;

  config::Recipe recipe_;
  std::shared_ptr<const data::Dataset> dataset_, source_;
  torch::Device device_;
  RandomSource random_source_;
  at::ScalarType type_;
  models::Gan gan_;
  std::optional<models::Network> average_;
  bool average_settles_ = false;  ///< whether the average has batch norms
  /// Whether the average has statistics of its own, as it has before the first step, when it is the live network or
  /// another model's. Training never looks at them: when they are computed changes nothing.
  mutable bool settled_ = true;
  std::unique_ptr<objectives::Objective> objective_;
  std::vector<std::unique_ptr<objectives::Penalty>> penalties_;
  std::unique_ptr<augment::Augment> augment_;             ///< null for none
  std::optional<augment::AdaptiveProbability> adaptive_;  ///< where the probability finds itself
  std::vector<Tensor> discriminator_parameters_;
  std::vector<Tensor> frozen_;  ///< parameters of the discriminator that stay as they are
  std::unique_ptr<Optimizer> generator_optimizer_, discriminator_optimizer_;
  std::unique_ptr<Batches> batches_;
  std::vector<ByteBatch> real_batches_;     ///< of the step's discriminator updates
  Tensor step_number_;                      ///< int64 [] on the device, where random numbers are made there
  std::optional<CapturedSteps> captured_;   ///< on a GPU, where the recipe allows
  Tensor conditions_;                       ///< f32 [images, K] on the device; undefined where the data has none
  Tensor examples_;                         ///< evenly spread rows of it, on the CPU
  std::unique_ptr<Translator> translator_;  ///< where the generator starts from images
  std::optional<StartedFrom> started_from_;
  TrainingState training_state_;
  bool whole_ = true;  ///< whether networks and optimisers are those of training_state_, and its files are written
  std::uint64_t total_steps_ = 0;
  double rate_scale_ = 1;
  std::unique_ptr<SharedStep> shared_;  ///< where processes share the batches
  std::uint64_t passes_ = 0;            ///< forward passes of this step, for the dropout stream
  LabelledImages real_, fake_;  ///< of this step's last discriminator update; the generator's may use them again
};

}  // namespace ganymede::train
