#include "nn/made_layer.h"

namespace ganymede::nn {
namespace {

using test::distance;
using test::MadeLayer;
using test::same;
using test::shape_error_of;
using ::testing::HasSubstr;

/// The paper's equations, pixel by pixel: 1 x 1 convolutions are products with matrices.
Tensor formula(const MadeLayer& made, const Tensor& x) {
  const auto map = [&](const char* name, const Tensor& from) { return at::conv2d(from, made.tensor(name)); };
  const Tensor query = map("query.weight", x).flatten(2), key = at::max_pool2d(map("key.weight", x), 2).flatten(2),
               value = at::max_pool2d(map("value.weight", x), 2).flatten(2);
  const Tensor attention = at::einsum("ncq,nck->nqk", {query, key}).softmax(2);
  const Tensor mixed = at::einsum("nqk,nck->ncq", {attention, value}).reshape({x.size(0), -1, x.size(2), x.size(3)});
  return x + made.tensor("gamma") * map("output.weight", mixed);
}

TEST(SelfAttentionLayer, IsThePapers) {
  const MadeLayer attention("\"self_attention\"", {16, 6, 4});
  const Tensor x = attention.batch(3), y = attention(x);
  EXPECT_EQ(y.sizes().vec(), attention.foretold(3));
  EXPECT_TRUE(y.is_contiguous(at::MemoryFormat::ChannelsLast));
  EXPECT_LT(distance(y, formula(attention, x)), 1e-5);
  const Tensor small = attention(x.to(at::kBFloat16));
  EXPECT_EQ(small.scalar_type(), at::kBFloat16);
  EXPECT_LT(distance(small, y), 0.02 * y.abs().max().item<double>()) << "a few roundings of 2^-9 each";
  EXPECT_EQ(attention.tensor("query.weight").sizes().vec(), (std::vector<std::int64_t>{2, 16, 1, 1}));
  EXPECT_EQ(attention.tensor("value.weight").sizes().vec(), (std::vector<std::int64_t>{8, 16, 1, 1}));
  EXPECT_EQ(attention.spec->multiply_adds({16, 6, 4}), 24 * (16 * 12 + 8 * 16) + 24 * 6 * 10);
}

TEST(SelfAttentionLayer, StartsAsTheIdentity) {
  const MadeLayer attention("\"self_attention\"", {16, 6, 4});
  for (const auto& p : attention.layer->parameters()) {
    EXPECT_EQ(p.role, p.name == "gamma" ? Role::kShift : Role::kWeight) << "shifts start at 0";
  }
  attention.tensor("gamma").zero_();
  const Tensor x = attention.batch(3);
  EXPECT_TRUE(same(attention(x), x));
}

TEST(SelfAttentionLayer, NormalisesEachOfItsWeights) {
  const MadeLayer plain("\"self_attention\"", {16, 6, 4}),
      normalised("{ self_attention = true, spectral_norm = true }", {16, 6, 4});
  EXPECT_EQ(normalised.layer->buffers().size(), 8u);
  const Tensor x = plain.batch(2);
  for (int i = 0; i < 200; ++i) normalised(x, true);
  for (const char* name : {"query.weight", "key.weight", "value.weight", "output.weight"}) {
    const Tensor matrix = plain.tensor(name).flatten(1);
    plain.tensor(name).div_(at::linalg_svdvals(matrix).max());
  }
  EXPECT_LT(distance(normalised(x), plain(x)), 1e-3);
}

TEST(SelfAttentionLayer, RefusesWhatDoesNotFit) {
  EXPECT_THAT(shape_error_of("\"self_attention\"", {16}), HasSubstr("needs an image"));
  EXPECT_THAT(shape_error_of("\"self_attention\"", {4, 6, 4}), HasSubstr("at least 8 channels"));
  EXPECT_THAT(shape_error_of("\"self_attention\"", {16, 5, 4}), HasSubstr("even height and width"));
  EXPECT_THAT(shape_error_of("\"self_attention\"", {8, 1024, 1024}), HasSubstr("too many pixels"));
}

}  // namespace
}  // namespace ganymede::nn
