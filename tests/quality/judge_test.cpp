// The judge: which figures which sides can have, what they are called, and what is refused.
#include "ganymede/quality/judge.h"

#include "quality/fixtures.h"
#include "support/support.h"

namespace ganymede::quality {
namespace {

using namespace test;
using testing::HasSubstr;

JudgeOptions asked(const std::vector<Metric>& metrics, bool force = false) {
  return {.metrics = metrics, .force = force, .progress = false};
}

std::shared_ptr<const FeatureExtractor> plain_extractor() {
  static const TemporaryFolder folder;
  static const std::shared_ptr<const FeatureExtractor> made =
      torchscript_extractor(write_script(folder / "plain.pt", kPlainFeatures));
  return made;
}

Side stored(std::int64_t n, std::int64_t d, const std::string& checksum = "") {
  return {"file", nullptr, FeatureFile{{at::rand({n, d}), {}}, {"net", checksum, false}}};
}

TEST(Metrics, AreNamed) {
  for (const std::string name : {"fid", "kid", "is", "prdc", "swd", "modes"})
    EXPECT_EQ(name_of(metric_named(name)), name);
  EXPECT_EQ(metric_named("prdc"), Metric::kPrdc);
  EXPECT_THAT(error_of([] { metric_named("fidd"); }), HasSubstr("did you mean 'fid'?"));
  EXPECT_EQ(frechet_name(true, 50'000), "fid");
  EXPECT_EQ(frechet_name(true, 10'000), "fid10k");
  EXPECT_EQ(frechet_name(false, 2'000), "fd");
}

TEST(Judging, OfASetAgainstItselfIsPerfect) {
  const auto set = noise_images(1000, 16, 3, 1);
  Judge judge({"a", set}, plain_extractor(), asked({Metric::kFid, Metric::kKid, Metric::kIs}));
  const auto figures = judge.judge({"b", set});
  EXPECT_LT(std::abs(*figures.frechet), 1e-3);
  EXPECT_LE(std::abs(figures.kid->mean), figures.kid->deviation + 1e-3);
  EXPECT_NEAR(figures.is->mean, 1, 0.01);
  EXPECT_FALSE(figures.swd || figures.prdc || figures.modes || figures.class_accuracy);
}

TEST(Judging, GivesClassAccuracyWhereLogitsFitTheLabels) {
  const auto set = shapes_set(100, {"circle", "star"});  // two classes, two logits
  Judge judge({"a", set}, plain_extractor(), asked({Metric::kFid}));
  const auto figures = judge.judge({"b", set});
  ASSERT_TRUE(figures.class_accuracy);
  EXPECT_GT(*figures.class_accuracy, 0.2);
  const auto three = shapes_set(100, {"circle", "star", "ring"});
  EXPECT_FALSE(Judge({"a", three}, plain_extractor(), asked({Metric::kFid})).judge({"b", three}).class_accuracy);
}

TEST(Judging, RefusesTooFewImagesUnlessForced) {
  const auto few = noise_images(5, 16, 3, 1);
  EXPECT_THAT(error_of([&] { Judge({"a", few}, plain_extractor(), asked({Metric::kFid})).judge({"b", few}); }),
              HasSubstr("5 images are too few for features of width 6, a"));
  EXPECT_THAT(error_of([&] { Judge({"a", few}, plain_extractor(), asked({Metric::kKid})).judge({"b", few}); }),
              HasSubstr("5 images are too few for KID's subsets of 1000"));
  const auto figures =
      Judge({"a", few}, plain_extractor(), asked({Metric::kFid, Metric::kKid}, true)).judge({"b", few});
  EXPECT_TRUE(figures.frechet && figures.kid);
}

TEST(Judging, RefusesWhatASideCannotHave) {
  const auto set = noise_images(20, 16, 3, 1);
  EXPECT_THAT(error_of([&] { Judge({"a", set}, nullptr, asked({Metric::kFid})); }), HasSubstr("'fid' needs features"));
  EXPECT_THAT(error_of([&] { Judge(stored(20, 4), nullptr, asked({Metric::kSwd})); }), HasSubstr("'swd' needs images"));
  EXPECT_THAT(error_of([&] { Judge(stored(20, 4), nullptr, asked({Metric::kIs})).judge(stored(20, 4)); }),
              HasSubstr("'is' needs logits"));
  EXPECT_THAT(error_of([&] { Judge(stored(20, 4), nullptr, asked({Metric::kFid})).judge(stored(20, 5)); }),
              HasSubstr("width 4 on one side and 5"));
  EXPECT_THAT(error_of([&] { Judge(stored(20, 4, "ab"), nullptr, asked({Metric::kFid})).judge(stored(20, 4, "cd")); }),
              HasSubstr("made by another network"));
}

TEST(Judging, OfStoredFeaturesNeedsNoNetwork) {
  Judge judge(stored(60, 4), nullptr, asked({Metric::kFid, Metric::kPrdc}));
  const auto figures = judge.judge(stored(60, 4));
  EXPECT_GT(*figures.frechet, 0);
  EXPECT_GT(figures.prdc->precision, 0.5);
  EXPECT_EQ(judge.features_info(stored(60, 4)).name, "net");
}

}  // namespace
}  // namespace ganymede::quality
