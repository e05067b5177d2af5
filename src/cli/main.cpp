#include "cli/program.h"

int main(int argc, char** argv) {
  ganymede::cli::run_program(argc, argv);
}
