#include "ganymede/recipe/recipe_reference.h"

#include <sstream>

#include "ganymede/nn/registry.h"
#include "ganymede/objectives/registry.h"
#include "support/support.h"

namespace ganymede::config {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

/// No row of a table lacks its last cell, and no part its line.
void expect_every_line_to_say_something(const std::string& page) {
  std::istringstream lines(page);
  for (std::string line, before; std::getline(lines, line); before = line) {
    if (line.starts_with("| `")) {
      EXPECT_THAT(line, Not(EndsWith("|  |")));
    } else if (line.starts_with("| key")) {
      EXPECT_EQ(before, "");
    }
  }
  EXPECT_THAT(page, Not(HasSubstr("\n\n\n")));
}

TEST(RecipeReference, SaysOfEveryKeyWhatItIs) {
  const auto page = recipe_reference();
  expect_every_line_to_say_something(page);
  for (const auto& name : objectives::objective_names()) EXPECT_THAT(page, HasSubstr("\n### " + name + "\n\n")) << name;
  for (const auto& name : objectives::penalty_names()) EXPECT_THAT(page, HasSubstr("\n### " + name + "\n\n")) << name;
  EXPECT_THAT(page, HasSubstr("| `batch_size` | whole number, 1 to 65536 | `64` |"));
  EXPECT_THAT(page, HasSubstr("| `fit` | `crop`, `pad`, `stretch` | `\"crop\"` |"));
  EXPECT_THAT(page, HasSubstr("| `epochs` | number, 1e-09 to 1000000000 |  |"));
  EXPECT_THAT(page, HasSubstr("| `horizon` | interval | `\"500000 images\"` |"));
}

TEST(RecipeReference, HasEveryLayerWithItsOptions) {
  const auto page = layer_reference();
  expect_every_line_to_say_something(page);
  for (const auto& kind : nn::layers().names()) EXPECT_THAT(page, HasSubstr("\n## " + kind + "\n\n")) << kind;
  EXPECT_THAT(page, HasSubstr("| `conv` | whole number, 1 to 65536 |  | Channels that come out. |\n"
                              "| `kernel` | whole number, 1 to 64 | `3` | Side, in pixels. |\n"));
  EXPECT_THAT(page, HasSubstr("| `residual` | layers |  | The branch. |"));
  EXPECT_THAT(page, HasSubstr("| `classes` | whole number or `\"data\"`, 2 to 65536 |"));
  EXPECT_THAT(page, HasSubstr("| `orthogonal` |"));
}

}  // namespace
}  // namespace ganymede::config
