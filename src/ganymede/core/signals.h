// SIGINT and SIGTERM ask for a clean end: finish what is under way, save, exit.
#pragma once

namespace ganymede {

/// From now on SIGINT and SIGTERM set the flag below; another, more than a second later, ends the process at once:
/// sooner it is the same wish to stop, which a shell or `timeout` passes on as well.
void catch_stop_signals();
/// True once a stop was asked for.
bool stop_requested();
/// Asks for a stop from inside the program (tests, the server).
void request_stop();

}  // namespace ganymede
