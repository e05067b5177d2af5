#include "ganymede/serve/trainings.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <sstream>

#include "ganymede/config/text_rule.h"
#include "ganymede/core/log.h"
#include "ganymede/core/open_file.h"
#include "ganymede/operations/train_request.h"
#include "ganymede/serve/http.h"

namespace ganymede::serve {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kLastBytes = 4096;

/// The last line of a folder's log that is not empty, looked for from byte `begin` on.
std::string last_line(const fs::path& folder, const char* log, std::uintmax_t begin) {
  const auto file = open_below(folder, log);  // whoever may write to the folder may have put a pipe there
  if (!file || file->size() <= begin) return {};
  const auto from = std::max(begin, file->size() - std::min<std::uintmax_t>(file->size(), kLastBytes));
  std::string text(file->size() - from, '\0');
  const ssize_t got = ::pread(file->descriptor(), text.data(), text.size(), static_cast<off_t>(from));
  std::istringstream in(text.substr(0, static_cast<std::size_t>(std::max<ssize_t>(0, got))));
  std::string last;
  for (std::string line; std::getline(in, line);) {
    if (!line.empty()) last = line;
  }
  return last;
}

/// Whether a training ended because a signal asked it to, and saved: see core/signals.h.
bool is_stop(int code) {
  return code == 128 + SIGINT || code == 128 + SIGTERM || code == 128 + SIGHUP;
}

/// A training that failed before it began its run leaves a folder with nothing but its log: the name is free again.
void remove_if_empty(const fs::path& folder) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    if (entry.path().filename() != files_of(RunOperation::kTrain).log) return;
  }
  fs::remove(folder / files_of(RunOperation::kTrain).log, ignored);
  fs::remove(folder, ignored);
}

}  // namespace

const RunOperationFiles& files_of(RunOperation operation) {
  static const RunOperationFiles train{"training", "trained", "train.log", nullptr};
  static const RunOperationFiles evaluate{"evaluation", "evaluated", "evaluation.log", "evaluation.json"};
  static const RunOperationFiles features{"test of features", "tested for its features", "features.log",
                                          "features.json"};
  if (operation == RunOperation::kTrain) return train;
  return operation == RunOperation::kEvaluate ? evaluate : features;
}

Trainings::Trainings(fs::path program, fs::path place, int threads)
    : program_(std::move(program)), place_(fs::absolute(place)), threads_(threads) {}

void Trainings::start(const NewTraining& wanted) {
  if (!config::fits(operations::kRunName, wanted.run))
    throw Problem(422, "must be " + config::words_of(operations::kRunName), "name");
  const std::lock_guard lock(mutex_);
  check_free();
  const fs::path folder = place_ / wanted.run;
  std::error_code error;
  fs::create_directories(place_, error);
  const bool made = !error && fs::create_directory(folder, error);  // whatever is there already, a link say, is refused
  if (error) throw Problem(409, "the run's folder cannot be made: " + error.message());
  if (!made)
    throw Problem(409, fmt::format("there is something named '{}' already; choose another name", wanted.run), "name");
  std::vector<std::string> words{"train", "--output", folder.string()};
  words.insert(words.end(), wanted.words.begin(), wanted.words.end());
  begin(RunOperation::kTrain, wanted.run, folder, words);
}

void Trainings::resume(const std::string& run, const fs::path& folder) {
  const std::lock_guard lock(mutex_);
  check_free();
  begin(RunOperation::kTrain, run, folder, {"train", "--output", folder.string(), "--resume"});
}

void Trainings::measure(RunOperation operation, const std::string& run, const fs::path& folder,
                        std::vector<std::string> words) {
  const std::lock_guard lock(mutex_);
  check_free();
  words.insert(words.begin(), {config::name_of(operation), folder.string(), "--output",
                               (folder / files_of(operation).found).string()});
  begin(operation, run, folder, words);
}

void Trainings::stop(const std::string& run) {
  const std::lock_guard lock(mutex_);
  look();
  if (!child_ || run_ != run) throw Problem(409, "no training or evaluation of this run was started from here");
  child_->stop();
}

void Trainings::end() {
  const std::lock_guard lock(mutex_);
  ending_ = true;
  if (child_) child_->stop();
}

TrainingAnswer Trainings::state() {
  const std::lock_guard lock(mutex_);
  look();
  TrainingAnswer out;
  if (child_) out.current = CurrentTraining{run_, child_->stopping(), operation_};
  out.failed = failed_;
  return out;
}

/// Notices when the process has ended.
void Trainings::look() {
  const auto code = child_ ? child_->ended() : std::nullopt;
  if (!code) return;
  spdlog::info("{} {}: ended with code {}", files_of(operation_).noun, run_, *code);
  if (*code != 0 && !is_stop(*code) &&
      !child_->stopping()) {  // one that was stopped while it read its data may say so as an error
    constexpr std::string_view kError = "error: ";
    std::string detail = last_line(folder_, files_of(operation_).log, log_begin_);
    if (detail.starts_with(kError))
      detail.erase(0, kError.size());
    else
      detail = fmt::format("it ended with code {}{}", *code, detail.empty() ? "" : " after: " + detail);
    failed_ = FailedTraining{run_, detail, operation_};
  }
  remove_if_empty(folder_);
  child_.reset();
}

void Trainings::check_free() {
  look();
  if (ending_) throw Problem(409, "the server is ending");
  if (!child_) return;
  throw Problem(409, fmt::format("{} is being {}; one training or evaluation runs at a time", run_,
                                 files_of(operation_).participle));
}

void Trainings::begin(RunOperation operation, const std::string& run, const fs::path& folder,
                      const std::vector<std::string>& words) {
  std::vector<std::string> arguments{"ganymede", "--threads", std::to_string(threads_)};
  arguments.insert(arguments.end(), words.begin(), words.end());
  std::error_code none;
  const fs::path log = folder / files_of(operation).log;
  const auto size = fs::file_size(log, none);
  try {
    child_ = std::make_unique<ChildProcess>(program_, std::move(arguments), log);
  } catch (const Error& error) {
    remove_if_empty(folder);
    throw Problem(409, error.what_happened());
  }
  operation_ = operation;
  run_ = run;
  folder_ = folder;
  log_begin_ = none ? 0 : size;
  failed_ = {};
  spdlog::info("{} {}: started", files_of(operation).noun, run);
}

}  // namespace ganymede::serve
