#pragma once

namespace ganymede::cli {

/// The whole program: runs the command that the arguments name and ends the process with its exit code.
[[noreturn]] void run_program(int argc, char** argv);

}  // namespace ganymede::cli
