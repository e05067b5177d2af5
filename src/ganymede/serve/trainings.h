// Trainings, evaluations and tests of features started from the studio, one after another, each a process of its own:
// `ganymede train`, `evaluate` or `features`. What waits is forgotten when the server ends.
#pragma once

#include <cstdint>
#include <deque>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "ganymede/serve/catalogue_answers.h"
#include "ganymede/serve/child_process.h"
#include "ganymede/serve/process_use.h"

namespace ganymede::serve {

struct NewTraining {
  std::string run;                 ///< the name of the run's folder
  std::vector<std::string> words;  ///< of `ganymede train`, beside the folder
  std::string recipe = {};         ///< its text where the words name none: it is kept in the folder as kGivenRecipe
};

inline constexpr const char* kGivenRecipe = "given.toml";

/// How a run operation is spoken of, and what it writes in the run's folder.
struct RunOperationFiles {
  const char* noun;
  const char* participle;  ///< "NAME is being trained"
  const char* log;         ///< what its process says
  const char* found;       ///< what it found, as JSON; null of a training
};
const RunOperationFiles& files_of(RunOperation operation);

class Trainings {
 public:
  /// `program` is run as `program --threads N train ...`, `evaluate` or `features`; new runs are folders within
  /// `place`.
  /// Of a training `more` are flags too.
  Trainings(std::filesystem::path program, std::filesystem::path place, int threads,
            std::vector<std::string> more = {});

  const std::filesystem::path& place() const { return place_; }
  const std::filesystem::path& program() const { return program_; }
  int threads() const { return threads_; }
  /// Starts a training, or lets it wait where something runs. Throws Problem 422 for a name that is not 1 to 64
  /// letters, digits, "-" and "_" (so it is no path and needs no escaping), 409 where the folder is there already,
  /// something waits or runs for this run, too much waits or nothing can be written.
  void start(const NewTraining& wanted);
  /// Goes on with the run in `folder` from its newest checkpoint, likewise. Throws Problem 409 as above.
  void resume(const std::string& run, const std::filesystem::path& folder);
  /// Evaluates the run in `folder`, or tests its features, with `words` of the command beside it, likewise. Throws
  /// Problem 409 as above.
  void measure(RunOperation operation, const std::string& run, const std::filesystem::path& folder,
               std::vector<std::string> words);
  /// Asks the training to save and end, or what else runs to end; what waits no longer does. Throws Problem 409 where
  /// nothing does.
  void stop(const std::string& run);
  /// Asks what is running to stop, and starts nothing more.
  void end();
  /// Whether something waits or runs for it.
  bool has(const std::string& run);
  /// What runs and waits, and what ran last where it failed, with the last line it wrote. Starts what waits when its
  /// turn has come: to be called now and then.
  TrainingAnswer state();

  static constexpr std::size_t kMostWaiting = 100;

 private:
  /// One process, before it is one.
  struct Job {
    RunOperation operation;
    std::string run;
    std::filesystem::path folder;
    std::vector<std::string> words;  ///< of the command, from its name on
    bool makes_folder = false;
    std::string recipe = {};  ///< of NewTraining
  };

  void ask(Job job);
  void look();
  void advance();
  void make_folder(const Job& job) const;
  /// Throws Problem 409.
  void begin(const Job& job);

  const std::filesystem::path program_, place_;
  const int threads_;
  const std::vector<std::string> more_;
  std::mutex mutex_;
  bool ending_ = false;
  std::deque<Job> waiting_;
  RunOperation operation_ = RunOperation::kTrain;
  std::string run_;
  std::filesystem::path folder_;
  std::uintmax_t log_begin_ = 0;  ///< bytes of the log that are of earlier processes
  std::unique_ptr<ChildProcess> child_;
  std::optional<ProcessMeter> meter_;  ///< of it
  Nullable<FailedTraining> failed_;
};

}  // namespace ganymede::serve
