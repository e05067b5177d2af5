#include "ganymede/quality/linear_svm.h"

#include <linear.h>
#include <unistd.h>

#include <algorithm>

#include "ganymede/core/error.h"
#include "ganymede/quality/moments.h"

namespace ganymede::quality {
namespace {

constexpr double kPrecision = 0.01;  // LIBLINEAR's own for this solver

void expect_memory(std::int64_t nodes) {
  const auto wanted = static_cast<double>(nodes) * sizeof(feature_node);
  const double free = static_cast<double>(::sysconf(_SC_PHYS_PAGES)) * static_cast<double>(::sysconf(_SC_PAGESIZE)) * 0.8;
  if (wanted <= free) return;
  throw Error(fmt::format("the features would take {:.1f} GiB for LIBLINEAR, more than this machine has", wanted / (1 << 30)), {},
              "use fewer labels with --labels N");
}

}  // namespace

struct SvmProblem::Rows {
  std::vector<feature_node> nodes;
  std::vector<feature_node*> starts;
  std::vector<double> labels;
  int width = 0;
};

SvmProblem::SvmProblem(const Tensor& features, std::vector<int> labels, double scale) : rows_(std::make_unique<Rows>()) {
  expect_finite(features, "the features");
  const auto rows = features.size(0), width = features.size(1);
  const auto filled = features.count_nonzero().item<std::int64_t>();
  expect_memory(filled + 2 * rows);
  rows_->width = static_cast<int>(width) + 1;
  rows_->labels.assign(labels.begin(), labels.end());
  rows_->nodes.reserve(static_cast<std::size_t>(filled + 2 * rows));
  std::vector<std::size_t> starts;
  const Tensor plain = features.to(at::kFloat).contiguous();
  const float* value = plain.data_ptr<float>();
  for (std::int64_t row = 0; row < rows; ++row) {
    starts.push_back(rows_->nodes.size());
    for (int column = 1; column <= width; ++column, ++value) {
      if (*value != 0) rows_->nodes.push_back({column, *value * scale});
    }
    rows_->nodes.push_back({rows_->width, 1});
    rows_->nodes.push_back({-1, 0});
  }
  for (const auto start : starts) rows_->starts.push_back(rows_->nodes.data() + start);
}

SvmProblem::~SvmProblem() = default;
SvmProblem::SvmProblem(SvmProblem&&) noexcept = default;
std::size_t SvmProblem::size() const { return rows_->labels.size(); }

struct LinearSvm::Trained {
  ::model* model = nullptr;
  ~Trained() {
    if (model != nullptr) ::free_and_destroy_model(&model);
  }
};

LinearSvm::LinearSvm(const SvmProblem& problem, double cost, const LinearSvm* start) : trained_(std::make_unique<Trained>()) {
  auto& rows = *problem.rows_;
  if (rows.labels.empty() || std::all_of(rows.labels.begin(), rows.labels.end(), [&](double y) { return y == rows.labels[0]; })) {
    throw Error("a classifier needs examples of two classes", {}, "use labelled data of several classes");
  }
  const ::problem task{static_cast<int>(rows.labels.size()), rows.width, rows.labels.data(), rows.starts.data(), -1};
  ::parameter how{};
  how.solver_type = L2R_L2LOSS_SVC;
  how.eps = kPrecision;
  how.C = cost;
  if (start != nullptr) how.init_sol = start->trained_->model->w;  // classes lie in the order of the rows' first of each
  ::set_print_string_function([](const char*) {});
  if (const char* wrong = ::check_parameter(&task, &how)) throw Error(std::string("LIBLINEAR refuses: ") + wrong);
  trained_->model = ::train(&task, &how);
}

LinearSvm::~LinearSvm() = default;
LinearSvm::LinearSvm(LinearSvm&&) noexcept = default;
LinearSvm& LinearSvm::operator=(LinearSvm&&) noexcept = default;

double LinearSvm::accuracy(const SvmProblem& problem) const {
  const auto& rows = *problem.rows_;
  std::size_t right = 0;
  for (std::size_t i = 0; i < rows.labels.size(); ++i) right += ::predict(trained_->model, rows.starts[i]) == rows.labels[i] ? 1u : 0u;
  return static_cast<double>(right) / static_cast<double>(std::max<std::size_t>(1, rows.labels.size()));
}

}  // namespace ganymede::quality
