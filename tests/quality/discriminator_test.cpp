// A discriminator's features, copies of training images, and principal components.
#include "ganymede/core/generators.h"
#include "ganymede/models/initialise.h"
#include "ganymede/quality/discriminator_features.h"
#include "ganymede/quality/memorisation.h"
#include "ganymede/quality/principal_components.h"
#include "quality/fixtures.h"
#include "support/recipes.h"
#include "support/support.h"

namespace ganymede::quality {
namespace {

using namespace test;
using testing::HasSubstr;

models::Network made_network(const std::string& layers, const nn::Shape& input) {
  const auto config = network_of(layers, {"generator.init=normal", "generator.init_std=0.1"});
  models::Network network(config, input);
  models::initialise(network, config, 1, "discriminator");
  return network;
}

TEST(DiscriminatorsFeatures, ArePooledOutputsBehindTheActivations) {
  const auto network = made_network(
      "{ conv = 6, kernel = 4, stride = 2, padding = 1 }, { leaky_relu = 0.2 }, { dropout = 0.3 }, "
      "{ conv = 5, kernel = 4, stride = 2, padding = 1, bias = false }, \"batch_norm\", \"relu\", "
      "{ conv = 1, kernel = 4, padding = 0 }, \"flatten\"",
      {3, 16, 16});
  const DiscriminatorFeatures features(network);
  EXPECT_THAT(features.layers(), testing::ElementsAre("conv_1", "conv_2"));  // conv_3 is the score, 1x1
  EXPECT_EQ(features.width(), (6 + 5) * 16);
  const Tensor images = at::randint(256, {7, 3, 16, 16}, cpu_generator(1), at::dtype(at::kByte));
  const Tensor out = features(images);
  ASSERT_EQ(out.sizes(), (std::vector<std::int64_t>{7, 176}));
  nn::ForwardContext context;
  const auto& entries = network.entries();
  Tensor h = images.to(at::kFloat).sub(127.5).div(127.5).contiguous(at::MemoryFormat::ChannelsLast);
  h = at::leaky_relu(entries[0].layer->forward(h, context), 0.2);
  const Tensor first = std::get<0>(at::max_pool2d_with_indices(h, {2, 2})).flatten(1);  // 8x8 to 4x4
  EXPECT_TRUE(at::allclose(out.slice(1, 0, 96), first, 1e-5, 1e-6));
  EXPECT_GE(out.slice(1, 96).min().item<double>(), 0) << "behind the rectifier";
  const auto dense = made_network("\"flatten\", { dense = 4 }, { dense = 1 }", {3, 16, 16});
  EXPECT_THAT(error_of([&] { DiscriminatorFeatures none(dense); }), HasSubstr("no convolution layers"));
}

TEST(Copies, AreNotAuthenticAndOthersAre) {
  const auto training = noise_images(100, 8, 3, 1, 100, 140);
  const auto copies = closeness(*training, *training, 3, pixel_embedding());
  EXPECT_EQ(copies.authenticity, 0);
  EXPECT_LT(copies.median_distance, 1e-4);
  EXPECT_EQ(copies.nearest.indices[42][0].item<std::int64_t>(), 42);
  const auto fresh = closeness(*noise_images(30, 8, 3, 2, 0, 256), *training, 3, pixel_embedding());
  EXPECT_EQ(fresh.authenticity, 1);
  EXPECT_GT(fresh.median_distance, 1);
}

TEST(NearestImages, ComeNearestFirstAndAreNeverMoreThanThereAre) {
  const auto training = noise_images(5, 8, 3, 1, 0, 256);
  const auto nearest = nearest_of(std::vector{data::image_at(*training, 3)}, *training, 9, pixel_embedding());
  ASSERT_EQ(nearest.size(), 1U);
  ASSERT_EQ(nearest[0].size(), 5U);
  EXPECT_EQ(nearest[0][0].index, 3U);
  EXPECT_LT(nearest[0][0].distance, 1e-4);
  EXPECT_EQ(nearest[0][0].image.pixels, data::image_at(*training, 3).pixels);
  for (size_t i = 1; i < 5; ++i) EXPECT_GE(nearest[0][i].distance, nearest[0][i - 1].distance);
}

TEST(PrincipalComponents, AreTheWidestDirections) {
  Tensor x =
      at::empty({500, 3}, at::kDouble).normal_(0, 1, cpu_generator(2)) * torch::tensor({1.0, 9.0, 3.0}, at::kDouble) +
      5;
  const Tensor places = projected(x, moments_of(x));
  const Tensor spread = places.std(0);
  EXPECT_NEAR(spread[0].item<double>(), 9, 1);
  EXPECT_NEAR(spread[1].item<double>(), 3, 0.5);
  EXPECT_LT(places.mean(0).abs().max().item<double>(), 1e-9);
  EXPECT_THAT(error_of([&] { projected(at::zeros({2, 4}), moments_of(x)); }), HasSubstr("no 2 principal components"));
}

}  // namespace
}  // namespace ganymede::quality
