// label_embedding, conditional_batch_norm, projection: values for each image's class, and labels they cannot take.
#include "nn/made_layer.h"

namespace ganymede::nn {
namespace {

using test::distance;
using test::error_of;
using test::MadeLayer;
using test::same;
using test::shape_error_of;
using ::testing::HasSubstr;

Tensor some_labels() {
  return torch::tensor({2, 0, 1, 2, 2, 0}, at::kLong);
}

TEST(LabelEmbeddingLayer, PutsTheClasssVectorBehind) {
  const MadeLayer embedding("{ label_embedding = 5, classes = 3 }", {8});
  const Tensor x = embedding.batch(6), y = embedding.labelled(x, some_labels());
  EXPECT_EQ(y.sizes().vec(), embedding.foretold(6));
  EXPECT_TRUE(same(y.narrow(1, 0, 8), x));
  for (std::int64_t i = 0; i < 6; ++i) {
    EXPECT_TRUE(same(y[i].narrow(0, 8, 5), embedding.tensor("weight")[some_labels()[i].item<std::int64_t>()]));
  }
  EXPECT_EQ(embedding.labelled(x.to(at::kBFloat16), some_labels()).scalar_type(), at::kBFloat16);
  EXPECT_EQ(embedding.layer->parameters().at(0).role, Role::kEmbedding);
}

TEST(ConditionalLayers, WeightsOfClassesLieBetweenThem) {
  const Tensor one_hot = at::one_hot(some_labels(), 3).to(at::kFloat);
  for (const char* text : {"{ label_embedding = 5, classes = 3 }", "{ conditional_batch_norm = true, classes = 3 }",
                           "{ projection = true, classes = 3 }"}) {
    const MadeLayer layer(text, {4});
    const Tensor x = layer.batch(6), first = layer.labelled(x, at::zeros({6}, at::kLong)),
                 last = layer.labelled(x, at::full({6}, 2, at::kLong));
    EXPECT_LT(distance(layer.labelled(x, one_hot), layer.labelled(x, some_labels())), 1e-6) << text;
    EXPECT_LT(
        distance(layer.labelled(x, torch::tensor({0.75f, 0.0f, 0.25f}).expand({6, 3})), 0.75 * first + 0.25 * last),
        1e-5)
        << text;
    EXPECT_THAT(error_of([&] { layer.labelled(x, at::ones({6, 2})); }),
                HasSubstr("needs one class for each of 6 samples"))
        << text;
  }
}

TEST(ConditionalBatchNormLayer, ScalesAndShiftsEachSample) {
  for (const Shape& shape : {Shape{4}, Shape{4, 3, 5}}) {
    const MadeLayer norm("{ conditional_batch_norm = true, classes = 3, epsilon = 1e-3, torch_momentum = 0.3 }", shape);
    const MadeLayer plain("{ batch_norm = true, epsilon = 1e-3, torch_momentum = 0.3 }", shape);
    plain.tensor("weight").fill_(1);
    plain.tensor("bias").zero_();
    const Tensor x = norm.batch(6) * 3 + 1;
    for (const bool training : {true, false}) {
      const Tensor y = norm.labelled(x, some_labels(), training), hat = plain(x, training);
      EXPECT_EQ(y.sizes().vec(), norm.foretold(6));
      for (std::int64_t i = 0; i < 6; ++i) {
        const auto label = some_labels()[i].item<std::int64_t>();
        const auto row = [&](const char* name) {
          const Tensor values = norm.tensor(name)[label];
          return shape.is_image() ? values.view({4, 1, 1}) : values;
        };
        EXPECT_LT(distance(y[i], hat[i] * row("weight") + row("bias")), 1e-5);
      }
    }
    EXPECT_LT(distance(norm.tensor("running_mean"), plain.tensor("running_mean")), 1e-6);
    EXPECT_LT(distance(norm.tensor("running_var"), plain.tensor("running_var")), 1e-6);
    const Tensor small = norm.labelled(x.to(at::kBFloat16), some_labels());
    EXPECT_EQ(small.scalar_type(), at::kBFloat16);
    EXPECT_LT(distance(small, norm.labelled(x, some_labels())), 0.03);
  }
  EXPECT_THAT(
      shape_error_of("{ conditional_batch_norm = true, classes = 3, torch_momentum = 0.1, keras_momentum = 0.9 }", {4}),
      HasSubstr("keep one"));
}

TEST(ProjectionLayer, AddsTheClasssDirection) {
  const MadeLayer projection("{ projection = true, classes = 3 }", {8});
  const Tensor h = projection.batch(6), y = projection.labelled(h, some_labels());
  EXPECT_EQ(y.sizes().vec(), projection.foretold(6));
  const Tensor expected = at::linear(h, projection.tensor("weight"), projection.tensor("bias")) +
                          (projection.tensor("classes.weight").index_select(0, some_labels()) * h).sum(1, true);
  EXPECT_LT(distance(y, expected), 1e-6);
  EXPECT_LT(distance(projection.labelled(h.to(at::kBFloat16), some_labels()), y), 0.05);
  EXPECT_EQ(projection.spec->multiply_adds({8}), 16);
  const MadeLayer bare("{ projection = true, classes = 3, bias = false, spectral_norm = true }", {8});
  EXPECT_EQ(bare.layer->parameters().size(), 2u);
  EXPECT_EQ(bare.layer->buffers().size(), 4u) << "both matrices are normalised";
  for (int i = 0; i < 200; ++i) bare.labelled(h, some_labels(), true);
  const auto normalised = [&](const char* name) {
    return bare.tensor(name) / at::linalg_svdvals(bare.tensor(name)).max();
  };
  EXPECT_LT(distance(bare.labelled(h, some_labels()),
                     at::linear(h, normalised("weight")) +
                         (normalised("classes.weight").index_select(0, some_labels()) * h).sum(1, true)),
            1e-3);
  EXPECT_THAT(shape_error_of("{ projection = true, classes = 3 }", {8, 2, 2}), HasSubstr("put a flatten before it"));
}

TEST(ConditionalLayers, RefuseLabelsTheyCannotTake) {
  for (const char* text : {"{ label_embedding = 5, classes = 3 }", "{ conditional_batch_norm = true, classes = 3 }",
                           "{ projection = true, classes = 3 }"}) {
    SCOPED_TRACE(text);
    const MadeLayer made(text, {8});
    EXPECT_EQ(made.layer->classes(), 3);
    const Tensor x = made.batch(2);
    const auto error = [&](const Tensor& labels) { return error_of([&] { made.labelled(x, labels); }); };
    EXPECT_THAT(error({}), HasSubstr("needs the samples' classes but got none"));
    EXPECT_THAT(error(torch::tensor({0, 3}, at::kLong)), HasSubstr("knows the classes 0 to 2 but got 3"));
    EXPECT_THAT(error(torch::tensor({-1, 2}, at::kLong)), HasSubstr("knows the classes 0 to 2 but got -1"));
    EXPECT_THAT(error(torch::tensor({1}, at::kLong)), HasSubstr("one class for each of 2 samples but got 1 value"));
    EXPECT_THAT(error(torch::tensor({1, 2}, at::kInt)), HasSubstr("one class for each"));
  }
  for (const char* kind : {"label_embedding = 5", "conditional_batch_norm = true", "projection = true"}) {
    EXPECT_THAT(shape_error_of(fmt::format("{{ {} }}", kind), {8}), HasSubstr("write classes = 10"));
  }
  EXPECT_THAT(shape_error_of("{ label_embedding = 65536, classes = 65536 }", {8}), HasSubstr("too many numbers"));
  EXPECT_THAT(shape_error_of("{ conditional_batch_norm = true, classes = 65536 }", {8192}),
              HasSubstr("too many classes"));
  EXPECT_THAT(shape_error_of("{ projection = true, classes = 65536 }", {8192}), HasSubstr("too large"));
  EXPECT_EQ(MadeLayer("{ dense = 3 }", {8}).layer->classes(), 0);
}

}  // namespace
}  // namespace ganymede::nn
