// Another process: started without a shell, asked to stop, waited for.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace ganymede::serve {

class ChildProcess {
 public:
  /// Starts the file `program` with `arguments`, its own name before them. It reads nothing, what it says goes to the
  /// end of `log`, it inherits no other file or socket, and it is a process group of its own: Ctrl-C is for us alone.
  /// Throws Error.
  ChildProcess(const std::filesystem::path& program, std::vector<std::string> arguments,
               const std::filesystem::path& log);
  /// Asks it to stop and waits; what does not end within `kPatience` is killed.
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  /// Asks it to stop (SIGTERM): once, however often this is called, for a second signal would end it before it saves.
  void stop();
  bool stopping() const { return stopping_; }
  pid_t id() const { return id_; }
  /// Its exit code, or 128 + the signal that ended it, as shells have it; nothing while it runs.
  std::optional<int> ended();

  static constexpr auto kPatience = std::chrono::seconds(60);

 private:
  pid_t id_ = 0;
  bool stopping_ = false;
  std::optional<int> code_;
};

}  // namespace ganymede::serve
