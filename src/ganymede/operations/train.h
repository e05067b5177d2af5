// Training as an operation: from a request to a run folder.
#pragma once

#include "ganymede/distributed/group.h"
#include "ganymede/operations/control.h"
#include "ganymede/operations/results.h"
#include "ganymede/operations/train_request.h"
#include "ganymede/quality/evaluator.h"
#include "ganymede/track/target.h"
#include "ganymede/track/webhook.h"
#include "ganymede/train/run_folder.h"
#include "ganymede/train/trainer.h"

namespace ganymede::operations {

using Observers = std::vector<std::unique_ptr<train::Observer>>;

/// A training in two halves, for callers that want to do something between them. The first writes nothing.
class Training {
 public:
  /// Reads recipe, data and the model to start from, and makes the networks. Throws FieldError and UsageError for what
  /// cannot be meant, Error for what cannot be read, Cancelled. Where `group` is given, each of its processes makes the
  /// same training, by process 0's recipe; PeerLost too, then.
  Training(const TrainRequest& request, const torch::Device& device, const Control& control = {},
           std::shared_ptr<const distributed::Group> group = nullptr);

  /// Makes the run folder, or takes it up again, and trains. Cancelled, it ends after the step at hand and saves.
  /// `observers` are told of each step beside those that write the folder. Once. Of several processes the first alone
  /// has a folder and observers; where another is lost it saves what there was before that step. Throws Error for a
  /// folder that is held or cannot be written and for a training that goes wrong (the folder's state says so),
  /// Cancelled where there was nothing to save yet.
  TrainResult run(Observers observers = {});
  const train::Trainer& trainer() const { return *trainer_; }

 private:
  config::Recipe agreed_recipe() const;
  bool is_first() const { return group_ == nullptr || group_->is_first(); }
  TrainResult follow();
  void prepare(const torch::Device& device);
  void start_from_model();
  void go_on(const train::RunFolder& folder);
  void log_what_is_trained(const train::RunFolder& folder) const;
  void train_to_the_end(const train::RunFolder& folder, Observers more);
  TrainResult result(const train::RunFolder& folder, TrainResult::State state) const;

  TrainRequest request_;
  Control control_;
  std::optional<track::Target> target_;
  std::unique_ptr<track::Webhook> webhook_;          ///< null where none is asked for
  std::shared_ptr<const distributed::Group> group_;  ///< null for one process
  std::shared_ptr<const data::Dataset> source_;
  std::optional<train::Trainer> trainer_;
  std::unique_ptr<quality::Evaluator> evaluator_;
  bool brings_encoder_ = false;  ///< whether the model to start from has one
};

/// Both halves. Progress counts steps.
TrainResult train(const TrainRequest& request, const torch::Device& device, const Control& control = {});

}  // namespace ganymede::operations
