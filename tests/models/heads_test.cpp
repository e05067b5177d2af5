// Networks with heads and with conditions.
#include "ganymede/models/gan.h"
#include "ganymede/models/generate.h"
#include "ganymede/models/initialise.h"
#include "ganymede/models/summary.h"
#include "nn/kernels/checks.h"
#include "support/recipes.h"
#include "support/support.h"

namespace ganymede::models {
namespace {

using test::distance;
using test::error_of;
using test::recipe_of;
using test::same;
using ::testing::HasSubstr;

constexpr const char* kTrunk = "{ conv = 4, kernel = 4, stride = 2, padding = 1 }, { leaky_relu = 0.2 }, \"flatten\"";
constexpr const char* kImage = "{ dense = 48 }, { reshape = [3, 4, 4] }, \"tanh\"";

config::Recipe with_heads(const std::string& adversarial = "[{ dense = 1 }]",
                          const std::string& classes = "[{ dense = 10 }]") {
  return recipe_of(kImage, kTrunk,
                   {"discriminator.heads.adversarial=" + adversarial, "discriminator.heads.classes=" + classes,
                    "discriminator.init=he_normal", "generator.init=he_normal"});
}

TEST(Heads, StandBesideEachOtherBehindTheLayers) {
  const auto recipe = with_heads();
  Gan gan = build_gan(recipe);
  Discriminator& d = gan.discriminator;
  initialise(d, recipe.discriminator, 1, "discriminator");
  EXPECT_EQ(d.class_logits(), 10);
  EXPECT_EQ(d.classes(), 0);
  EXPECT_EQ(d.output_shape(), (nn::Shape{11}));
  EXPECT_EQ(gan.generator.class_logits(), 0);
  const Tensor x = test::normal({5, 3, 4, 4}, 1, at::kFloat).contiguous(at::MemoryFormat::ChannelsLast);
  nn::ForwardContext context;
  const Tensor y = d.forward(x, context), h = d.layers().forward(x, context);
  EXPECT_EQ(y.sizes().vec(), (std::vector<std::int64_t>{5, 11}));
  EXPECT_TRUE(same(y.narrow(1, 0, 1), d.heads()[0].layers.forward(h, context)));
  EXPECT_TRUE(same(y.narrow(1, 1, 10), d.heads()[1].layers.forward(h, context)));
  EXPECT_LT(distance(score(d, x), y.select(1, 0)), 1e-6) << "the score is the first column";
}

TEST(Heads, NameTheirTensorsAndRows) {
  const auto recipe = with_heads("[{ dense = 6 }, \"relu\", { dense = 1 }]");
  const Gan gan = build_gan(recipe);
  std::vector<std::string> names;
  for (const auto& named : gan.discriminator.state()) names.push_back(named.name);
  EXPECT_EQ(names,
            (std::vector<std::string>{"conv_1.weight", "conv_1.bias", "adversarial.dense_1.weight",
                                      "adversarial.dense_1.bias", "adversarial.dense_2.weight",
                                      "adversarial.dense_2.bias", "classes.dense_1.weight", "classes.dense_1.bias"}));
  const Summary summary = summarise(gan.discriminator);
  ASSERT_EQ(summary.layers.size(), 7u);
  EXPECT_EQ(summary.layers[3].name, "adversarial.dense_1");
  EXPECT_EQ(summary.layers[6].name, "classes.dense_1");
  EXPECT_EQ(summary.layers[6].kind, "dense");
  EXPECT_EQ(summary.total, 3 * 4 * 16 + 4 + 16 * 6 + 6 + 7 + 16 * 10 + 10);
  EXPECT_EQ(summary.multiply_adds, 4 * 3 * 16 * 4 + 16 * 6 + 6 + 160);
  const auto full = resolved(recipe, gan);
  const std::string text = config::to_toml(full);
  EXPECT_THAT(text, HasSubstr("[discriminator.heads]\nadversarial = ["));
  EXPECT_THAT(text, HasSubstr("{ dense = 10, bias = true,"));
  const auto again = config::parse_recipe(text, "test", "written");
  EXPECT_EQ(config::to_toml(resolved(again, build_gan(again))), text);
}

TEST(Heads, AreRefusedWhereTheyCannotBeMeant) {
  const auto parsed = [](const std::vector<std::string>& overrides) {
    return error_of([&] { recipe_of(kImage, kTrunk, overrides); });
  };
  EXPECT_THAT(parsed({"discriminator.heads.adversarial=[{ dense = 1 }]"}),
              HasSubstr("'classes' must be an array with at least one"));
  EXPECT_THAT(parsed({"discriminator.heads.clases=[{ dense = 1 }]"}), HasSubstr("unknown key 'clases'"));
  EXPECT_THAT(parsed({"discriminator.heads.clases=[{ dense = 1 }]"}), HasSubstr("did you mean 'classes'?"));
  EXPECT_THAT(parsed({"generator.heads.adversarial=[{ dense = 1 }]"}), HasSubstr("unknown key 'heads'"));
  EXPECT_THAT(parsed({"discriminator.heads=5"}), HasSubstr("'discriminator.heads' must be a section"));
  EXPECT_THAT(error_of([] { build_gan(with_heads("[{ dense = 2 }]")); }),
              HasSubstr("the adversarial head ends in 2 numbers"));
  EXPECT_THAT(error_of([] { build_gan(with_heads("[{ dense = 1 }]", "[{ dense = 1 }]")); }),
              HasSubstr("one for each class"));
  const std::string mismatch = error_of([] { build_gan(with_heads("[{ dense = 1 }]", "[\"relu\", { conv = 3 }]")); });
  EXPECT_THAT(mismatch, HasSubstr("layer 'classes.conv_1' does not fit"));
  EXPECT_THAT(mismatch, HasSubstr("[discriminator.heads] classes layer 2"));
}

constexpr const char* kConditional =
    "{ label_embedding = 4, classes = 3 }, { dense = 48 }, { reshape = [3, 4, 4] }, { residual = [{ "
    "conditional_batch_norm = "
    "true, classes = 3 }, \"relu\", { conv = 3, padding = 1 }] }, \"tanh\"";
constexpr const char* kProjection =
    "{ conv = 4, kernel = 4, stride = 2, padding = 1 }, \"relu\", { global_pool = \"sum\" }, { projection = true, "
    "classes = 3 }";

TEST(ConditionalNetworks, GenerateTheClassTheyAreTold) {
  const auto recipe =
      recipe_of(kConditional, kProjection, {"generator.init=he_normal", "discriminator.init=he_normal"});
  Gan gan = build_gan(recipe);
  initialise(gan.generator, recipe.generator, 1, "generator");
  initialise(gan.discriminator, recipe.discriminator, 1, "discriminator");
  EXPECT_EQ(gan.generator.classes(), 3);
  EXPECT_EQ(gan.discriminator.classes(), 3);
  EXPECT_EQ(gan.discriminator.class_logits(), 0);
  const Tensor z = test::normal({1, 8}, 1, at::kFloat).expand({3, 8}).contiguous(), labels = at::arange(3, at::kLong);
  const Tensor images = generate(gan.generator, z, labels);
  EXPECT_FALSE(same(images[0], images[1])) << "one noise, two classes";
  EXPECT_TRUE(same(generate(gan.generator, z.slice(0, 1, 2), labels.slice(0, 1, 2))[0], images[1]));
  EXPECT_EQ(score(gan.discriminator, images, labels).sizes().vec(), std::vector<std::int64_t>{3});
  EXPECT_EQ(rank(gan.discriminator, images, 2, labels).size(), 2u);
  EXPECT_THAT(error_of([&] { generate(gan.generator, z); }), HasSubstr("label_embedding needs the samples' classes"));
  EXPECT_THAT(error_of([&] { score(gan.discriminator, images, labels + 1); }),
              HasSubstr("projection knows the classes 0 to 2 but got 3"));
  EXPECT_THAT(error_of([&] { generate(gan.generator, z, labels.slice(0, 0, 2)); }), HasSubstr("one class for each"));
}

TEST(ConditionalNetworks, AgreeOnTheirClasses) {
  const auto text = error_of([] {
    Network network(test::network_of("{ label_embedding = 4, classes = 3 }, { dense = 48 }, { reshape = [3, 4, 4] }, "
                                     "{ residual = [{ conditional_batch_norm = true, classes = 5 }] }"),
                    {8});
  });
  EXPECT_THAT(
      text,
      HasSubstr(
          "the layers 'label_embedding_1' and 'residual_1.branch.conditional_batch_norm_1' have 3 and 5 classes"));
}

}  // namespace
}  // namespace ganymede::models
