// The evaluator: which metrics which sets can have, what they are called, and what is refused.
#include "ganymede/quality/evaluator.h"

#include <fmt/ranges.h>

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

EvaluatorOptions asked(const std::vector<Metric>& metrics, bool force = false) {
  return {.metrics = metrics, .force = force, .progress = false};
}

std::shared_ptr<const FeatureExtractor> plain_extractor() {
  static const TemporaryFolder folder;
  static const std::shared_ptr<const FeatureExtractor> made =
      torchscript_extractor(write_script(folder / "plain.pt", kPlainFeatures));
  return made;
}

/// Of the same numbers whatever ran before.
ImageSet stored(std::int64_t n, std::int64_t d, const std::string& checksum = "", std::uint64_t seed = 1) {
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

TEST(Evaluating, OfASetAgainstItselfIsPerfect) {
  const auto set = noise_images(1000, 16, 3, 1);
  Evaluator evaluator({"a", set}, plain_extractor(), asked({Metric::kFid, Metric::kKid, Metric::kIs}));
  const auto metrics = evaluator.evaluate({"b", set});
  EXPECT_LT(std::abs(*metrics.frechet), 1e-3);
  EXPECT_GE(*metrics.frechet, 0);
  EXPECT_LT(std::abs(metrics.kid->mean), 1e-2);
  EXPECT_TRUE(std::isnan(metrics.kid->deviation)) << "1,000 of 1,000 are one subset";
  EXPECT_NEAR(metrics.is->mean, 1, 0.01);
  EXPECT_FALSE(metrics.swd || metrics.prdc || metrics.modes || metrics.class_accuracy);
}

TEST(Evaluating, GivesClassAccuracyOfTheSameClassesOnly) {
  const auto set = shapes_set(100, {"circle", "star"});  // two classes, two logits
  Evaluator guesses({"a", set}, plain_extractor(), asked({Metric::kFid}));
  EXPECT_FALSE(guesses.evaluate({"b", set}).class_accuracy) << "as many logits by chance";
  EXPECT_LT(guesses.accuracy_on_real().value(), convincing_share(2));
  EXPECT_THAT(guesses.warnings({"b", set}), testing::Contains(HasSubstr("nobody knows what size")));

  const TemporaryFolder folder;
  torch::jit::Module module("m");
  module.define(kPlainFeatures);
  module.save((folder / "named.pt").string(),
              {{"metadata.json", R"({"classes": ["circle", "star"], "accuracy": 0.9})"}});
  const std::shared_ptr<const FeatureExtractor> named = torchscript_extractor(folder / "named.pt");
  Evaluator evaluator({"a", set}, named, asked({Metric::kFid}));
  EXPECT_GT(evaluator.evaluate({"b", set}).class_accuracy.value(), 0.2);
  EXPECT_THAT(evaluator.warnings({"b", set}), testing::Contains(HasSubstr("where its file says 90.0 %")));
  for (const auto& others : {shapes_set(100, {"star", "circle"}), shapes_set(100, {"circle", "star", "ring"})}) {
    EXPECT_FALSE(Evaluator({"a", others}, named, asked({Metric::kFid})).evaluate({"b", others}).class_accuracy);
  }
}

TEST(Evaluating, RefusesTooFewImagesUnlessForced) {
  const auto few = noise_images(5, 16, 3, 1);
  EXPECT_THAT(error_of([&] { Evaluator({"a", few}, plain_extractor(), asked({Metric::kFid})).evaluate({"b", few}); }),
              HasSubstr("a: 5 images are too few for features of width 6"));
  EXPECT_THAT(error_of([&] { Evaluator({"a", few}, plain_extractor(), asked({Metric::kKid})).evaluate({"b", few}); }),
              HasSubstr("5 images are too few for KID's subsets of 1000"));
  const auto metrics =
      Evaluator({"a", few}, plain_extractor(), asked({Metric::kFid, Metric::kKid}, true)).evaluate({"b", few});
  EXPECT_TRUE(metrics.frechet && metrics.kid);
}

TEST(Evaluating, RefusesWhatASetCannotHave) {
  const auto set = noise_images(20, 16, 3, 1);
  EXPECT_THAT(error_of([&] { Evaluator({"a", set}, nullptr, asked({Metric::kFid})); }),
              HasSubstr("'fid' needs features"));
  EXPECT_THAT(error_of([&] { Evaluator(stored(20, 4), nullptr, asked({Metric::kSwd})); }),
              HasSubstr("'swd' needs images"));
  EXPECT_THAT(error_of([&] { Evaluator(stored(20, 4), nullptr, asked({Metric::kIs})).evaluate(stored(20, 4)); }),
              HasSubstr("'is' needs logits"));
  EXPECT_THAT(error_of([&] { Evaluator(stored(20, 4), nullptr, asked({Metric::kFid})).evaluate(stored(20, 5)); }),
              HasSubstr("width 4 in one set and 5"));
  EXPECT_THAT(
      error_of([&] { Evaluator(stored(20, 4, "ab"), nullptr, asked({Metric::kFid})).evaluate(stored(20, 4, "cd")); }),
      HasSubstr("made by another network"));
}

TEST(Evaluating, SaysWhatEachMetricLacks) {
  const auto set = noise_images(20, 16, 3, 1);
  const auto needs = [&](const ImageSet& real, const ImageSet& fake, const FeatureExtractor* extractor, Metric metric) {
    for (const auto& skipped : available_metrics(real, fake, extractor, asked({})).skipped) {
      if (skipped.metric == metric) return skipped.needs;
    }
    return std::string();
  };
  const auto extractor = plain_extractor();
  EXPECT_THAT(needs({"a", set}, {"b", set}, nullptr, Metric::kFid), HasSubstr("--features FILE"));
  EXPECT_EQ(needs({"a", set}, {"b", set}, extractor.get(), Metric::kFid), "");
  EXPECT_THAT(needs(stored(5, 64), stored(90, 64), nullptr, Metric::kFid), HasSubstr("64 images or more in each set"));
  EXPECT_THAT(needs({"a", set}, {"b", set}, extractor.get(), Metric::kKid), HasSubstr("1,000 images"));
  EXPECT_THAT(needs(stored(50, 4), stored(50, 4), nullptr, Metric::kIs), HasSubstr("logits"));
  EXPECT_THAT(needs(stored(50, 4), stored(5, 4), nullptr, Metric::kPrdc), HasSubstr("6 images or more"));
  EXPECT_EQ(needs({"a", set}, {"b", set}, nullptr, Metric::kSwd), "");
  const auto one = noise_images(1, 16, 3, 2), large = noise_images(20, 32, 3, 2);
  EXPECT_THAT(needs({"a", set}, {"b", one}, nullptr, Metric::kSwd), HasSubstr("there is 1"));
  EXPECT_THAT(needs({"a", set}, {"b", large}, nullptr, Metric::kSwd), HasSubstr("--size"));
  EXPECT_THAT(needs({"a", set}, {"b", set}, nullptr, Metric::kModes), HasSubstr("shapes"));
  EXPECT_THAT(error_of([&] { Evaluator({"a", set}, nullptr, asked({Metric::kSwd})).evaluate({"b", one}); }),
              HasSubstr("1 image is too few for SWD"));
}

/// Counts the images it looks at.
class Counting : public FeatureExtractor {
 public:
  const ExtractorInfo& info() const override { return plain_extractor()->info(); }
  Extracted extract(const Tensor& images, bool logits) const override {
    seen += images.size(0);
    return plain_extractor()->extract(images, logits);
  }
  mutable std::int64_t seen = 0;
};

TEST(Evaluating, RefusesTooFewImagesBeforeItReadsThem) {
  const auto counting = std::make_shared<Counting>();
  const auto many = noise_images(300, 16, 3, 1), few = noise_images(3, 16, 3, 2);
  EXPECT_THAT(error_of([&] { Evaluator({"a", many}, counting, asked({Metric::kFid})).evaluate({"b", few}); }),
              HasSubstr("3 images are too few for features of width"));
  EXPECT_EQ(counting->seen, 1);
}

TEST(Evaluating, SpeaksOfErrorBarsWhereThereAreSome) {
  const auto set = shapes_set(20);
  const auto warned = [&](const Metric& metric, int bootstrap) {
    auto options = asked({metric}, true);
    options.bootstrap = bootstrap;
    return fmt::format("{}", fmt::join(Evaluator({"a", set}, plain_extractor(), options).warnings({"b", set}), "; "));
  };
  EXPECT_THAT(warned(Metric::kFid, 0), HasSubstr("20 images are rough: --bootstrap 200"));
  EXPECT_THAT(warned(Metric::kSwd, 0), testing::Not(HasSubstr("--bootstrap")));
  EXPECT_THAT(warned(Metric::kSwd, 50), HasSubstr("--bootstrap did nothing"));
  EXPECT_THAT(warned(Metric::kFid, 50), testing::Not(HasSubstr("--bootstrap")));
}

TEST(Evaluating, HasErrorBarsWhereAskedFor) {
  auto options = asked({Metric::kFid, Metric::kPrdc});
  options.bootstrap = 40;
  options.fd_infinity = true;
  const auto metrics = Evaluator(stored(200, 4), nullptr, options).evaluate(stored(200, 4, "", 2));
  EXPECT_EQ(metrics.intervals.size(), 5u);
  EXPECT_LE(metrics.intervals.at("frechet").low, metrics.intervals.at("frechet").high);
  EXPECT_LE(metrics.intervals.at("precision").high, 1);
  EXPECT_TRUE(metrics.frechet_at_infinity.has_value());
}

TEST(Evaluating, OfStoredFeaturesNeedsNoNetwork) {
  Evaluator evaluator(stored(60, 4), nullptr, asked({Metric::kFid, Metric::kPrdc}));
  const auto metrics = evaluator.evaluate(stored(60, 4, "", 2));
  EXPECT_GT(*metrics.frechet, 0);
  EXPECT_GT(metrics.prdc->precision, 0.5);
  EXPECT_EQ(evaluator.features_info(stored(60, 4)).name, "net");
}

}  // namespace
}  // namespace ganymede::quality
