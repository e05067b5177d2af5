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

TEST(Grouped, PutsCommas) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(1000), "1,000");
  EXPECT_EQ(grouped(3143616), "3,143,616");
  EXPECT_EQ(grouped(-999), "-999");
  EXPECT_EQ(grouped(-1234567), "-1,234,567");
}

}  // namespace
}  // namespace ganymede::models
