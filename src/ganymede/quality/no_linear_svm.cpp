// Stands in for linear_svm.cpp in builds without LIBLINEAR.
#include "ganymede/core/error.h"
#include "ganymede/quality/linear_svm.h"

namespace ganymede::quality {

struct SvmProblem::Rows {};
struct LinearSvm::Trained {};

SvmProblem::SvmProblem(const Tensor&, std::vector<int>, double) {
  throw Error("this build has no linear classifier", {}, "build with -DGANYMEDE_SVM=ON (Debian package liblinear-dev)");
}
SvmProblem::~SvmProblem() = default;
SvmProblem::SvmProblem(SvmProblem&&) noexcept = default;
std::size_t SvmProblem::size() const { return 0; }
LinearSvm::LinearSvm(const SvmProblem&, double, const LinearSvm*) {}
LinearSvm::~LinearSvm() = default;
LinearSvm::LinearSvm(LinearSvm&&) noexcept = default;
LinearSvm& LinearSvm::operator=(LinearSvm&&) noexcept = default;
double LinearSvm::accuracy(const SvmProblem&) const { return 0; }

}  // namespace ganymede::quality
