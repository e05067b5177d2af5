#include "ganymede/engine.h"

#include "ganymede/library/border.h"
#include "ganymede/library/impl.h"
#include "ganymede/operations/arithmetic.h"
#include "ganymede/operations/check.h"
#include "ganymede/operations/generate.h"
#include "ganymede/operations/interpolate.h"

namespace ganymede {
namespace {

/// Has the engine generate for a request; whatever goes wrong after that is the future's.
template <class Result, class Request>
std::future<Result> submit(operations::Engine& engine, const Model& model, const Request& request,
                           const JobTerms& terms) {
  auto planned = library::at_border([&] {
    operations::check_fields(request);
    return operations::plan(model.impl().model, request);
  });
  auto finish = [finish = std::move(planned.finish)](const Tensor& images, std::exception_ptr error) {
    return library::at_border([&] {
      if (error) std::rethrow_exception(error);
      return finish(images);
    });
  };
  auto promise = std::make_shared<std::promise<Result>>();
  engine.generate(model.impl().model, std::move(planned.input), terms,
                  [promise, finish = std::move(finish)](const Tensor& images, std::exception_ptr error) {
                    try {
                      promise->set_value(finish(images, error));
                    } catch (...) {
                      promise->set_exception(std::current_exception());
                    }
                  });
  return promise->get_future();
}

void check_options(const Engine::Options& options) {
  if (options.queue < 1) throw UsageError("must be 1 or more", "queue");
  if (options.replicas < 1 || options.replicas > 1024) throw UsageError("must be from 1 to 1024", "replicas");
  if (options.threads < 1 || options.threads > 1024) throw UsageError("must be from 1 to 1024", "threads");
}

}  // namespace

inline namespace GANYMEDE_CXX_VERSION {

Engine::Engine() : Engine(Options{}) {}
Engine::Engine(const Options& options) {
  check_options(options);
  impl_ = std::make_unique<Impl>(options);
}
Engine::~Engine() = default;

std::future<GenerateResult> Engine::generate(const Model& model, const GenerateRequest& request,
                                             const JobTerms& terms) {
  return submit<GenerateResult>(impl_->engine, model, request, terms);
}
std::future<FramesResult> Engine::interpolate(const Model& model, const InterpolateRequest& request,
                                              const JobTerms& terms) {
  return submit<FramesResult>(impl_->engine, model, request, terms);
}
std::future<FramesResult> Engine::walk(const Model& model, const WalkRequest& request, const JobTerms& terms) {
  return submit<FramesResult>(impl_->engine, model, request, terms);
}
std::future<FramesResult> Engine::blend(const Model& model, const BlendRequest& request, const JobTerms& terms) {
  return submit<FramesResult>(impl_->engine, model, request, terms);
}
std::future<ArithmeticResult> Engine::arithmetic(const Model& model, const ArithmeticRequest& request,
                                                 const JobTerms& terms) {
  return submit<ArithmeticResult>(impl_->engine, model, request, terms);
}
std::future<DirectionResult> Engine::direction(const Model& model, const DirectionRequest& request,
                                               const JobTerms& terms) {
  return submit<DirectionResult>(impl_->engine, model, request, terms);
}
std::int64_t Engine::waiting() const {
  return impl_->engine.waiting();
}

}  // namespace GANYMEDE_CXX_VERSION
}  // namespace ganymede
