#include "ganymede/nn/spectral_norm.h"

#include "nn/made_layer.h"

namespace ganymede::nn {
namespace {

using test::distance;
using test::MadeLayer;
using test::same;

double largest_singular_value(const Tensor& weight) {
  return at::linalg_svdvals(weight.reshape({weight.size(0), -1}).to(at::kDouble)).max().item<double>();
}

TEST(SpectralNorm, FindsTheLargestSingularValue) {
  for (const char* text : {"{ conv = 12, kernel = 3, spectral_norm = true, bias = false }",
                           "{ conv_transpose = 12, kernel = 3, spectral_norm = true, bias = false }"}) {
    const MadeLayer conv(text, {7, 6, 6});
    const Tensor x = conv.batch(2), u = conv.tensor("u"), v = conv.tensor("v"), w = conv.tensor("weight");
    for (int i = 0; i < 200; ++i) conv(x, true);
    const double sigma = at::dot(u, at::mv(w.reshape({w.size(0), -1}), v)).item<double>();
    EXPECT_NEAR(sigma / largest_singular_value(w), 1, 1e-4) << text;
    EXPECT_NEAR(largest_singular_value(spectral_normalised(w, u, v, false)), 1, 1e-4);
    EXPECT_NEAR(u.norm().item<double>(), 1, 1e-5);
    EXPECT_NEAR(v.norm().item<double>(), 1, 1e-5);
    const MadeLayer plain(std::string(text).replace(std::string(text).find("true"), 4, "false"), {7, 6, 6});
    EXPECT_LT(distance(conv(x) * sigma, plain(x)), 1e-5) << "the layer uses the weight divided by sigma";
  }
}

TEST(SpectralNorm, OneIterationIsThePapers) {
  const Tensor w = test::normal({4, 6}), u = test::normal({4}, 2), v = torch::zeros({6}, at::kDouble);
  const Tensor start = u.clone();
  spectral_normalised(w, u, v, true);
  const Tensor expected_v = at::mv(w.t(), start) / at::mv(w.t(), start).norm();
  EXPECT_LT(distance(v, expected_v), 1e-12);
  EXPECT_LT(distance(u, at::mv(w, expected_v) / at::mv(w, expected_v).norm()), 1e-12);
}

TEST(SpectralNorm, EvaluationMovesNothing) {
  const MadeLayer dense("{ dense = 5, spectral_norm = true }", {9});
  const Tensor before = dense.tensor("u").clone();
  EXPECT_TRUE(same(dense(dense.batch(3)), dense(dense.batch(3))));
  EXPECT_TRUE(same(dense.tensor("u"), before));
  dense(dense.batch(3), true);
  EXPECT_FALSE(same(dense.tensor("u"), before));
  EXPECT_FALSE(dense.layer->buffers().at(0).counted) << "Keras would not count it";
}

TEST(SpectralNorm, GradientIsThePapers) {
  // Miyato et al. 2018, equation 12: (G - <G, W / sigma> u v^T) / sigma, with u and v constant.
  const Tensor w = test::normal({4, 6}).set_requires_grad(true), g = test::normal({4, 6}, 5);
  const Tensor u = test::normal({4}, 2), v = test::normal({6}, 3);
  spectral_normalised(w, u, v, true).backward(g);
  const Tensor sigma = at::dot(u, at::mv(w.detach(), v));
  EXPECT_LT(distance(w.grad(), (g - (g * w.detach() / sigma).sum() * at::outer(u, v)) / sigma), 1e-12);
}

}  // namespace
}  // namespace ganymede::nn
