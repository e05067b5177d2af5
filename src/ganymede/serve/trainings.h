// Trainings, evaluations and tests of features started from the studio, one at a time, each a process of its own:
// `ganymede train`, `evaluate` or `features`.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "ganymede/serve/catalogue_answers.h"
#include "ganymede/serve/child_process.h"

namespace ganymede::serve {

struct NewTraining {
  std::string run;                 ///< the name of the run's folder
  std::vector<std::string> words;  ///< of `ganymede train`, beside the folder
};

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
  Trainings(std::filesystem::path program, std::filesystem::path place, int threads);

  const std::filesystem::path& place() const { return place_; }
  /// Throws Problem 422 for a name that is not 1 to 64 letters, digits, "-" and "_" (so it is no path and needs no
  /// escaping), 409 where the folder is there already, another training is running or nothing can be written.
  void start(const NewTraining& wanted);
  /// Goes on with the run in `folder` from its newest checkpoint. Throws Problem 409 as above.
  void resume(const std::string& run, const std::filesystem::path& folder);
  /// Evaluates the run in `folder`, or tests its features, with `words` of the command beside it. Throws Problem 409 as
  /// above.
  void measure(RunOperation operation, const std::string& run, const std::filesystem::path& folder,
               std::vector<std::string> words);
  /// Asks the training to save and end, or what else runs to end. Throws Problem 409 where it is not the one running.
  void stop(const std::string& run);
  /// Asks what is running to stop, and starts nothing more.
  void end();
  /// What runs, and what ran last where it failed, with the last line it wrote.
  TrainingAnswer state();

 private:
  void look();
  void check_free();
  /// `words` from the command on; `log` is a file in the folder.
  void begin(RunOperation operation, const std::string& run, const std::filesystem::path& folder,
             const std::vector<std::string>& words);

  const std::filesystem::path program_, place_;
  const int threads_;
  std::mutex mutex_;
  bool ending_ = false;
  RunOperation operation_ = RunOperation::kTrain;
  std::string run_;
  std::filesystem::path folder_;
  std::uintmax_t log_begin_ = 0;  ///< bytes of the log that are of earlier processes
  std::unique_ptr<ChildProcess> child_;
  Nullable<FailedTraining> failed_;
};

}  // namespace ganymede::serve
