#include "ganymede/serve/trainings.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <sstream>

#include "ganymede/config/text_rule.h"
#include "ganymede/core/files.h"
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
    const auto name = entry.path().filename();
    if (name != files_of(RunOperation::kTrain).log && name != kGivenRecipe) return;
  }
  for (const char* name : {files_of(RunOperation::kTrain).log, kGivenRecipe}) fs::remove(folder / name, ignored);
  fs::remove(folder, ignored);
}

[[noreturn]] void refuse_name(const std::string& run) {
  throw Problem(409, fmt::format("there is something named '{}' already; choose another name", run), "name");
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

Trainings::Trainings(fs::path program, fs::path place, int threads, std::vector<std::string> more)
    : program_(std::move(program)), place_(fs::absolute(place)), threads_(threads), more_(std::move(more)) {}

void Trainings::start(const NewTraining& wanted) {
  if (!config::fits(operations::kRunName, wanted.run))
    throw Problem(422, "must be " + config::words_of(operations::kRunName), "name");
  const fs::path folder = place_ / wanted.run;
  std::vector<std::string> words{"train", "--output", folder.string()};
  if (!wanted.recipe.empty()) words.push_back((folder / kGivenRecipe).string());
  words.insert(words.end(), wanted.words.begin(), wanted.words.end());
  ask({RunOperation::kTrain, wanted.run, folder, std::move(words), /*makes_folder=*/true, wanted.recipe});
}

void Trainings::resume(const std::string& run, const fs::path& folder) {
  ask({RunOperation::kTrain, run, folder, {"train", "--output", folder.string(), "--resume"}});
}

void Trainings::measure(RunOperation operation, const std::string& run, const fs::path& folder,
                        std::vector<std::string> words) {
  words.insert(words.begin(), {config::name_of(operation), folder.string(), "--output",
                               (folder / files_of(operation).found).string()});
  ask({operation, run, folder, std::move(words)});
}

void Trainings::stop(const std::string& run) {
  const std::lock_guard lock(mutex_);
  look();
  if (std::erase_if(waiting_, [&](const Job& job) { return job.run == run; }) > 0) return;
  if (!child_ || run_ != run) throw Problem(409, "no training or evaluation of this run was started from here");
  child_->stop();
}

void Trainings::end() {
  const std::lock_guard lock(mutex_);
  ending_ = true;
  waiting_.clear();
  if (child_) child_->stop();
}

bool Trainings::has(const std::string& run) {
  const std::lock_guard lock(mutex_);
  const auto same = [&](const Job& job) { return job.run == run; };
  return (child_ && run_ == run) || std::any_of(waiting_.begin(), waiting_.end(), same);
}

TrainingAnswer Trainings::state() {
  const std::lock_guard lock(mutex_);
  look();
  TrainingAnswer out;
  if (child_) {
    out.current = CurrentTraining{meter_->look().value_or(ProcessUse{}), run_, child_->stopping(), operation_};
  }
  for (const auto& job : waiting_) out.waiting.push_back({job.run, job.operation});
  out.failed = failed_;
  return out;
}

/// Begins the job, or puts it behind what waits.
void Trainings::ask(Job job) {
  const std::lock_guard lock(mutex_);
  look();
  if (ending_) throw Problem(409, "the server is ending");
  if (child_ && run_ == job.run)
    throw Problem(409, fmt::format("{} is being {}", run_, files_of(operation_).participle),
                  job.makes_folder ? "name" : "");
  for (const auto& other : waiting_) {
    if (other.run == job.run)
      throw Problem(409, fmt::format("{} waits already to be {}", job.run, files_of(other.operation).participle),
                    job.makes_folder ? "name" : "");
  }
  failed_ = {};
  if (!child_) return begin(job);
  if (waiting_.size() >= kMostWaiting) throw Problem(409, fmt::format("{} wait already", kMostWaiting));
  std::error_code ignored;
  if (job.makes_folder && fs::exists(fs::symlink_status(job.folder, ignored))) refuse_name(job.run);
  spdlog::info("{} {}: waits", files_of(job.operation).noun, job.run);
  waiting_.push_back(std::move(job));
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
  advance();
}

/// The next in the queue; one that cannot begin has failed.
void Trainings::advance() {
  while (!child_ && !waiting_.empty()) {
    const Job job = std::move(waiting_.front());
    waiting_.pop_front();
    try {
      begin(job);
    } catch (const Problem& problem) {
      spdlog::warn("{} {}: {}", files_of(job.operation).noun, job.run, problem.what_happened());
      failed_ = FailedTraining{job.run, problem.what_happened(), job.operation};
    }
  }
}

void Trainings::make_folder(const Job& job) const {
  std::error_code error;
  fs::create_directories(place_, error);
  // Whatever is there already, a link say, is refused.
  const bool made = !error && fs::create_directory(job.folder, error);
  if (error) throw Problem(409, "the run's folder cannot be made: " + error.message());
  if (!made) refuse_name(job.run);
}

void Trainings::begin(const Job& job) {
  std::vector<std::string> arguments{"ganymede", "--threads", std::to_string(threads_)};
  arguments.insert(arguments.end(), job.words.begin(), job.words.end());
  if (job.operation == RunOperation::kTrain) arguments.insert(arguments.end(), more_.begin(), more_.end());
  if (job.makes_folder) make_folder(job);
  std::error_code none;
  const fs::path log = job.folder / files_of(job.operation).log;
  const auto size = fs::file_size(log, none);
  try {
    if (!job.recipe.empty()) write_file(job.folder / kGivenRecipe, job.recipe);
    child_ = std::make_unique<ChildProcess>(program_, std::move(arguments), log);
  } catch (const Error& error) {
    remove_if_empty(job.folder);
    throw Problem(409, error.what_happened());
  }
  operation_ = job.operation;
  run_ = job.run;
  folder_ = job.folder;
  log_begin_ = none ? 0 : size;
  meter_.emplace(child_->id());
  spdlog::info("{} {}: started", files_of(operation_).noun, run_);
}

}  // namespace ganymede::serve
