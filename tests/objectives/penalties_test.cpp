// Penalties against closed forms for discriminators whose gradients are known.
#include <cmath>

#include "ganymede/objectives/penalty.h"
#include "nn/kernels/checks.h"
#include "support/recipes.h"
#include "support/support.h"

namespace ganymede::objectives {
namespace {

using Where = Penalty::Where;
using test::distance;

std::vector<std::unique_ptr<Penalty>> penalties(const std::string& list) {
  std::vector<std::unique_ptr<Penalty>> out;
  for (const auto& table : test::recipe_of("\"relu\"", "\"relu\"", {"objective.penalties=" + list}).penalties) {
    out.push_back(make_penalty(table));
  }
  return out;
}

std::unique_ptr<Penalty> penalty(const std::string& entry) {
  return std::move(penalties("[" + entry + "]").front());
}

const RandomSource kRandom(torch::kCPU);
const Tensor kSquares = torch::tensor({0.0, 4.0, 9.0}, at::kDouble);

TEST(Penalties, AreFunctionsOfTheGradientsNorm) {
  EXPECT_NEAR(penalty("{ r1 = 1 }")->of_squared_norms(kSquares).item<double>(), 0.5 * 13 / 3, 1e-9);
  EXPECT_NEAR(penalty("{ r2 = 1 }")->of_squared_norms(kSquares).item<double>(), 0.5 * 13 / 3, 1e-9);
  EXPECT_NEAR(penalty("{ gradient_penalty = 1 }")->of_squared_norms(kSquares).item<double>(), (1.0 + 1 + 4) / 3, 1e-5);
  EXPECT_NEAR(penalty("{ gradient_penalty = 1, one_sided = true }")->of_squared_norms(kSquares).item<double>(), 5.0 / 3,
              1e-9);
  EXPECT_NEAR(penalty("{ dragan = 1, target = 2 }")->of_squared_norms(kSquares).item<double>(), (4.0 + 0 + 1) / 3,
              1e-5);
}

TEST(Penalties, KnowWhereTheyLook) {
  EXPECT_EQ(penalty("{ r1 = 1 }")->where(), Where::kReal);
  EXPECT_EQ(penalty("{ r2 = 1 }")->where(), Where::kGenerated);
  const Tensor real = torch::full({64, 1, 2, 2}, 3.0), fake = torch::full({64, 1, 2, 2}, -1.0);
  const Tensor between = penalty("{ gradient_penalty = 10 }")->points(real, fake, 5, kRandom);
  EXPECT_GE(between.min().item<double>(), -1);
  EXPECT_LE(between.max().item<double>(), 3);
  EXPECT_GT(between.std().item<double>(), 0.5) << "spread over the whole line";
  EXPECT_EQ(between[7].std().item<double>(), 0) << "one mix a sample";
  EXPECT_TRUE(test::same(between, penalty("{ gradient_penalty = 10 }")->points(real, fake, 5, kRandom)))
      << "a function of the seed";
  EXPECT_FALSE(test::same(between, penalty("{ gradient_penalty = 10 }")->points(real, fake, 6, kRandom)));
  const Tensor spread = torch::rand({64, 1, 2, 2}).contiguous(at::MemoryFormat::ChannelsLast);
  const Tensor around = penalty("{ dragan = 10 }")->points(spread, fake, 5, kRandom) - spread;
  EXPECT_GE(around.min().item<double>(), 0);
  EXPECT_LE(around.max().item<double>(), 0.5 * spread.std().item<double>() + 1e-6);
}

TEST(Penalties, GradientNormsAreThoseOfEachSample) {
  // score = a * |x|^2: gradient 2 a x, squared norm 4 a^2 |x|^2, and its derivative by a is 8 a |x|^2.
  const Tensor x = torch::randn({5, 1, 3, 3}, at::kDouble).set_requires_grad(true);
  const Tensor a = torch::tensor(1.5, at::kDouble).set_requires_grad(true);
  const Tensor norms = squared_gradient_norms(a * x.square().flatten(1).sum(1), x);
  const Tensor squares = x.detach().square().flatten(1).sum(1);
  EXPECT_LT(distance(norms.to(at::kDouble), 9 * squares), 1e-4);
  EXPECT_NEAR(torch::autograd::grad({norms.sum()}, {a})[0].item<double>(), 12 * squares.sum().item<double>(), 1e-3);
}

TEST(Penalties, ZeroGradientsAreNoTrouble) {
  const Tensor x = torch::ones({3, 1, 2, 2}).set_requires_grad(true), w = torch::zeros({4}).set_requires_grad(true);
  for (const char* entry : {"{ gradient_penalty = 1 }", "{ dragan = 1 }", "{ r1 = 1 }"}) {
    const Tensor term = penalty(entry)->of_squared_norms(squared_gradient_norms(x.flatten(1).mv(w), x));
    EXPECT_TRUE(torch::autograd::grad({term}, {w})[0].isfinite().all().item<bool>()) << entry;
  }
}

TEST(Penalties, AreReadWithSchedulesAndWritten) {
  const auto list = penalties("[{ r1 = { from = 0.05, to = 0.005, over = 100 }, every = 16 }, { r2 = 0.1 }]");
  ASSERT_EQ(list.size(), 2u);
  EXPECT_EQ(list[0]->every(), 16);
  EXPECT_DOUBLE_EQ(list[0]->weight().at(0), 0.05);
  EXPECT_DOUBLE_EQ(list[1]->weight().at(0.5), 0.1);
  for (const auto& name : penalty_names()) {
    config::FieldWriter first, second;
    penalty("{ " + name + " = 2.5 }")->write(first);
    make_penalty({name, first.as_table(), {}, {}})->write(second);
    EXPECT_EQ(first.as_lines(), second.as_lines());
  }
  EXPECT_THAT(test::error_of([] { penalty("{ r3 = 1 }"); }), ::testing::HasSubstr("unknown penalty 'r3'"));
  EXPECT_THAT(test::error_of([] { penalty("{ r1 = 1, evry = 2 }"); }), ::testing::HasSubstr("'every'"));
  EXPECT_THAT(test::error_of([] { penalties("3"); }), ::testing::HasSubstr("penalties"));
}

}  // namespace
}  // namespace ganymede::objectives
