// The program with this folder's layer, objective, metric and data set: they are in it because their files are.
#include "cli/program.h"

int main(int argc, char** argv) {
  ganymede::cli::run_program(argc, argv);
}
