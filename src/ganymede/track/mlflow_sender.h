// Brings an MLflow server up to date with a run folder, from wherever an earlier process left off.
#pragma once

#include <deque>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "ganymede/core/files.h"
#include "ganymede/track/clock.h"
#include "ganymede/track/mlflow_client.h"
#include "ganymede/track/mlflow_state.h"
#include "ganymede/track/run_content.h"

namespace ganymede::track {

/// "RUN/track/clock.csv".
std::filesystem::path clock_file(const std::filesystem::path& run);

struct Amount {
  std::uint64_t rows = 0, files = 0;
};
/// "3 rows and 1 file".
std::string words_of(const Amount& amount);

/// Holds RUN/track while it lives. What the server has taken is written to RUN/track/mlflow.json behind it, so nothing
/// is sent twice but what it took and did not confirm; that the server recognises, as it is the same to the letter.
class MlflowSender {
 public:
  /// `target`: where to, else where it was sent before. Throws UsageError where neither says it, Error where another
  /// process sends it or the state cannot be read.
  MlflowSender(std::filesystem::path run, const std::optional<Target>& target, std::function<bool()> broken_off = {});

  /// Sends what the folder has and the server has not: of a run with an `end`, its last files and its status too.
  /// Throws Unsent where the server does not take something; another call goes on. Files that it refuses hinder nothing
  /// else.
  void send(const std::optional<RunEnd>& end);
  /// What this object has sent.
  const Amount& sent() const { return sent_; }
  /// What there is to send. Reads the folder.
  Amount waiting(bool ended) const;
  const MlflowState& state() const { return state_; }

 private:
  struct TimedRow {
    train::MetricsRow row;
    std::int64_t time;
  };

  void begin(bool ended);
  void take_up(bool ended);
  void create();
  void adopt(const MlflowClient::Run& run);
  void send_parameters();
  void read_rows();
  void send_rows();
  void send_files(bool ended);
  void save() const;

  std::filesystem::path run_;
  FolderLock lock_;
  MlflowState state_;
  MlflowClient client_;
  RowReader reader_;
  std::deque<TimedRow> rows_;
  Amount sent_;
  std::string moved_to_;  ///< the address, where the state names another one
  bool begun_ = false, said_no_files_ = false;
};

}  // namespace ganymede::track
