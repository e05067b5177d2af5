#include "ganymede/core/error.h"

#include "support/support.h"

namespace ganymede {
namespace {

TEST(Error, IsOneLineOfWhereWhatAndHowToFix) {
  EXPECT_STREQ(Error("it broke", "in a file", "glue it").what(), "in a file: it broke; glue it");
  EXPECT_STREQ(Error("it broke", "in a file").what(), "in a file: it broke");
  EXPECT_STREQ(Error("it broke", "", "glue it").what(), "it broke; glue it");
  EXPECT_STREQ(Error("it broke").what(), "it broke");
  const Error error("it broke", "in a file", "glue it");
  EXPECT_EQ(error.what_happened(), "it broke");
  EXPECT_EQ(error.where(), "in a file");
  EXPECT_EQ(error.hint(), "glue it");
}

TEST(Error, UsageErrorsAreErrors) {
  EXPECT_THROW(throw UsageError("wrong"), Error);
}

TEST(Suggest, NamesTheNearest) {
  const std::vector<std::string> known{"batch", "steps", "epochs", "ema"};
  EXPECT_EQ(suggest("btach", known), "did you mean 'batch'?");
  EXPECT_EQ(suggest("step", known), "did you mean 'steps'?");
  EXPECT_EQ(suggest("epochen", {"epochs", "steps"}), "did you mean 'epochs'?");
  EXPECT_EQ(suggest("em", known), "did you mean 'ema'?");
}

TEST(Suggest, ListsTheKnownWhereNoneIsNear) {
  EXPECT_EQ(suggest("qqqqqqqqqqqq", {"batch", "steps"}), "known are batch, steps");
  EXPECT_EQ(suggest("frobnicate", {"train", "translate"}), "known are train, translate");
  EXPECT_EQ(suggest("xy", {"lr", "steps"}), "known are lr, steps");
  EXPECT_EQ(suggest("x", {}), "nothing is known here");
}

}  // namespace
}  // namespace ganymede
