// What main() and the commands need of signals beside core/signals.h.
#pragma once

#include "ganymede/core/error.h"

namespace ganymede {

/// A signal ended the work before it was done. The program exits with stop_exit_code(); an empty message says nothing
/// more.
class Stopped : public Error {
 public:
  using Error::Error;
};

/// For main(), before anything else. Until catch_stop_signals() there is nothing to save: SIGINT, SIGTERM and SIGHUP
/// end the process at once with 128 and the signal's number, its half-written files removed. From here on a write
/// beyond the limit on a file's size (SIGXFSZ) is an error of that write, and a mapped file that was cut short (SIGBUS)
/// ends the process with exit code 1 and a line that says so.
void start_signals();
/// What shells expect of a program that a signal ended: 128 and its number, so 130 after SIGINT and 143 after SIGTERM.
int stop_exit_code();

}  // namespace ganymede
