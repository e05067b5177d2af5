// The judge: which figures which sides can have, what they are called, and what is refused.
#include "ganymede/quality/judge.h"

#include <cmath>

#include "ganymede/core/generators.h"
#include "ganymede/quality/availability.h"
#include "ganymede/quality/feature_size.h"
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

/// Of the same numbers whatever ran before.
Side stored(std::int64_t n, std::int64_t d, const std::string& checksum = "", std::uint64_t seed = 1) {
  return {"file", nullptr, FeatureFile{{at::rand({n, d}, cpu_generator(seed)), {}}, {"net", checksum, false}}};
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
  EXPECT_GE(*figures.frechet, 0);
  EXPECT_LT(std::abs(figures.kid->mean), 1e-2);
  EXPECT_TRUE(std::isnan(figures.kid->deviation)) << "1,000 of 1,000 are one subset";
  EXPECT_NEAR(figures.is->mean, 1, 0.01);
  EXPECT_FALSE(figures.swd || figures.prdc || figures.modes || figures.class_accuracy);
}

TEST(Judging, GivesClassAccuracyOfTheSameClassesOnly) {
  const auto set = shapes_set(100, {"circle", "star"});  // two classes, two logits
  Judge guesses({"a", set}, plain_extractor(), asked({Metric::kFid}));
  EXPECT_FALSE(guesses.judge({"b", set}).class_accuracy) << "as many logits by chance";
  EXPECT_LT(guesses.accuracy_on_real().value(), convincing_share(2));
  EXPECT_THAT(guesses.warnings({"b", set}), testing::Contains(HasSubstr("nobody knows what size")));

  const TemporaryFolder folder;
  torch::jit::Module module("m");
  module.define(kPlainFeatures);
  module.save((folder / "named.pt").string(),
              {{"metadata.json", R"({"classes": ["circle", "star"], "accuracy": 0.9})"}});
  const std::shared_ptr<const FeatureExtractor> named = torchscript_extractor(folder / "named.pt");
  Judge judge({"a", set}, named, asked({Metric::kFid}));
  EXPECT_GT(judge.judge({"b", set}).class_accuracy.value(), 0.2);
  EXPECT_THAT(judge.warnings({"b", set}), testing::Contains(HasSubstr("where its file says 90.0 %")));
  for (const auto& others : {shapes_set(100, {"star", "circle"}), shapes_set(100, {"circle", "star", "ring"})}) {
    EXPECT_FALSE(Judge({"a", others}, named, asked({Metric::kFid})).judge({"b", others}).class_accuracy);
  }
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

TEST(Judging, SaysWhatEachMetricLacks) {
  const auto set = noise_images(20, 16, 3, 1);
  const auto needs = [&](const Side& real, const Side& fake, const FeatureExtractor* extractor, Metric metric) {
    for (const auto& skipped : available_metrics(real, fake, extractor, asked({})).skipped) {
      if (skipped.metric == metric) return skipped.needs;
    }
    return std::string();
  };
  const auto extractor = plain_extractor();
  EXPECT_THAT(needs({"a", set}, {"b", set}, nullptr, Metric::kFid), HasSubstr("--features FILE"));
  EXPECT_EQ(needs({"a", set}, {"b", set}, extractor.get(), Metric::kFid), "");
  EXPECT_THAT(needs(stored(5, 64), stored(90, 64), nullptr, Metric::kFid), HasSubstr("64 images or more on each side"));
  EXPECT_THAT(needs({"a", set}, {"b", set}, extractor.get(), Metric::kKid), HasSubstr("1000 images"));
  EXPECT_THAT(needs(stored(50, 4), stored(50, 4), nullptr, Metric::kIs), HasSubstr("logits"));
  EXPECT_THAT(needs(stored(50, 4), stored(5, 4), nullptr, Metric::kPrdc), HasSubstr("6 images or more"));
  EXPECT_EQ(needs({"a", set}, {"b", set}, nullptr, Metric::kSwd), "");
  const auto one = noise_images(1, 16, 3, 2), large = noise_images(20, 32, 3, 2);
  EXPECT_THAT(needs({"a", set}, {"b", one}, nullptr, Metric::kSwd), HasSubstr("there are 1"));
  EXPECT_THAT(needs({"a", set}, {"b", large}, nullptr, Metric::kSwd), HasSubstr("--size"));
  EXPECT_THAT(needs({"a", set}, {"b", set}, nullptr, Metric::kModes), HasSubstr("shapes"));
  EXPECT_THAT(error_of([&] { Judge({"a", set}, nullptr, asked({Metric::kSwd})).judge({"b", one}); }),
              HasSubstr("1 image is too few for SWD"));
}

TEST(Judging, HasErrorBarsWhereAskedFor) {
  auto options = asked({Metric::kFid, Metric::kPrdc});
  options.bootstrap = 40;
  options.fd_infinity = true;
  const auto figures = Judge(stored(200, 4), nullptr, options).judge(stored(200, 4, "", 2));
  EXPECT_EQ(figures.intervals.size(), 5u);
  EXPECT_LE(figures.intervals.at("frechet").low, figures.intervals.at("frechet").high);
  EXPECT_LE(figures.intervals.at("precision").high, 1);
  EXPECT_TRUE(figures.frechet_at_infinity.has_value());
}

TEST(Judging, OfStoredFeaturesNeedsNoNetwork) {
  Judge judge(stored(60, 4), nullptr, asked({Metric::kFid, Metric::kPrdc}));
  const auto figures = judge.judge(stored(60, 4, "", 2));
  EXPECT_GT(*figures.frechet, 0);
  EXPECT_GT(figures.prdc->precision, 0.5);
  EXPECT_EQ(judge.features_info(stored(60, 4)).name, "net");
}

}  // namespace
}  // namespace ganymede::quality
