// TorchScript files and classifiers as extractors: what they give, and every reason why they cannot.
#include <fstream>

#include "ganymede/core/hash.h"
#include "ganymede/models/initialise.h"
#include "ganymede/quality/feature_size.h"
#include "quality/fixtures.h"
#include "support/recipes.h"
#include "support/support.h"

namespace ganymede::quality {
namespace {

using namespace test;
using testing::HasSubstr;

Tensor four_images(std::int64_t channels = 3) {
  return at::arange(4 * channels * 64, at::kByte).view({4, channels, 8, 8});
}

TEST(TorchScript, GivesFeaturesAndLogitsUnderItsNameAndChecksum) {
  const TemporaryFolder folder;
  const auto path = write_script(folder / "plain.pt", kPlainFeatures);
  const auto extractor = torchscript_extractor(path);
  EXPECT_EQ(extractor->info().name, "plain.pt");
  EXPECT_EQ(extractor->info().checksum, file_digest(path));
  EXPECT_FALSE(extractor->info().inception);
  const auto out = extractor->extract(four_images(), true);
  EXPECT_EQ(out.features.sizes(), (std::vector<std::int64_t>{4, 6}));
  EXPECT_EQ(out.features.scalar_type(), at::kFloat);
  EXPECT_TRUE(at::equal(out.logits, out.features.slice(1, 0, 2)));
  EXPECT_NEAR(out.features[0][0].item<double>(), 31.5 / 255, 1e-6);
}

TEST(TorchScript, TakesGreyImagesAsRgb) {
  const TemporaryFolder folder;
  const auto extractor = torchscript_extractor(write_script(folder / "plain.pt", kPlainFeatures));
  const auto out = extractor->extract(four_images(1), false);
  EXPECT_EQ(out.features.size(1), 6);
  EXPECT_TRUE(at::equal(out.features.select(1, 0), out.features.select(1, 2)));
}

TEST(TorchScript, IsCalledAsNvidiasMetricsCallTheirs) {
  const TemporaryFolder folder;
  const auto extractor = torchscript_extractor(write_script(folder / "likenvidia.pt", R"(
def forward(self, img, return_features: bool = False, use_fp16: bool = False, no_output_bias: bool = False):
    f = img.float().flatten(2).mean(2)
    if return_features:
        return f
    p = torch.softmax(f, 1)
    return p if no_output_bias else p * 0
)"));
  const auto out = extractor->extract(four_images(), true);
  EXPECT_TRUE(at::allclose(out.logits.softmax(1), out.features.softmax(1), 1e-4, 1e-6));
  EXPECT_FALSE(extractor->extract(four_images(), false).logits.defined());
}

TEST(TorchScript, RefusesFilesThatAreNone) {
  const TemporaryFolder folder;
  EXPECT_THAT(error_of([&] { torchscript_extractor(folder / "none.pt"); }), HasSubstr("no such file"));
  std::ofstream(folder / "text.pt") << "features";
  EXPECT_THAT(error_of([&] { torchscript_extractor(folder / "text.pt"); }), HasSubstr("not a TorchScript file"));
  std::ofstream(folder / "pointer.pt") << "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n";
  EXPECT_THAT(error_of([&] { torchscript_extractor(folder / "pointer.pt"); }), HasSubstr("this is a Git LFS pointer"));
  std::ofstream(folder / "empty.pt").flush();
  EXPECT_THAT(error_of([&] { torchscript_extractor(folder / "empty.pt"); }), HasSubstr("not a TorchScript file"));
  const auto whole = write_script(folder / "whole.pt", kPlainFeatures);
  for (const double share : {0.3, 0.9}) {
    std::filesystem::copy_file(whole, folder / "cut.pt", std::filesystem::copy_options::overwrite_existing);
    std::filesystem::resize_file(
        folder / "cut.pt", static_cast<std::uintmax_t>(share * static_cast<double>(std::filesystem::file_size(whole))));
    EXPECT_THAT(error_of([&] { torchscript_extractor(folder / "cut.pt"); }), HasSubstr("not a TorchScript file"));
  }
}

TEST(TorchScript, RefusesWhatIsNoFeatures) {
  const TemporaryFolder folder;
  const auto failure = [&](const std::string& source) {
    const auto extractor = torchscript_extractor(write_script(folder / "odd.pt", source));
    return error_of([&] { extractor->extract(four_images(), true); });
  };
  EXPECT_THAT(failure("def forward(self, x):\n    return x.float()\n"),
              HasSubstr("shape [4, 3, 8, 8] where features [N, D] belong"));
  EXPECT_THAT(failure("def forward(self, x):\n    return x.float().flatten(1).sum(0, keepdim=True)\n"),
              HasSubstr("shape [1, 192]"));
  EXPECT_THAT(failure("def forward(self, x):\n    return x.flatten(1)\n"), HasSubstr("where features [N, D] belong"));
  EXPECT_THAT(failure("def forward(self, x):\n    return 3\n"), HasSubstr("where a tensor belongs"));
  EXPECT_THAT(failure("def forward(self, x):\n    return (x, x, x)\n"), HasSubstr("3 values where two belong"));
  EXPECT_THAT(failure("def forward(self, x):\n    return x.float().view(4, 100)\n"),
              HasSubstr("the network takes no images of 8x8x3"));
}

TEST(Classifier, GivesItsLastLayersInputAndOutput) {
  const auto config =
      network_of("{ conv = 4, kernel = 3, padding = 1 }, \"relu\", \"flatten\", { dense = 5 }, { dense = 3 }",
                 {"generator.init=normal"});
  auto network = std::make_shared<models::Network>(config, nn::Shape{3, 8, 8});
  models::initialise(*network, config, 1, "classifier");
  const auto extractor = network_extractor(network, {"built in", "abc", false, {"a", "b", "c"}});
  const auto out = extractor->extract(four_images(), true);
  EXPECT_EQ(out.features.sizes(), (std::vector<std::int64_t>{4, 5}));
  EXPECT_EQ(out.logits.sizes(), (std::vector<std::int64_t>{4, 3}));
  nn::ForwardContext context;
  const Tensor pixels = four_images().to(at::kFloat).sub(127.5).div(127.5).contiguous(at::MemoryFormat::ChannelsLast);
  EXPECT_TRUE(at::equal(out.logits, network->forward(pixels, context).detach()));
  EXPECT_THAT(error_of([&] { extractor->extract(four_images(1), true); }),
              HasSubstr("images of 1x8x8 where the classifier knows 3x8x8"));
}

TEST(Classifier, OfRectanglesBringsImagesToThem) {
  const auto config = network_of("{ conv = 2, padding = 1 }, \"flatten\", { dense = 3 }", {"generator.init=normal"});
  auto network = std::make_shared<models::Network>(config, nn::Shape{3, 4, 6});
  models::initialise(*network, config, 1, "classifier");
  const auto extractor = network_extractor(network, {"built in", "abc", false, {}});
  EXPECT_TRUE(extractor->info().resizes) << "there is no one side to resize to";
  const Tensor own = resized_to(four_images(), {4, 6});
  EXPECT_EQ(own.sizes(), (std::vector<std::int64_t>{4, 3, 4, 6}));
  EXPECT_TRUE(at::equal(extractor->extract(four_images(), true).logits, extractor->extract(own, true).logits));
}

}  // namespace
}  // namespace ganymede::quality
