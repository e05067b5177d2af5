#include "ganymede/recipe/recipe.h"

#include <fstream>

#include "ganymede/config/seed.h"
#include "ganymede/config/value_text.h"
#include "support/recipes.h"
#include "support/support.h"

namespace ganymede::config {
namespace {

using test::error_of;
using test::recipe_of;
using ::testing::HasSubstr;

constexpr const char* kText = R"(title = "A test"

[data]
name = "shapes"

[latent]
distribution = "uniform"

[generator]
layers = [
  { label_embedding = 4, classes = 3 },
  "relu",
]

[discriminator]
init = "normal"
layers = [{ conv = 8, kernel = 3 }]

[objective]
name = "gan"
label_smoothing = 0.1

[optimizer.discriminator]
name = "sgd"
warmup = "2 epochs"

[train]
batch_size = 16
epochs = 2.5
)";

Recipe parse(const std::string& text, const std::vector<std::string>& overrides = {}) {
  return parse_recipe(text, "stem", "my.toml", overrides);
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  EXPECT_NE(text.find(from), std::string::npos);
  return text.replace(text.find(from), from.size(), to);
}

TEST(Recipe, ReadsEverySection) {
  const Recipe r = parse(kText);
  EXPECT_EQ(r.name, "stem");
  EXPECT_EQ(r.title, "A test");
  EXPECT_EQ(r.data.name, "shapes");
  EXPECT_EQ(r.latent.size, 100);
  EXPECT_EQ(r.latent.distribution, LatentDistribution::kUniform);
  ASSERT_EQ(r.generator.layers.size(), 2u);
  EXPECT_EQ(r.generator.layers[0].kind, "label_embedding")
      << "the kind is the key that stands first, not the first by name";
  EXPECT_EQ(r.generator.layers[1].kind, "relu");
  EXPECT_EQ(r.discriminator.init, "normal");
  EXPECT_EQ(r.objective.kind, "gan");
  EXPECT_EQ(r.optimizer_generator.name, "adam");
  EXPECT_EQ(r.optimizer_discriminator.name, "sgd");
  EXPECT_EQ(r.optimizer_discriminator.warmup, (Interval{2, Interval::Unit::kEpochs}));
  EXPECT_EQ(r.train.batch_size, 16);
  EXPECT_EQ(r.train.epochs, 2.5);
  EXPECT_FALSE(r.train.steps);
  EXPECT_EQ(r.train.checkpoint_every, (Interval{10, Interval::Unit::kMinutes}));
}

TEST(Recipe, LayersRememberTheirLine) {
  const Recipe r = parse(kText);
  EXPECT_EQ(r.generator.layers[0].place.at(nullptr), "line 11 of my.toml in [generator] layer 1");
  EXPECT_EQ(r.objective.place.at(r.objective.values.get("label_smoothing")), "line 21 of my.toml in [objective]");
}

TEST(Recipe, OverridesComeFirst) {
  const Recipe r = parse(kText, {"train.steps=7", "latent.size=3", "optimizer.generator.beta1=0", "name=other"});
  EXPECT_EQ(r.train.steps, 7);
  EXPECT_FALSE(r.train.epochs);
  EXPECT_EQ(r.latent.size, 3);
  EXPECT_EQ(r.optimizer_generator.beta1, 0);
  EXPECT_EQ(r.name, "other");
  EXPECT_EQ(error_of([] { parse(kText, {"train.batch_size=0"}); }),
            "--set train.batch_size=0 in [train]: 'batch_size' is 0, which is outside 1 to 65536");
}

TEST(Recipe, RefusesAndSaysWhere) {
  const auto error = [](const std::string& from, const std::string& to) {
    return error_of([&] { parse(replaced(kText, from, to)); });
  };
  EXPECT_EQ(error("[latent]", "[laten]"), "line 6 of my.toml: unknown section 'laten'; did you mean 'latent'?");
  EXPECT_EQ(error("title", "titel"), "line 1 of my.toml: unknown key 'titel'; did you mean 'title'?");
  EXPECT_EQ(error("[optimizer.discriminator]", "[optimizer.discriminatr]"),
            "line 23 of my.toml: unknown section 'optimizer.discriminatr'; did you mean 'discriminator'?");
  EXPECT_EQ(error("batch_size = 16", "bach_size = 16"),
            "line 28 of my.toml in [train]: unknown key 'bach_size'; did you mean 'batch_size'?");
  EXPECT_THAT(error("batch_size = 16", "batch_size = "), HasSubstr("not valid TOML"));
  EXPECT_THAT(error("batch_size = 16", "batch_size = "), HasSubstr("line 28 of my.toml"));
  EXPECT_THAT(error("name = \"shapes\"", ""), HasSubstr("names no data"));
  EXPECT_THAT(error("name = \"shapes\"", "name = \"shapes\"\nbits = 12"),
              HasSubstr(": 'bits' is 12, which is neither 8 nor 16"));
  EXPECT_EQ(error("\"relu\"", "\"rleu\""),
            "line 12 of my.toml in [generator] layer 2: unknown layer 'rleu'; did you mean 'relu'?");
  EXPECT_EQ(error("kernel = 3", "kernl = 3"),
            "line 17 of my.toml in [discriminator] layer 1: unknown key 'kernl'; did you mean 'kernel'?");
  EXPECT_EQ(error("init = \"normal\"", "init = \"normla\""),
            "line 16 of my.toml in [discriminator]: unknown init 'normla'; did you mean 'normal'?");
  EXPECT_EQ(error("name = \"sgd\"", "name = \"sdg\""),
            "line 24 of my.toml in [optimizer.discriminator]: unknown name 'sdg'; did you mean 'sgd'?");
  EXPECT_THAT(error("\"relu\"", "5"), HasSubstr("line 12 of my.toml in [generator] layer 2"));
  EXPECT_THAT(error("\"relu\"", "{}"), HasSubstr("an entry must be a table"));
  EXPECT_THAT(error("layers = [{ conv = 8, kernel = 3 }]", "layers = []"), HasSubstr("at least one"));
  EXPECT_THAT(error("name = \"gan\"", ""), HasSubstr("'name' is missing"));
  EXPECT_THAT(error("epochs = 2.5", ""), HasSubstr("neither 'steps' nor 'epochs'"));
  EXPECT_THAT(error("epochs = 2.5", "epochs = 2.5\nsteps = 3"), HasSubstr("both 'steps' and 'epochs'"));
  EXPECT_THAT(error("[objective]", "[[objective]]"), HasSubstr("'objective' must be a section"));
  EXPECT_THROW(parse(""), UsageError);
}

/// What to_toml writes, without the objective's own defaults, which its folder adds.
void expect_round_trip(const Recipe& recipe) {
  const std::string written = to_toml(recipe);
  const Recipe again = parse_recipe(written, "another stem", "written");
  EXPECT_EQ(to_toml(again), written);
  EXPECT_EQ(again.name, recipe.name);
  ASSERT_EQ(again.generator.layers.size(), recipe.generator.layers.size());
  ASSERT_EQ(again.discriminator.layers.size(), recipe.discriminator.layers.size());
  for (std::size_t i = 0; i < recipe.generator.layers.size(); ++i) {
    EXPECT_EQ(again.generator.layers[i].to_toml(), recipe.generator.layers[i].to_toml());
  }
  EXPECT_EQ(again.objective.values, recipe.objective.values);
  EXPECT_EQ(again.train.steps, recipe.train.steps);
  EXPECT_EQ(again.train.epochs, recipe.train.epochs);
  EXPECT_EQ(again.data.classes, recipe.data.classes);
  EXPECT_EQ(again.optimizer_generator.learning_rate, recipe.optimizer_generator.learning_rate);
  EXPECT_EQ(again.about, recipe.about);
}

TEST(Recipe, SeedsHaveOneRuleAndItsWords) {
  constexpr const char* kWords = "a seed is a whole number from 0 to 9007199254740991 in decimal digits";
  for (const char* seed : {"-1", "9007199254740992", "9223372036854775807"}) {
    const std::string problem = error_of([&] { parse(kText, {std::string("train.seed=") + seed}); });
    EXPECT_THAT(problem, HasSubstr(std::string("'seed' is ") + seed + ": " + kWords));
  }
  EXPECT_EQ(parse(kText, {"train.seed=9007199254740991"}).train.seed, kLargestSeed);
  for (const char* text :
       {"-1", "010", "+1", "1.5", " 1", "1 ", "0x10", "9007199254740992", "18446744073709551616", ""}) {
    EXPECT_THAT(error_of([&] { parse_seed(text, "--seed"); }), HasSubstr(kWords)) << text;
  }
  EXPECT_EQ(parse_seed("0", ""), 0u);
  EXPECT_EQ(parse_seed("9007199254740991", ""), kLargestSeed);
}

TEST(Recipe, DataAreFittedAndBadOnesRefusedUnlessSaid) {
  EXPECT_EQ(parse(kText).data.fit, data::Fit::kCrop);
  EXPECT_FALSE(parse(kText).data.skip_bad);
  const Recipe r = parse(kText, {"data.fit=\"pad\"", "data.skip_bad=true"});
  EXPECT_EQ(r.data.fit, data::Fit::kPad);
  EXPECT_TRUE(parse_recipe(to_toml(r), "stem", "my.toml").data.skip_bad);
  EXPECT_THAT(error_of([&] { parse(kText, {"data.fit=\"padd\""}); }), HasSubstr("did you mean 'pad'?"));
}

TEST(Recipe, ASizeIsASideOrHeightAndWidth) {
  EXPECT_EQ(parse(kText, {"data.size=64"}).data.size, data::ImageSize(64, 64));
  const Recipe r = parse(kText, {"data.size=[64, 96]"});
  EXPECT_EQ(r.data.size, data::ImageSize(64, 96));
  EXPECT_THAT(to_toml(r), HasSubstr("size = [64, 96]\n"));
  EXPECT_EQ(parse_recipe(to_toml(r), "stem", "my.toml").data.size, r.data.size);
  const auto error = [](const std::string& size) { return error_of([&] { parse(kText, {"data.size=" + size}); }); };
  EXPECT_THAT(error("[64]"), HasSubstr("'size' has 1 number where [height, width] has two"));
  EXPECT_THAT(error("[64, 0]"), HasSubstr("'size' is 0, which is outside 1 to 1024"));
  EXPECT_THAT(error("2000"), HasSubstr("'size' is 2000, which is outside 0 to 1024"));
  EXPECT_THAT(error("\"64x96\""), HasSubstr("'size' must be a whole number, or [height, width]"));
}

TEST(Recipe, EvaluatesNothingUnlessAsked) {
  const Recipe plain = parse(kText);
  EXPECT_EQ(plain.quality.metric, "");
  EXPECT_EQ(to_toml(plain).find("[quality]"), std::string::npos);
  const Recipe evaluated = parse(kText, {"quality.metric=\"prdc\"", "quality.every=\"2 epochs\"", "quality.count=500"});
  EXPECT_EQ(evaluated.quality.metric, "prdc");
  const Recipe again = parse(to_toml(evaluated));
  EXPECT_EQ(again.quality.metric, "prdc");
  EXPECT_EQ(again.quality.every, evaluated.quality.every);
  EXPECT_EQ(again.quality.count, 500);
}

TEST(Recipe, WritesAndReadsBack) {
  expect_round_trip(parse(kText));
  expect_round_trip(
      recipe_of("{ dense = 4, bias = false }", "\"relu\"", {"about=\"a\\nb \\\"c\\\" \\\\\"", "data.path=/a/b c"}));
  expect_round_trip(recipe_of("{ residual = [{ conv = 4, bias = false }, \"relu\"], shortcut = [] }", "\"relu\""));
  EXPECT_THAT(to_toml(parse(kText)), HasSubstr("keep_checkpoints = 3\n")) << "defaults are written out";
}

TEST(Recipe, EveryShippedOneWritesAndReadsBack) {
  EXPECT_GE(shipped_recipes().size(), 10u);
  for (const auto& shipped : shipped_recipes()) {
    SCOPED_TRACE(shipped.name);
    const Recipe recipe = load_recipe(shipped.name);
    EXPECT_EQ(recipe.name, shipped.name);
    expect_round_trip(recipe);
  }
}

TEST(Recipe, WritesNumbersAsPeopleDo) {
  const std::string written = to_toml(recipe_of("{ leaky_relu = 0.2 }", "{ batch_norm = true, epsilon = 1e-5 }",
                                                {"objective.label_smoothing=0.1", "data.size=[32, 32]"}));
  EXPECT_THAT(written, HasSubstr("{ leaky_relu = 0.2 }"));
  EXPECT_THAT(written, HasSubstr("epsilon = 1e-05"));
  EXPECT_THAT(written, HasSubstr("label_smoothing = 0.1\n"));
  // A text is no number, and what it says of one is its own.
  EXPECT_EQ(value_text(toml::array{0.2, true, 3, "0.20000000000000001"}), "[0.2, true, 3, \"0.20000000000000001\"]");
}

TEST(Recipe, WritesNoBlocks) {
  const std::string text =
      replaced(kText, "\"relu\"", "{ use = \"twice\", times = 2 }") + "[blocks]\ntwice = [\"relu\", \"tanh\"]\n";
  const Recipe r = parse(text);
  ASSERT_EQ(r.generator.layers.size(), 5u);
  const std::string written = to_toml(r);
  EXPECT_EQ(written.find("blocks"), std::string::npos) << "programs that know none read it too";
  EXPECT_EQ(written.find("use"), std::string::npos);
  expect_round_trip(r);
  EXPECT_EQ(error_of([] { parse(replaced(kText, "\"relu\"", "{ use = \"none\" }")); }),
            "line 12 of my.toml in [generator] layer 2: unknown block 'none'; add it to [blocks]");
}

TEST(LoadRecipe, TakesAFileOrAShippedName) {
  const test::TemporaryFolder folder;
  std::ofstream(folder / "mine.toml") << kText;
  EXPECT_EQ(load_recipe((folder / "mine.toml").string()).name, "mine");
  EXPECT_THAT(error_of([] { load_recipe("svhn-dcga"); }), HasSubstr("did you mean 'svhn-dcgan'?"));
  EXPECT_THAT(error_of([&] { load_recipe(folder.path().string()); }), HasSubstr("neither a file nor a shipped recipe"));
  std::ofstream(folder / "huge.toml") << std::string((1 << 20) + 1, '#');
  EXPECT_THAT(error_of([&] { load_recipe((folder / "huge.toml").string()); }), HasSubstr("above the limit"));
}

}  // namespace
}  // namespace ganymede::config
