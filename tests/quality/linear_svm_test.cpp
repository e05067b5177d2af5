#include "ganymede/quality/linear_svm.h"

#include <linear.h>

#include <cmath>

#include "ganymede/core/generators.h"
#include "quality/fixtures.h"
#include "support/support.h"

namespace ganymede::quality {
namespace {

using namespace test;
using testing::HasSubstr;

struct Labelled {
  Tensor features;
  std::vector<int> labels;
};

/// Clouds of points around a centre for each class, so near each other that no line parts them; every other feature 0.
Labelled clouds(std::int64_t count, std::int64_t width, int classes, std::uint64_t seed) {
  const Tensor centres = at::empty({classes, width}).normal_(0, 1, cpu_generator(1));
  Labelled out{at::empty({count, width}).normal_(0, 1.5, cpu_generator(seed)), {}};
  for (std::int64_t i = 0; i < count; ++i) {
    out.labels.push_back(static_cast<int>((i * i + i / 3) % classes));
    out.features[i] += centres[out.labels.back()];
  }
  out.features.clamp_min_(0);
  return out;
}

/// LIBLINEAR's weights for the same problem: [K, D + 1], in the order of the labels. It stops at `precision`; 0.01 is
/// its own.
Tensor weights_of_liblinear(const Labelled& data, double cost, int classes, double precision) {
  const auto rows = data.features.size(0), width = data.features.size(1);
  std::vector<std::vector<feature_node>> nodes;
  std::vector<feature_node*> starts;
  std::vector<double> labels(data.labels.begin(), data.labels.end());
  for (std::int64_t i = 0; i < rows; ++i) {
    nodes.emplace_back();
    for (std::int64_t k = 0; k < width; ++k)
      nodes.back().push_back({static_cast<int>(k) + 1, data.features[i][k].item<float>()});
    nodes.back().push_back({static_cast<int>(width) + 1, 1});
    nodes.back().push_back({-1, 0});
  }
  for (auto& row : nodes) starts.push_back(row.data());
  const ::problem task{static_cast<int>(rows), static_cast<int>(width) + 1, labels.data(), starts.data(), -1};
  ::parameter how{};
  how.solver_type = L2R_L2LOSS_SVC;
  how.eps = precision;
  how.C = cost;
  ::set_print_string_function([](const char*) {});
  ::model* trained = ::train(&task, &how);
  Tensor out = at::empty({classes, width + 1});
  for (std::int64_t k = 0; k <= width; ++k) {
    for (int c = 0; c < classes; ++c) out[trained->label[c]][k] = static_cast<float>(trained->w[k * classes + c]);
  }
  ::free_and_destroy_model(&trained);
  return out;
}

/// What is minimised, of each class, in f64.
Tensor objective(const Labelled& data, const Tensor& weights, double cost) {
  const Tensor w = weights.to(at::kDouble).t(), x = data.features.to(at::kDouble);
  const Tensor y = at::one_hot(torch::tensor(data.labels, at::kLong)).to(at::kDouble) * 2 - 1;
  const Tensor scores = x.mm(w.slice(0, 0, x.size(1))) + w.slice(0, x.size(1));
  return w.square().sum(0) / 2 + cost * (1 - y * scores).clamp_min(0).square().sum(0);
}

TEST(Svm, FindsWhatLiblinearFinds) {
  const auto data = clouds(600, 40, 5, 2), others = clouds(600, 40, 5, 3);
  for (const double cost : {1e-3, 1e-1, 1e1, 1e3}) {
    const LinearSvm ours({data.features, data.labels}, cost);
    const Tensor usual = weights_of_liblinear(data, cost, 5, 0.01), exact = weights_of_liblinear(data, cost, 5, 1e-6);
    const Tensor best = objective(data, exact, cost), reached = objective(data, ours.weights(), cost) / best;
    EXPECT_TRUE((reached <= objective(data, usual, cost) / best + 1e-3).all().item<bool>())
        << "C " << cost << ": no farther than LIBLINEAR stops by itself";
    if (cost < 1) {
      EXPECT_LT((ours.weights() - exact).norm().item<double>(), 0.01 * exact.norm().item<double>()) << "C " << cost;
    }
    const Tensor scores = others.features.mm(exact.slice(1, 0, 40).t()) + exact.select(1, 40);
    const double right =
        scores.argmax(1).eq(torch::tensor(others.labels, at::kLong)).to(at::kDouble).mean().item<double>();
    EXPECT_NEAR(ours.accuracy(others.features, others.labels), right, 0.02) << "C " << cost;
    EXPECT_GT(right, 0.6);
  }
}

/// No preconditioner there; and widths, classes and counts that are no multiples of what is read at once.
TEST(Svm, FindsWhatLiblinearFindsInMoreFeaturesThanExamples) {
  const auto data = clouds(101, 137, 7, 2);
  for (const double cost : {1e-3, 1e-1}) {
    const Tensor ours = LinearSvm({data.features, data.labels}, cost).weights(),
                 exact = weights_of_liblinear(data, cost, 7, 1e-6);
    EXPECT_LT((ours - exact).norm().item<double>(), 0.01 * exact.norm().item<double>()) << "C " << cost;
  }
}

TEST(Svm, FindsTheSameWhereverItBeginsAndHoweverItIsScaled) {
  const auto data = clouds(400, 30, 4, 2);
  const SvmExamples examples(data.features, data.labels);
  const LinearSvm before(examples, 1e-3), cold(examples, 1), warm(examples, 1, &before);
  const Tensor wanted = objective(data, cold.weights(), 1);
  EXPECT_LT((objective(data, warm.weights(), 1) / wanted - 1).abs().max().item<double>(), 3e-3);
  EXPECT_GT((objective(data, before.weights(), 1) / wanted - 1).abs().max().item<double>(), 1e-2) << "it had to search";
  const LinearSvm scaled({data.features * 8, data.labels, 0.125}, 1);
  EXPECT_TRUE(at::allclose(scaled.weights(), cold.weights(), 1e-3, 1e-4));
  EXPECT_EQ(scaled.accuracy(data.features * 8, data.labels), cold.accuracy(data.features, data.labels));
}

TEST(Svm, SeparatesWhatALineSeparates) {
  const Tensor x = at::empty({300, 2}).normal_(0, 1, cpu_generator(3));
  std::vector<int> labels, turned;
  for (std::int64_t i = 0; i < 300; ++i) {
    labels.push_back(x[i][0].item<float>() > 3 * x[i][1].item<float>() + 1 ? 1 : 0);
    turned.push_back(1 - labels.back());
  }
  const LinearSvm svm({x, labels}, 100);
  EXPECT_GT(svm.accuracy(x, labels), 0.98);
  EXPECT_LT(svm.accuracy(x, turned), 0.02);
}

TEST(Svm, NamesWhatItCannotLearn) {
  EXPECT_THAT(error_of([] { SvmExamples one(at::ones({3, 2}), {2, 2, 2}); }), HasSubstr("two classes"));
  EXPECT_THAT(error_of([] { SvmExamples none(at::full({2, 2}, std::nan("")), {0, 1}); }),
              HasSubstr("not a finite number"));
}

}  // namespace
}  // namespace ganymede::quality
