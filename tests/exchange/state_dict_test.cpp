#include "ganymede/exchange/state_dict.h"

#include <gtest/gtest.h>

#include "support/recipes.h"

namespace ganymede::exchange {
namespace {

std::vector<std::string> names_of(const std::string& layers, const nn::Shape& input) {
  std::vector<std::string> names;
  for (const auto& named : state_dict(models::Network(test::network_of(layers), input))) names.push_back(named.name);
  return names;
}

TEST(StateDict, NamesAreThoseOfASequential) {
  EXPECT_EQ(
      names_of("{ dense = 12 }, { reshape = [3, 2, 2] }, \"batch_norm\", \"relu\", { conv_transpose = 3, kernel = "
               "4, stride = 2, padding = 1, bias = false }",
               {8}),
      (std::vector<std::string>{"0.weight", "0.bias", "2.weight", "2.bias", "2.running_mean", "2.running_var",
                                "2.num_batches_tracked", "4.weight"}));
}

TEST(StateDict, SpectralNormHasPyTorchsNames) {
  EXPECT_EQ(names_of("{ conv = 4, spectral_norm = true }", {3, 6, 6}),
            (std::vector<std::string>{"0.weight_orig", "0.bias", "0.weight_u", "0.weight_v"}));
}

TEST(StateDict, LayersInsideOthersAreNumberedThere) {
  EXPECT_EQ(names_of("\"relu\", { residual = [\"relu\", { conv = 3, padding = 1, bias = false }] }", {3, 6, 6}),
            (std::vector<std::string>{"1.branch.1.weight"}));
}

}  // namespace
}  // namespace ganymede::exchange
