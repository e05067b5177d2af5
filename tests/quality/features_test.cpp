// Features of whole sets: stretches, files, the cache, and generators' images as sets.
#include "ganymede/quality/features.h"

#include <cmath>
#include <cstdlib>
#include <fstream>

#include "ganymede/checkpoint/safetensors.h"
#include "ganymede/models/generate.h"
#include "ganymede/models/images.h"
#include "ganymede/models/initialise.h"
#include "ganymede/quality/generated_images.h"
#include "ganymede/quality/images.h"
#include "quality/fixtures.h"
#include "support/recipes.h"
#include "support/support.h"

namespace ganymede::quality {
namespace {

using namespace test;
using testing::HasSubstr;

/// Counts how often it is asked.
class CountingExtractor : public FeatureExtractor {
 public:
  const ExtractorInfo& info() const override { return info_; }
  Extracted extract(const Tensor& images, bool) const override {
    ++calls;
    const Tensor flat = images.to(at::kFloat).flatten(1);
    return {at::stack({flat.mean(1), flat.std(1)}, 1), flat.slice(1, 0, 3)};
  }
  mutable int calls = 0;

 private:
  ExtractorInfo info_{"counting", "0123", false};
};

/// The cache in a folder of its own, for as long as it lives.
class OwnCache {
 public:
  OwnCache() { ::setenv("XDG_CACHE_HOME", folder_.path().c_str(), 1); }
  ~OwnCache() { ::unsetenv("XDG_CACHE_HOME"); }
  std::filesystem::path only_file() const {
    for (const auto& entry : std::filesystem::directory_iterator(folder_ / "ganymede")) return entry.path();
    return {};
  }

 private:
  TemporaryFolder folder_;
};

TEST(CollectedFeatures, AreThoseOfTheWholeSet) {
  const auto images = noise_images(300, 6, 3, 1);  // more than one stretch
  const CountingExtractor extractor;
  std::size_t heard = 0;
  const auto found =
      collect_features(*images, extractor, {.keep = true, .logits = true}, [&](std::size_t done) { heard = done; });
  EXPECT_EQ(heard, 300u);
  const auto whole = extractor.extract(read_images(*images, 0, 300), true);
  EXPECT_TRUE(at::allclose(found.features, whole.features, 1e-5, 1e-6));
  EXPECT_TRUE(at::equal(found.logits, whole.logits));
  EXPECT_EQ(found.moments.count(), 300);
  EXPECT_TRUE(at::allclose(found.moments.mean(), whole.features.to(at::kDouble).mean(0), 1e-6, 1e-6));
  const auto lean = collect_features(*images, extractor, {.keep = false});
  EXPECT_FALSE(lean.features.defined());
  EXPECT_FALSE(lean.logits.defined());
  EXPECT_TRUE(at::equal(lean.moments.covariance(), found.moments.covariance()));
  EXPECT_THAT(error_of([&] { collect_features(*noise_images(0, 6, 3, 1), extractor, {}); }),
              HasSubstr("there are no images"));
}

TEST(CachedFeatures, AreComputedOnceForTheSameImagesAndNetwork) {
  const OwnCache cache;
  const auto images = noise_images(50, 6, 3, 1);
  const CountingExtractor extractor;
  const auto first = cached_features(*images, extractor, {});
  const auto again = cached_features(*images, extractor, {});
  EXPECT_EQ(extractor.calls, 1);
  EXPECT_TRUE(at::equal(first.features, again.features));
  EXPECT_TRUE(at::allclose(first.moments.covariance(), again.moments.covariance(), 1e-12, 0));
  cached_features(*noise_images(50, 6, 3, 2), extractor, {});
  EXPECT_EQ(extractor.calls, 2) << "other images";
  cached_features(*images, extractor, {.logits = true});
  EXPECT_EQ(extractor.calls, 3) << "logits too";
}

TEST(CachedFeatures, ThatAreDamagedAreMadeAnew) {
  const OwnCache cache;
  const auto images = noise_images(50, 6, 3, 1);
  const CountingExtractor extractor;
  const auto first = cached_features(*images, extractor, {});
  const auto path = cache.only_file();
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(-3, std::ios::end).put('\x11');
  file.close();
  EXPECT_TRUE(at::equal(cached_features(*images, extractor, {}).features, first.features));
  EXPECT_EQ(extractor.calls, 2);
  std::filesystem::resize_file(path, 40);
  EXPECT_TRUE(at::equal(cached_features(*images, extractor, {}).features, first.features));
  EXPECT_EQ(extractor.calls, 3);
  cached_features(*images, extractor, {});
  EXPECT_EQ(extractor.calls, 3) << "the file was fixed";
}

TEST(FeatureFiles, GoOutAndComeBack) {
  const TemporaryFolder folder;
  const Extracted values{at::rand({5, 3}), at::rand({5, 2})};
  write_features(folder / "f.safetensors", values, {"net.pt", "00ff", false});
  const auto file = read_features(folder / "f.safetensors");
  EXPECT_TRUE(at::equal(file.values.features, values.features));
  EXPECT_TRUE(at::equal(file.values.logits, values.logits));
  EXPECT_EQ(file.extractor.name, "net.pt");
  EXPECT_EQ(file.extractor.checksum, "00ff");
}

TEST(FeatureFiles, OfOtherContentAreRefused) {
  const TemporaryFolder folder;
  const auto failure = [&](const std::vector<checkpoint::NamedTensor>& tensors) {
    checkpoint::write_safetensors(folder / "f.safetensors", tensors);
    return error_of([&] { read_features(folder / "f.safetensors"); });
  };
  Tensor broken = at::rand({4, 3});
  broken[1][2] = std::nan("");
  EXPECT_THAT(failure({{"weights", at::rand({4, 3})}}), HasSubstr("no tensor 'features'"));
  EXPECT_THAT(failure({{"features", at::rand({4})}}), HasSubstr("'features' is not a matrix"));
  EXPECT_THAT(failure({{"features", at::zeros({0, 3})}}), HasSubstr("'features' is not a matrix"));
  EXPECT_THAT(failure({{"features", at::zeros({4, 3}, at::kLong)}}), HasSubstr("'features' is not a matrix"));
  EXPECT_THAT(failure({{"features", broken}}), HasSubstr("a feature is not a finite number"));
  EXPECT_THAT(failure({{"features", at::rand({4, 3})}, {"logits", at::rand({5, 3})}}),
              HasSubstr("4 rows of 'features' but 5 of 'logits'"));
  EXPECT_THAT(error_of([&] { read_features(folder / "none.safetensors"); }), HasSubstr("no such file"));
}

TEST(GeneratedImages, AreThoseOfSample) {
  const auto config = network_of("{ dense = 48 }, { reshape = [3, 4, 4] }, \"tanh\"",
                                 {"generator.init=normal", "generator.init_std=0.5"});
  models::Network network(config, nn::Shape{8});
  models::initialise(network, config, 1, "generator");
  config::LatentConfig latent;
  latent.size = 8;
  const auto set = generate_images(network, latent, {.count = 300, .seed = 5});
  EXPECT_EQ(set->size(), 300u);
  const Tensor z = models::sample_numbered_latents(latent, 300, 5);
  const auto images = models::to_images(models::generate(network, z));
  std::vector<std::uint8_t> pixels(48);
  for (const std::size_t i : {0u, 255u, 256u, 299u}) {
    set->read(i, pixels);
    EXPECT_EQ(pixels, images[i].pixels) << i;
  }
  EXPECT_NE(set->info().checksum, generate_images(network, latent, {.count = 300, .seed = 6})->info().checksum);
  EXPECT_THAT(error_of([&] { generate_images(network, latent, {.count = std::int64_t{1} << 40}); }),
              HasSubstr("more than memory should hold"));
  network.parameters()[0].tensor.fill_(std::nan(""));
  EXPECT_THAT(error_of([&] { generate_images(network, latent, {.count = 2}); }), HasSubstr("not finite"));
}

}  // namespace
}  // namespace ganymede::quality
