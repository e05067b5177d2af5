// Moments and the Frechet distance: closed forms, pieces in any cut, and what cannot be compared.
#include "ganymede/quality/frechet.h"

#include <cmath>

#include "ganymede/core/generators.h"
#include "support/support.h"

namespace ganymede::quality {
namespace {

using testing::HasSubstr;

Tensor gaussian(std::int64_t n, std::int64_t d, std::uint64_t seed) {
  return at::empty({n, d}, at::kDouble).normal_(0, 1, cpu_generator(seed));
}

/// Features whose sample mean is `mean` and whose sample covariance is diag(variances), exactly.
Tensor with_moments_of(const std::vector<double>& mean, const std::vector<double>& variances) {
  const auto d = static_cast<std::int64_t>(mean.size());
  Tensor rows = at::zeros({2 * d, d}, at::kDouble);
  for (std::int64_t i = 0; i < d; ++i) {
    const double reach = std::sqrt(variances[static_cast<size_t>(i)] * static_cast<double>(2 * d - 1) / 2);
    rows[2 * i][i] = reach;
    rows[2 * i + 1][i] = -reach;
  }
  return rows + torch::tensor(mean, at::kDouble);
}

TEST(Moments, PiecesGiveWhatTheWholeGives) {
  const Tensor whole = gaussian(1000, 7, 1) * 3 + 1000;  // a large mean: sums of squares would lose digits
  Moments pieces, first, second;
  for (const auto& piece : whole.split(33)) pieces.add(piece);
  first.add(whole.slice(0, 0, 10));
  second.add(whole.slice(0, 10));
  first.merge(second);
  const Tensor centred = whole - whole.mean(0);
  const Tensor expected = at::matmul(centred.t(), centred) / 999;
  for (const auto& m : {pieces, first}) {
    EXPECT_EQ(m.count(), 1000);
    EXPECT_TRUE(at::allclose(m.mean(), whole.mean(0), 1e-13, 0));
    EXPECT_TRUE(at::allclose(m.covariance(), expected, 1e-10, 1e-12));
  }
}

TEST(Moments, RefuseWhatCannotBeAveraged) {
  Moments m = moments_of(gaussian(5, 3, 1));
  EXPECT_THAT(test::error_of([&] { m.add(gaussian(5, 4, 1)); }), HasSubstr("width 4 where 3 came before"));
  EXPECT_THAT(test::error_of([&] { m.merge(moments_of(gaussian(5, 4, 1))); }), HasSubstr("width 4 where 3"));
  Tensor broken = gaussian(5, 3, 2);
  broken[2][1] = std::nan("");
  EXPECT_THAT(test::error_of([&] { m.add(broken); }), HasSubstr("not a finite number"));
  EXPECT_EQ(m.count(), 5);
  EXPECT_THAT(test::error_of([] { moments_of(gaussian(1, 3, 1)).covariance(); }), HasSubstr("no covariance"));
  EXPECT_THAT(test::error_of([] { Moments().covariance(); }), HasSubstr("no covariance"));
}

TEST(Frechet, IsTheClosedFormOfDiagonalGaussians) {
  const Tensor a = with_moments_of({0, 1, 2}, {1, 4, 9}), b = with_moments_of({1, 1, 0}, {4, 4, 1});
  // (1 + 0 + 4) + (1 - 2)^2 + (2 - 2)^2 + (3 - 1)^2
  EXPECT_NEAR(frechet_distance(moments_of(a), moments_of(b)), 5 + 1 + 0 + 4, 1e-9);
}

TEST(Frechet, IsTheGeneralFormulaWhereCovariancesDoNotCommute) {
  const Tensor a = at::matmul(gaussian(200, 2, 1), torch::tensor({{2.0, 0.5}, {0.0, 1.0}}, at::kDouble));
  const Tensor b = at::matmul(gaussian(300, 2, 2), torch::tensor({{1.0, -0.7}, {0.3, 0.5}}, at::kDouble)) + 1;
  const auto x = moments_of(a), y = moments_of(b);
  // For 2x2 matrices tr sqrt(P) = sqrt(tr P + 2 sqrt(det P)).
  const Tensor product = at::matmul(x.covariance(), y.covariance());
  const double trace = product.trace().item<double>();
  const double det = (product[0][0] * product[1][1] - product[0][1] * product[1][0]).item<double>();
  const double expected = (x.mean() - y.mean()).square().sum().item<double>() + x.covariance().trace().item<double>() +
                          y.covariance().trace().item<double>() - 2 * std::sqrt(trace + 2 * std::sqrt(det));
  EXPECT_NEAR(frechet_distance(x, y), expected, 1e-9 * expected);
  EXPECT_NEAR(frechet_distance(y, x), expected, 1e-9 * expected);
}

TEST(Frechet, OfASetAgainstItselfIsNothing) {
  const auto whole = moments_of(gaussian(500, 64, 3) * 10 + 5);
  EXPECT_NEAR(frechet_distance(whole, whole), 0, 1e-6);
  const auto singular = moments_of(gaussian(20, 64, 3));  // fewer images than features
  EXPECT_NEAR(frechet_distance(singular, singular), 0, 1e-3);
}

TEST(Frechet, RefusesWhatCannotBeCompared) {
  const auto a = moments_of(gaussian(10, 3, 1)), b = moments_of(gaussian(10, 4, 1));
  EXPECT_THAT(test::error_of([&] { frechet_distance(a, b); }), HasSubstr("width 3 in one set and 4 in the other"));
  EXPECT_THAT(test::error_of([] { expect_enough(10, 64, "fakes"); }),
              HasSubstr("fakes: 10 images are too few for features of width 64; use 64 or more"));
  EXPECT_NO_THROW(expect_enough(a.count(), a.dimension(), "a"));
}

}  // namespace
}  // namespace ganymede::quality
