#include "ganymede/models/summary.h"

#include "support/recipes.h"
#include "support/support.h"

namespace ganymede::models {
namespace {

TEST(Summary, CountsAsKerasDoes) {
  const Network network(test::network_of("{ dense = 20, bias = false }, \"batch_norm\", { reshape = [5, 2, 2] }, "
                                         "{ conv = 3, kernel = 2, spectral_norm = true }"),
                        {7});
  const Summary s = summarise(network);
  ASSERT_EQ(s.layers.size(), 4u);
  EXPECT_EQ(s.layers[0].params, 140);
  EXPECT_EQ(s.layers[1].params, 80) << "4 a channel";
  EXPECT_EQ(s.layers[3].params, 5 * 4 * 3 + 3) << "power iteration is not counted";
  EXPECT_EQ(s.layers[2].output, (std::vector<std::int64_t>{2, 2, 5}));
  EXPECT_EQ(s.layers[3].name, "conv_1");
  EXPECT_EQ(s.layers[3].kind, "conv");
  EXPECT_EQ(s.total, 140 + 80 + 63);
  EXPECT_EQ(s.non_trainable, 40);
  EXPECT_EQ(s.trainable, s.total - 40);
  EXPECT_EQ(s.multiply_adds, 140 + 60);
  const std::string text = to_text(s, "Generator");
  for (const char* part :
       {"Generator\n", "conv_1 (conv)", "(None, 2, 2, 5)", "Total params: 283\n", "Non-trainable params: 40\n"}) {
    EXPECT_THAT(text, ::testing::HasSubstr(part));
  }
}

TEST(Summary, ListsABlocksLayersBeforeTheBlock) {
  const Network network(
      test::network_of("{ reshape = [3, 4, 4] }, { residual = [\"batch_norm\", { conv = 5, padding = 1 }], "
                       "shortcut = [{ conv = 5, kernel = 1, bias = false }] }"),
      {48});
  const Summary s = summarise(network);
  std::vector<std::string> names;
  for (const auto& row : s.layers) names.push_back(row.name);
  EXPECT_EQ(names, (std::vector<std::string>{"reshape_1", "residual_1.branch.batch_norm_1", "residual_1.branch.conv_1",
                                             "residual_1.shortcut.conv_1", "residual_1"}));
  EXPECT_EQ(s.layers.back().params, 0) << "its layers' are in their own rows, so that the rows add up";
  EXPECT_EQ(s.layers.back().output, (std::vector<std::int64_t>{4, 4, 5}));
  EXPECT_EQ(s.total, 12 + 140 + 15);
  EXPECT_EQ(s.non_trainable, 6);
  EXPECT_EQ(s.multiply_adds, 16 * 5 * 27 + 16 * 15);
  const std::string text = to_text(s, "Generator");
  EXPECT_THAT(text, ::testing::HasSubstr("residual_1.branch.batch_norm_1 (batch_norm)  (None, 4, 4, 3)"));
}

}  // namespace
}  // namespace ganymede::models
