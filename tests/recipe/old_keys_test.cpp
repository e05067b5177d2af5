// Recipes of earlier versions: their keys are read, and written back under the names they have now.
#include "ganymede/config/old_keys.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ganymede/recipe/recipe.h"
#include "support/support.h"

namespace ganymede::config {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* kOld = R"([data]
name = "shapes"

[generator]
layers = [{ dense = 4 }]

[discriminator]
layers = ["flatten"]

[discriminator.heads]
realness = [{ dense = 1 }]
classes = [{ dense = 2 }]

[objective]
name = "acgan"

[train]
batch = 12
accumulate = 3
steps = 5
)";

Recipe recipe_from(const std::string& text, const std::vector<std::string>& overrides = {}) {
  return parse_recipe(text, "old", "old.toml", overrides);
}

TEST(OldKeys, AreReadAndWrittenUnderTheirNewNames) {
  const Recipe recipe = recipe_from(kOld);
  EXPECT_EQ(recipe.train.batch_size, 12);
  EXPECT_EQ(recipe.train.gradient_accumulation, 3);
  EXPECT_EQ(recipe.discriminator.heads.adversarial.size(), 1u);
  const std::string text = to_toml(recipe);
  EXPECT_THAT(text, HasSubstr("batch_size = 12\n"));
  EXPECT_THAT(text, HasSubstr("gradient_accumulation = 3\n"));
  EXPECT_THAT(text, HasSubstr("adversarial = ["));
  EXPECT_THAT(text, Not(HasSubstr("\nbatch = ")));
  EXPECT_THAT(text, Not(HasSubstr("realness")));
  EXPECT_EQ(to_toml(recipe_from(text)), text);
}

TEST(OldKeys, MayBeSet) {
  EXPECT_EQ(recipe_from(kOld, {"train.batch=24"}).train.batch_size, 24);
  EXPECT_EQ(recipe_from(kOld, {"train.batch_size=24"}).train.batch_size, 24);
  EXPECT_EQ(current_key("train.batch"), "train.batch_size");
  EXPECT_EQ(current_key("train.steps"), "train.steps");
  const auto error = test::error_of([] { recipe_from(kOld, {"train.batch=0"}); });
  EXPECT_THAT(error, HasSubstr("'batch_size' is 0"));
}

TEST(OldKeys, KeepTheirPlaceInMessages) {
  std::string text = kOld;
  text.replace(text.find("batch = 12"), 10, "batch = \"x\"");
  EXPECT_THAT(test::error_of([&] { recipe_from(text); }), HasSubstr("line 18 of old.toml"));
}

TEST(OldKeys, BesideTheNewOnesAreRefused) {
  std::string text = kOld;
  text.replace(text.find("batch = 12"), 10, "batch = 12\nbatch_size = 13");
  EXPECT_THAT(test::error_of([&] { recipe_from(text); }),
              HasSubstr("line 18 of old.toml in [train]: 'batch' and 'batch_size' are one key"));
}

}  // namespace
}  // namespace ganymede::config
