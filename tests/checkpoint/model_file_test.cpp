#include "ganymede/checkpoint/model_file.h"

#include <gtest/gtest.h>

#include "support/recipes.h"
#include "support/support.h"

namespace ganymede::checkpoint {
namespace {

using Metadata = std::map<std::string, std::string>;

/// A model file whose metadata were changed.
std::filesystem::path written(const std::function<void(Metadata&)>& change) {
  const auto recipe =
      test::recipe_of("{ dense = 12 }, { reshape = [3, 2, 2] }, \"tanh\"", "\"flatten\", { dense = 1 }");
  const auto gan = models::build_gan(recipe);
  std::vector<NamedTensor> tensors;
  append_tensors(tensors, "generator", gan.generator);
  append_tensors(tensors, "discriminator", gan.discriminator);
  auto said = metadata(recipe, 7);
  change(said);
  const auto path = std::filesystem::path(::testing::TempDir()) / "model_file_test.safetensors";
  write_safetensors(path, tensors, said);
  return path;
}

TEST(ModelFile, HasTheFormatThatLoadersOfTheHubAskFor) {
  const auto path = written([](Metadata&) {});
  EXPECT_EQ(read_safetensors(path).metadata.at("format"), "pt");
  EXPECT_EQ(load_model(path).step, 7U);
}

TEST(ModelFile, EarlierOnesAreRead) {
  const auto path = written([](Metadata& said) {
    said.erase("producer");
    said["format"] = "ganymede";
  });
  EXPECT_EQ(load_model(path).step, 7U);
}

TEST(ModelFile, AnotherProgramsTensorsAreNoModel) {
  const auto path = written([](Metadata& said) { said.erase("producer"); });
  try {
    load_model(path);
    FAIL() << "expected an Error";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("no Ganymede recipe"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace ganymede::checkpoint
