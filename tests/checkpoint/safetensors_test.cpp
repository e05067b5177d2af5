#include "ganymede/checkpoint/safetensors.h"

#include <fmt/format.h>

#include "ganymede/checkpoint/safetensors_header.h"
#include "ganymede/core/files.h"
#include "support/support.h"

namespace ganymede::checkpoint {
namespace {

using test::error_of;
using test::TemporaryFolder;
using testing::HasSubstr;

/// Values 0, 1, 2, ... (0 and 1 in turn for booleans) in the given type.
at::Tensor counting(at::IntArrayRef shape, at::ScalarType type) {
  const at::Tensor values = at::arange(at::empty(shape).numel()).reshape(shape);
  return (type == at::kBool ? values.remainder(2) : values).to(type);
}

TEST(Safetensors, RoundTripsEveryType) {
  TemporaryFolder folder;
  std::vector<NamedTensor> tensors;
  for (const auto type : {at::kBool, at::kByte, at::kChar, at::kShort, at::kInt, at::kLong, at::kBFloat16, at::kHalf,
                          at::kFloat, at::kDouble}) {
    tensors.push_back({fmt::format("layer.{}", c10::toString(type)), counting({3, 5}, type)});
  }
  write_safetensors(folder / "a.safetensors", tensors, {{"recipe", "[data]\nname = \"ä\"\n"}, {"format", "1"}});
  const SafetensorsFile file = read_safetensors(folder / "a.safetensors");
  ASSERT_EQ(file.tensors.size(), tensors.size());
  for (size_t i = 0; i < tensors.size(); ++i) {
    EXPECT_EQ(file.tensors[i].name, tensors[i].name);
    EXPECT_EQ(file.tensors[i].tensor.scalar_type(), tensors[i].tensor.scalar_type());
    EXPECT_TRUE(at::equal(file.tensors[i].tensor, tensors[i].tensor)) << tensors[i].name;
  }
  EXPECT_EQ(file.metadata.at("recipe"), "[data]\nname = \"ä\"\n");
  EXPECT_EQ(file.find("layer.Float"), &file.tensors[8].tensor);
  EXPECT_EQ(file.find("layer"), nullptr);
}

TEST(Safetensors, GivesOldTensorsTheirPresentNames) {
  TemporaryFolder folder;
  const std::vector<NamedTensor> tensors{{"discriminator.realness.dense_1.weight", at::ones({2})},
                                         {"optimizer.discriminator.realness.dense_1.weight.first", at::ones({3})},
                                         {"generator.realness.x", at::ones({4})}};
  write_safetensors(folder / "a.safetensors", tensors);
  const SafetensorsFile file = read_safetensors(folder / "a.safetensors");
  EXPECT_EQ(file.tensors[0].name, "discriminator.adversarial.dense_1.weight");
  EXPECT_EQ(file.tensors[1].name, "optimizer.discriminator.adversarial.dense_1.weight.first");
  EXPECT_EQ(file.tensors[2].name, "generator.realness.x") << "another network's part";
}

TEST(Safetensors, KeepsShapesWithoutElementsAndScalars) {
  TemporaryFolder folder;
  const std::vector<NamedTensor> tensors{
      {"scalar", at::scalar_tensor(2.5)}, {"none", at::empty({0, 7})}, {"flag", at::ones({1}, at::kBool)}};
  write_safetensors(folder / "a.safetensors", tensors);
  const SafetensorsFile file = read_safetensors(folder / "a.safetensors");
  EXPECT_EQ(file.tensors[0].tensor.dim(), 0);
  EXPECT_EQ(file.tensors[0].tensor.item<float>(), 2.5f);
  EXPECT_EQ(file.tensors[1].tensor.sizes(), (at::IntArrayRef{0, 7}));
  EXPECT_TRUE(file.tensors[2].tensor.item<bool>());
}

TEST(Safetensors, WritesLogicalOrderWhateverTheStrides) {
  TemporaryFolder folder;
  const at::Tensor plain = counting({2, 3, 4, 5}, at::kFloat);
  const at::Tensor last = plain.contiguous(at::MemoryFormat::ChannelsLast);
  const at::Tensor wide = at::stack({plain, plain}, 4).requires_grad_();
  write_safetensors(folder / "plain", std::vector<NamedTensor>{{"w", plain}});
  write_safetensors(folder / "last", std::vector<NamedTensor>{{"w", last}});
  write_safetensors(folder / "strided", std::vector<NamedTensor>{{"w", wide.select(4, 1)}});
  EXPECT_EQ(read_file(folder / "plain"), read_file(folder / "last"));
  EXPECT_EQ(read_file(folder / "plain"), read_file(folder / "strided"));
  EXPECT_TRUE(at::equal(read_safetensors(folder / "last").tensors[0].tensor, plain));
}

TEST(Safetensors, RewritesByteForByteAndAlignsEveryTensor) {
  TemporaryFolder folder;
  const std::vector<NamedTensor> tensors{{"b", at::ones({3}, at::kByte)},
                                         {"f", at::rand({5})},
                                         {"h", at::rand({3}).to(at::kHalf)},
                                         {"d", at::rand({2}, at::kDouble)}};
  write_safetensors(folder / "a", tensors, {{"z", "1"}, {"a", "2"}});
  const SafetensorsFile file = read_safetensors(folder / "a");
  write_safetensors(folder / "b", file.tensors, file.metadata);
  EXPECT_EQ(read_file(folder / "a"), read_file(folder / "b"));

  const Bytes bytes = read_file(folder / "a");
  const size_t length = bytes[0] + 256u * bytes[1];
  EXPECT_EQ(length % 8, 0u);
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()) + 8, length);
  for (const TensorEntry& entry : parse_header(text, bytes.size() - 8 - length, "a").entries) {
    EXPECT_EQ(entry.begin % element_bytes(entry.dtype), 0u) << entry.name;
  }
}

TEST(Safetensors, RefusesWhatCannotBeSavedAndLeavesTheOldFile) {
  TemporaryFolder folder;
  const auto path = folder / "a";
  write_safetensors(path, std::vector<NamedTensor>{{"w", at::ones({2})}});
  const Bytes before = read_file(path);
  const auto write = [&](std::vector<NamedTensor> tensors, std::map<std::string, std::string> metadata = {}) {
    return error_of([&] { write_safetensors(path, tensors, metadata); });
  };
  EXPECT_THAT(write({{"w", at::Tensor()}}), HasSubstr("tensor 'w'"));
  EXPECT_THAT(write({{"w", at::ones({1}, at::kComplexFloat)}}), HasSubstr("ComplexFloat"));
  EXPECT_THAT(write({{"w", at::ones({2, 2}).to_sparse()}}), HasSubstr("dense"));
  EXPECT_THAT(write({{"w", at::ones({1})}, {"w", at::ones({1})}}), HasSubstr("used twice"));
  EXPECT_THAT(write({{"__metadata__", at::ones({1})}}), HasSubstr("used twice"));
  EXPECT_THAT(write({{"w", at::ones({1})}}, {{"note", "\xff"}}), HasSubstr("UTF-8"));
  EXPECT_EQ(read_file(path), before);
}

}  // namespace
}  // namespace ganymede::checkpoint
