// ganymede_bench_kernels: --benchmark_filter=REGEX picks; GANYMEDE_THREADS sets the threads (default: all).
#include <benchmark/benchmark.h>

#include <cstdlib>

#include "ganymede/core/threads.h"

int main(int argc, char** argv) {
  const char* threads = std::getenv("GANYMEDE_THREADS");
  ganymede::set_threads(threads != nullptr ? std::atoi(threads) : 0);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
