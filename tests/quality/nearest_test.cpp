// The search in blocks against plain loops, and precision, recall, density and coverage of sets one can sketch.
#include "ganymede/quality/nearest.h"

#include <algorithm>

#include "ganymede/core/generators.h"
#include "ganymede/quality/prdc.h"
#include "support/support.h"

namespace ganymede::quality {
namespace {

using testing::HasSubstr;

Tensor scattered(std::int64_t n, std::int64_t d, std::uint64_t seed) {
  return at::empty({n, d}).normal_(0, 1, cpu_generator(seed));
}

Tensor plain_distances(const Tensor& a, const Tensor& b) {
  return (a.to(at::kDouble).unsqueeze(1) - b.to(at::kDouble).unsqueeze(0)).square().sum(2);
}

TEST(Nearest, FindsWhatAMatrixOfAllDistancesShows) {
  const Tensor queries = scattered(30, 6, 1), among = scattered(9000, 6, 2);  // several blocks
  const auto found = nearest(queries, among, 4);
  const auto [best, place] = at::topk(plain_distances(queries, among), 4, 1, false);
  EXPECT_TRUE(at::allclose(found.squared, best, 1e-10, 1e-12));
  EXPECT_TRUE(at::equal(found.indices, place));
}

TEST(Nearest, OfASetInItselfIsNotItself) {
  const Tensor points = scattered(1500, 3, 4);
  std::int64_t heard = 0;
  const auto found = nearest(points, points, 1, true, [&](std::int64_t done) { heard = done; });
  EXPECT_EQ(heard, 1500);
  EXPECT_FALSE((found.indices.squeeze(1) == at::arange(1500)).any().item<bool>());
  Tensor all = plain_distances(points, points);
  all.diagonal().fill_(1e9);
  EXPECT_TRUE(at::allclose(found.squared.squeeze(1), std::get<0>(all.min(1)), 1e-9, 1e-12));
}

TEST(Nearest, StreamsInPiecesOfAnySize) {
  const Tensor queries = scattered(5, 4, 1), among = scattered(700, 4, 2);
  NearestSearch search(queries, 3);
  for (const auto& piece : among.split(111)) search.add(piece);
  const auto whole = nearest(queries, among, 3), streamed = search.result();
  EXPECT_TRUE(at::equal(whole.indices, streamed.indices));
}

TEST(Nearest, RefusesTooFewAndOtherWidths) {
  EXPECT_THAT(test::error_of([] { nearest(scattered(2, 3, 1), scattered(4, 3, 1), 5); }),
              HasSubstr("5 nearest images were asked for among 4"));
  EXPECT_THAT(test::error_of([] { nearest(scattered(4, 3, 1), scattered(4, 3, 1), 4, true); }), HasSubstr("among 3;"));
  EXPECT_THAT(test::error_of([] { nearest(scattered(2, 3, 1), scattered(4, 2, 1), 1); }),
              HasSubstr("width 3 in one set and 2"));
  EXPECT_THAT(test::error_of([] { nearest(at::zeros({0, 3}), scattered(4, 3, 1), 1); }),
              HasSubstr("nothing to look for"));
}

TEST(PrecisionAndRecall, OfPointsOnALine) {
  // Reals at 0, 1, 2, 3; radii to the nearest other one are 1. Generated at 0.5 (within two radii), 2.9, 3.4, and one
  // far off; their own radii: 2.4, 0.5, 0.5, 96.6.
  const Tensor real = at::arange(4, at::kFloat).unsqueeze(1);
  const Tensor fake = torch::tensor({0.5, 2.9, 3.4, 100.0}).unsqueeze(1).to(at::kFloat);
  const auto found = prdc(real, fake, 1);
  EXPECT_DOUBLE_EQ(found.precision, 0.75);
  EXPECT_DOUBLE_EQ(found.recall, 1);         // 0, 1, 2 around 0.5; 3 around 2.9
  EXPECT_DOUBLE_EQ(found.density, 5.0 / 4);  // 0.5 in two radii, 2.9 in two (2 and 3), 3.4 in one
  EXPECT_DOUBLE_EQ(found.coverage, 1);
}

TEST(PrecisionAndRecall, OfASetFarAwayAreNothing) {
  const Tensor real = scattered(200, 4, 1);
  const auto far = prdc(real, real + 1000);
  EXPECT_EQ(far.precision + far.recall + far.density + far.coverage, 0);
  const auto same = prdc(scattered(3000, 4, 1), scattered(3000, 4, 2));  // one distribution, several blocks
  EXPECT_GT(same.precision, 0.9);
  EXPECT_GT(same.recall, 0.9);
  EXPECT_NEAR(same.density, 1, 0.05);
  EXPECT_GT(same.coverage, 0.9);
}

TEST(PrecisionAndRecall, EachSetHasItsOwnRadiiAndWithinIsStrictlyNearer) {
  const auto points = [](std::vector<float> at) { return torch::tensor(at).unsqueeze(1); };
  // Radii of 10 around the real ones, of 0.6 around the generated ones.
  const auto found = prdc(points({0, 10, 20}), points({0.4F, 1}), 1);
  EXPECT_NEAR(found.recall, 1.0 / 3, 1e-12);
  EXPECT_NEAR(found.coverage, 2.0 / 3, 1e-12);
  EXPECT_NEAR(found.precision, 1, 1e-12);
  EXPECT_NEAR(found.density, 2, 1e-12);  // both within the radii of 0 and of 10
  // -1 is as far from 0 as 1 is.
  const auto tied = prdc(points({0, 1, 3}), points({-1, -5}), 1);
  EXPECT_EQ(tied.precision, 0);
  EXPECT_EQ(tied.density, 0);
  EXPECT_EQ(tied.coverage, 0);
}

TEST(PrecisionAndRecall, RefuseTooFew) {
  EXPECT_THAT(test::error_of([] { prdc(scattered(5, 2, 1), scattered(50, 2, 1)); }),
              HasSubstr("the real images: 5 images are too few for 5 nearest neighbours"));
}

}  // namespace
}  // namespace ganymede::quality
