// SIGINT, SIGTERM and SIGHUP, as main() and the commands of a program want them. No library calls these.
#pragma once

#include "ganymede/core/cancel.h"

namespace ganymede {

/// For main(), before anything else. Until catch_stop_signals() there is nothing to save: SIGINT, SIGTERM and SIGHUP
/// end the process at once with 128 and the signal's number, its half-written files removed. From here on a write
/// beyond the limit on a file's size (SIGXFSZ) is an error of that write, and a mapped file that was cut short (SIGBUS)
/// ends the process with exit code 1 and a line that says so.
void start_signals();
/// From now on they ask for a clean end (finish what is under way, save, exit) by cancelling stop_token(); another,
/// more than a second later, ends the process at once: sooner it is the same wish to stop, which a shell or `timeout`
/// passes on as well.
void catch_stop_signals();
/// Cancelled by the signals.
const CancelToken& stop_token();
/// What shells expect of a program that a signal ended: 128 and its number, so 130 after SIGINT and 143 after SIGTERM.
int stop_exit_code();

}  // namespace ganymede
