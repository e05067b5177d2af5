#include "ganymede/operations.h"

#include "ganymede/library/border.h"
#include "ganymede/library/impl.h"
#include "ganymede/operations/arithmetic.h"
#include "ganymede/operations/check.h"
#include "ganymede/operations/exemplars.h"
#include "ganymede/operations/generate.h"
#include "ganymede/operations/interpolate.h"
#include "ganymede/operations/nearest_images.h"
#include "ganymede/operations/project.h"
#include "ganymede/operations/translate.h"

namespace ganymede {
namespace {

/// Checks the request, then runs the operation.
template <class Result, class Request>
Result checked(Result (*run)(const operations::Model&, const Request&, const Control&), const Model& model,
               const Request& request, const Control& control) {
  return library::at_border([&] {
    operations::check_fields(request);
    return run(*model.impl().model, request, control);
  });
}

}  // namespace

inline namespace GANYMEDE_CXX_VERSION {

GenerateResult generate(const Model& model, const GenerateRequest& request, const Control& control) {
  return checked(operations::generate, model, request, control);
}
FramesResult interpolate(const Model& model, const InterpolateRequest& request, const Control& control) {
  return checked(operations::interpolate, model, request, control);
}
FramesResult walk(const Model& model, const WalkRequest& request, const Control& control) {
  return checked(operations::walk, model, request, control);
}
FramesResult blend(const Model& model, const BlendRequest& request, const Control& control) {
  return checked(operations::blend, model, request, control);
}
ArithmeticResult arithmetic(const Model& model, const ArithmeticRequest& request, const Control& control) {
  return checked(operations::arithmetic, model, request, control);
}
DirectionResult direction(const Model& model, const DirectionRequest& request, const Control& control) {
  return checked(operations::direction, model, request, control);
}
NearestImagesResult nearest_images(const Model& model, const NearestImagesRequest& request, const Control& control) {
  return checked(operations::nearest_images, model, request, control);
}
ExemplarsResult exemplars(const Model& model, const ExemplarsRequest& request, const Control& control) {
  return checked(operations::exemplars, model, request, control);
}
ProjectResult project(const Model& model, const ProjectRequest& request, const Control& control) {
  return checked<ProjectResult, ProjectRequest>(operations::project, model, request, control);
}
ProjectResult project(const Model& model, std::span<const Image> images, const ProjectRequest& request,
                      const Control& control) {
  return library::at_border([&] {
    auto filled = request;
    filled.images = {"in memory"};  // that some are given is all that is checked
    operations::check_fields(filled);
    if (images.empty()) throw operations::FieldError("images", "are missing; give one or more");
    return operations::project(*model.impl().model, images, request, control);
  });
}
std::vector<Image> translate(const Model& model, std::span<const Image> images, const Control& control) {
  return library::at_border([&] {
    std::vector<Image> out;
    for (auto& one : operations::translate(*model.impl().model, images, control)) out.push_back(std::move(one.image));
    return out;
  });
}
std::vector<Image> translate(const Model& model, const TranslateRequest& request, const Control& control) {
  return library::at_border([&] {
    operations::check_fields(request);
    std::vector<Image> out;
    operations::translate(*model.impl().model, operations::image_files_of(request), control,
                          [&](const auto&, auto translated) { out.push_back(std::move(translated.image)); });
    return out;
  });
}

}  // namespace GANYMEDE_CXX_VERSION
}  // namespace ganymede
