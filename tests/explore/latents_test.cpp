#include "ganymede/explore/latents.h"

#include <cmath>

#include "support/support.h"

namespace ganymede::explore {
namespace {

config::LatentConfig normal(int size) {
  return {.size = size, .distribution = config::LatentDistribution::kNormal};
}

TEST(Latents, ExemplarsAreTheImagesOfSample) {
  const auto latent = normal(5);
  const Tensor seven = models::sample_numbered_latents(latent, 7, 3);
  const std::vector<Exemplar> chosen{{3, 6}, {3, 0}, {4, 0}};
  const Tensor z = latents_of(latent, chosen);
  EXPECT_TRUE(z[0].equal(seven[6]));
  EXPECT_TRUE(z[1].equal(seven[0]));
  EXPECT_TRUE(z[2].equal(models::sample_numbered_latents(latent, 1, 4)[0]));
}

TEST(Latents, BlendsEndAtTheirEnds) {
  const Tensor a = models::sample_latents(normal(8), 3, 1), b = models::sample_latents(normal(8), 3, 2);
  for (const Blend interpolation : {Blend::kLinear, Blend::kSpherical}) {
    EXPECT_TRUE(blend(a, b, 0, interpolation).equal(a));
    EXPECT_TRUE(blend(a, b, 1, interpolation).equal(b));
  }
  EXPECT_TRUE(blend(a, b, 0.25, Blend::kLinear).allclose(0.75 * a + 0.25 * b));
}

TEST(Latents, SphericalTurnsAtAnEvenRateAndKeepsTheLength) {
  const Tensor a = torch::tensor({2.0f, 0.0f}), b = torch::tensor({0.0f, 2.0f});
  for (const double t : {0.1, 0.5, 0.9}) {
    const double angle = t * M_PI / 2;
    EXPECT_TRUE(blend(a, b, t, Blend::kSpherical)
                    .allclose(torch::tensor({2 * std::cos(angle), 2 * std::sin(angle)}).to(at::kFloat)));
  }
}

TEST(Latents, ClassPathsGoEvenlyFromOneClassToAnother) {
  EXPECT_TRUE(class_path(2, 0, 3, 5)
                  .allclose(torch::tensor({{0.0f, 0.0f, 1.0f},
                                           {0.25f, 0.0f, 0.75f},
                                           {0.5f, 0.0f, 0.5f},
                                           {0.75f, 0.0f, 0.25f},
                                           {1.0f, 0.0f, 0.0f}})));
  EXPECT_TRUE(class_path(1, 1, 2, 3).select(1, 1).eq(1).all().item<bool>());
}

TEST(Latents, SphericalIsFiniteWhereNoCircleIsMeant) {
  const Tensor a = torch::tensor({1.0f, 1.0f}), zero = torch::zeros({2});
  EXPECT_TRUE(blend(a, a, 0.5, Blend::kSpherical).allclose(a));
  EXPECT_TRUE(blend(a, -a, 0.5, Blend::kSpherical).allclose(zero));
  EXPECT_TRUE(blend(a, zero, 0.5, Blend::kSpherical).isfinite().all().item<bool>());
}

TEST(Latents, PathsGoThroughTheirAnchors) {
  const Tensor anchors = models::sample_latents(normal(4), 3, 5);
  const Tensor line = path(anchors, 5, Blend::kLinear);
  ASSERT_EQ(line.sizes().vec(), (std::vector<std::int64_t>{5, 4}));
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(line[2 * i].equal(anchors[i])) << i;
  EXPECT_TRUE(line[1].allclose((anchors[0] + anchors[1]) / 2));
  const Tensor round = closed_path(anchors, 6, Blend::kLinear);
  ASSERT_EQ(round.size(0), 6);
  EXPECT_TRUE(round[0].equal(anchors[0]));
  EXPECT_TRUE(round[4].allclose(anchors[2]));
  EXPECT_TRUE(round[5].allclose((anchors[2] + anchors[0]) / 2));
}

TEST(Latents, ArithmeticIsOnMeans) {
  const Tensor a = torch::tensor({{1.0f, 2.0f}, {3.0f, 4.0f}}), b = torch::tensor({{1.0f, 1.0f}}),
               c = torch::tensor({{5.0f, 0.0f}});
  EXPECT_TRUE(arithmetic(a, b, c).equal(torch::tensor({6.0f, 2.0f})));
  EXPECT_TRUE(direction(a, b).equal(torch::tensor({1.0f, 2.0f})));
}

TEST(Latents, PerturbationsSurroundTheCentre) {
  const Tensor centre = models::sample_latents(normal(100), 1, 1)[0];
  const Tensor all = perturbations(centre, 0.25, 7);
  ASSERT_EQ(all.sizes().vec(), (std::vector<std::int64_t>{9, 100}));
  EXPECT_TRUE(all[4].equal(centre));
  for (const int i : {0, 1, 2, 3, 5, 6, 7, 8}) {
    const double furthest = (all[i] - centre).abs().max().item<double>();
    EXPECT_LE(furthest, 0.25 + 1e-6);
    EXPECT_GT(furthest, 0.2);
  }
  EXPECT_TRUE(perturbations(centre, 0.25, 7).equal(all));
  EXPECT_FALSE(perturbations(centre, 0.25, 8).equal(all));
}

TEST(Latents, TruncationCutsTheDistributionOff) {
  const auto latent = normal(4000);
  const Tensor z = models::sample_latents(latent, 1, 1), cut = models::truncated(latent, z, 1);
  EXPECT_LE(cut.abs().max().item<double>(), 1);
  // The standard deviation of a normal distribution cut off at +-1: 1 - 2 phi(1) / erf(1 / sqrt 2).
  EXPECT_NEAR(cut.std().item<double>(), std::sqrt(0.2911), 0.02);
  EXPECT_TRUE(models::truncated(latent, z, 8).allclose(z, 0, 1e-5));
  EXPECT_TRUE((cut * z >= 0).all().item<bool>());
  const config::LatentConfig uniform{.size = 4, .distribution = config::LatentDistribution::kUniform};
  const Tensor u = models::sample_latents(uniform, 2, 1);
  EXPECT_TRUE(models::truncated(uniform, u, 0.5).equal(u * 0.5));
  EXPECT_TRUE(models::truncated(uniform, u, 2).equal(u));
}

}  // namespace
}  // namespace ganymede::explore
