// Generating for many callers at once: what waits for the same network is generated together, and no one's pixels show
// it.
#pragma once

#include <cstdint>
#include <future>
#include <memory>

#include "ganymede/operations.h"

namespace ganymede {
inline namespace GANYMEDE_CXX_VERSION {

/// Threads that generate. Its functions may be called from any thread.
class GANYMEDE_API Engine {
 public:
  struct Options {
    std::int64_t queue = 4096;  ///< images that may wait
    int replicas = 1;           ///< batches generated at once
    int threads = 1;            ///< of all replicas together
  };

  Engine();
  explicit Engine(const Options& options);
  /// Generates what waits, then ends.
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  /// The operations of the same name. They throw UsageError for the request and Busy where the queue is full; what goes
  /// wrong later is the future's: Cancelled or Late where it had not begun, Error. An arithmetic that classifies
  /// returns once its classifier is there: trained, or read from the cache.
  std::future<GenerateResult> generate(const Model& model, const GenerateRequest& request, const JobTerms& terms = {});
  std::future<FramesResult> interpolate(const Model& model, const InterpolateRequest& request,
                                        const JobTerms& terms = {});
  std::future<FramesResult> walk(const Model& model, const WalkRequest& request, const JobTerms& terms = {});
  std::future<FramesResult> blend(const Model& model, const BlendRequest& request, const JobTerms& terms = {});
  std::future<ArithmeticResult> arithmetic(const Model& model, const ArithmeticRequest& request,
                                           const JobTerms& terms = {});
  std::future<DirectionResult> direction(const Model& model, const DirectionRequest& request,
                                         const JobTerms& terms = {});
  /// Images that wait.
  std::int64_t waiting() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace GANYMEDE_CXX_VERSION
}  // namespace ganymede
