// The operations against the plain mathematics of the points they generate.
#include <atomic>
#include <map>
#include <mutex>
#include <thread>

#include "ganymede/core/files.h"
#include "ganymede/image/encode.h"
#include "ganymede/operations/arithmetic.h"
#include "ganymede/operations/descriptions.h"
#include "ganymede/operations/generate.h"
#include "ganymede/operations/interpolate.h"
#include "ganymede/operations/schema.h"
#include "ganymede/operations/translate.h"
#include "operations/small_model.h"
#include "support/support.h"

namespace ganymede::operations {
namespace {

using test::error_of;
using testing::HasSubstr;

std::vector<float> z_of(const Model& model, const Point& point) {
  GenerateRequest request;
  request.points = {point};
  return generate(model, request).images.at(0).latent;
}

void expect_near(const std::vector<float>& a, const std::vector<float>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i], b[i], 1e-5) << i;
}

TEST(Generate, APointIsTheImageOfItsSeed) {
  const auto model = small_model({"cat", "dog", "owl"});
  GenerateRequest first;
  first.count = 5;
  first.seed = 7;
  const auto five = generate(*model, first);
  EXPECT_EQ(five.seed, 7u);
  GenerateRequest named;
  named.points = {{.seed = 7, .index = 4}, {.seed = 7, .index = 1}};
  const auto two = generate(*model, named);
  EXPECT_FALSE(two.seed);
  EXPECT_EQ(two.images[0].image.pixels, five.images[4].image.pixels);
  EXPECT_EQ(two.images[0].label, "dog") << "its class among the first of the seed";
  EXPECT_EQ(two.images[1].image.pixels, five.images[1].image.pixels);
  EXPECT_EQ(two.images[1].latent, five.images[1].latent);
}

TEST(Generate, APointCarriesItsClassTruncationAndNetwork) {
  const auto model = small_model({"cat", "dog"});
  GenerateRequest request;
  request.points = {{.index = 0},
                    {.index = 0, .label = "dog"},
                    {.index = 0, .truncation = 0.1},
                    {.index = 0, .weights = Weights::kUntrained}};
  request.label = "cat";
  const auto images = generate(*model, request).images;
  EXPECT_EQ(images[0].label, "cat");
  EXPECT_EQ(images[1].label, "dog");
  for (std::size_t i = 1; i < 4; ++i) EXPECT_NE(images[i].image.pixels, images[0].image.pixels) << i;
  for (const float value : images[2].latent) EXPECT_LE(std::abs(value), 0.1f);
  GenerateRequest before;
  before.count = 1;
  before.weights = Weights::kUntrained;
  before.label = "cat";
  EXPECT_EQ(generate(*model, before).images[0].image.pixels, images[3].image.pixels);
}

TEST(Generate, RefusesWhatCannotBeMeant) {
  const auto model = small_model();
  const auto refused = [&](auto&& change) {
    GenerateRequest request;
    change(request);
    return error_of([&] { generate(*model, request); });
  };
  EXPECT_THAT(refused([](auto& r) { r.label = "cat"; }), HasSubstr("class: the model has no classes"));
  EXPECT_THAT(refused([](auto& r) { r.z = {{1, 2}}; }), HasSubstr("z: every vector must have 8 numbers"));
  EXPECT_THAT(refused([](auto& r) { r.z = {std::vector<float>(8)}, r.seed = 1; }), HasSubstr("seed: excludes 'z'"));
  EXPECT_THAT(refused([](auto& r) { r.points = {Point{}}, r.count = 2; }),
              HasSubstr("count: must be the number of points"));
  EXPECT_THAT(refused([](auto& r) { r.points = {Point{.z = {1}}}; }), HasSubstr("points[0].z"));
}

TEST(Generate, TellsItsProgressAndStopsWhenCancelled) {
  const auto model = small_model();
  GenerateRequest request;
  request.count = 200;
  std::vector<std::uint64_t> heard;
  const CancelToken cancel;
  const Control control{.cancel = cancel, .progress = [&](std::uint64_t done, std::uint64_t total) {
                          EXPECT_EQ(total, 200u);
                          heard.push_back(done);
                          if (done >= 100) cancel.cancel();
                        }};
  EXPECT_THROW(generate(*model, request, control), Cancelled);
  EXPECT_EQ(heard, (std::vector<std::uint64_t>{64, 128}));
}

TEST(Generate, EachImageByItselfIsTheSame) {
  const auto model = small_model({"cat", "dog", "owl"});
  GenerateRequest request;
  request.count = 75;
  request.seed = 3;
  const auto all = generate(*model, request);
  for (const bool named : {false, true}) {
    if (named) {
      for (std::uint64_t i = 0; i < 75; ++i) request.points.push_back({.seed = 3, .index = i});
      request.seed.reset();
    }
    std::mutex mutex;
    std::map<std::int64_t, GeneratedImage> found;
    std::uint64_t told = 0;
    const auto done =
        generate_each(*model, request,
                      [&](GeneratedImage&& one) {
                        const std::lock_guard lock(mutex);
                        EXPECT_TRUE(found.emplace(one.index, std::move(one)).second);
                      },
                      {.progress = [&](std::uint64_t count, std::uint64_t) { told = std::max(told, count); }});
    EXPECT_EQ(done.seed, named ? std::nullopt : std::optional<std::uint64_t>(3));
    EXPECT_EQ(done.generated, 75);
    EXPECT_EQ(told, 75u);
    ASSERT_EQ(found.size(), 75u);
    for (const auto& one : all.images) {
      EXPECT_EQ(found.at(one.index).image.pixels, one.image.pixels) << one.index;
      EXPECT_EQ(found.at(one.index).label, one.label);
      EXPECT_EQ(found.at(one.index).latent, one.latent);
    }
  }
}

TEST(Generate, EachImageByItselfEndsEarly) {
  const auto model = small_model();
  GenerateRequest request;
  request.count = 2000;
  std::atomic<int> taken{0};
  Control control;
  const auto take = [&](GeneratedImage&&) {
    if (++taken == 20) control.cancel.cancel();
  };
  EXPECT_THROW(generate_each(*model, request, take, control), Cancelled);
  EXPECT_LT(taken, 500);
  const auto fail = [](GeneratedImage&&) { throw Error("no room"); };
  EXPECT_THAT(error_of([&] { generate_each(*model, request, fail); }), HasSubstr("no room"));
  request.best = 3;
  EXPECT_THROW(generate_each(*model, request, [](GeneratedImage&&) {}), FieldError);
}

TEST(Generate, TwoAtOnceFromTwoThreadsOneCancelled) {
  const auto model = small_model();
  GenerateRequest request;
  request.count = 300;
  const auto alone = generate(*model, request).images;
  CancelToken cancel;
  bool cancelled = false;
  std::vector<GeneratedImage> kept;
  std::thread first([&] {
    try {
      generate(*model, request, {.cancel = cancel, .progress = [&](std::uint64_t, std::uint64_t) { cancel.cancel(); }});
    } catch (const Cancelled&) {
      cancelled = true;
    }
  });
  std::thread second([&] { kept = generate(*model, request).images; });
  first.join();
  second.join();
  EXPECT_TRUE(cancelled);
  ASSERT_EQ(kept.size(), alone.size());
  for (std::size_t i = 0; i < kept.size(); ++i) EXPECT_EQ(kept[i].image.pixels, alone[i].image.pixels) << i;
}

TEST(Interpolate, GoesFromClassToClassWhereItsPointsDo) {
  const auto model = small_model({"cat", "dog"});
  InterpolateRequest request;
  request.points = {{.index = 0, .label = "cat"}, {.index = 0, .label = "dog"}};
  request.frames = 5;
  const auto images = interpolate(*model, request).images;
  EXPECT_EQ(images.front().label, "cat");
  EXPECT_EQ(images.back().label, "dog");
  request.points = {{.index = 0}, {.index = 0}};
  request.label = "cat";
  request.to_label = "dog";
  const auto asked = interpolate(*model, request).images;
  for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ(images[i].image.pixels, asked[i].image.pixels) << i;
}

TEST(Blend, ACornerIsItsPointAndTheMiddleKeepsTheLength) {
  const auto model = small_model();
  BlendRequest request;
  request.points = first_points(4);
  request.x = 1;
  request.y = 0;
  EXPECT_EQ(blend(*model, request).images[0].latent, z_of(*model, {.index = 1}));
  request.x = request.y = 0.5;
  const auto middle = blend(*model, request).images[0].latent;
  std::vector<float> mean(middle.size());
  for (const auto& point : request.points) {
    const auto z = z_of(*model, point);
    for (std::size_t i = 0; i < z.size(); ++i) mean[i] += z[i] / 2;  // shares of 1/4, whose length is 1/2
  }
  expect_near(middle, mean);
  request.weights_of_points = {{1, 0, 0, 0}};
  EXPECT_THAT(error_of([&] { blend(*model, request); }), HasSubstr("weights"));
  request.x = request.y = {};
  EXPECT_EQ(blend(*model, request).images[0].latent, z_of(*model, {.index = 0}));
}

TEST(Direction, AddsTheDifferenceOfTheMeansBackAndForth) {
  const auto model = small_model();
  DirectionRequest request;
  request.with = {{.index = 0}, {.index = 1}};
  request.without = {{.index = 2}};
  request.apply = {{.index = 5}, {.index = 6}};
  request.strength = 2;
  request.frames = 3;
  const auto result = direction(*model, request);
  ASSERT_EQ(result.images.size(), 6u);
  const auto a = z_of(*model, {.index = 0}), b = z_of(*model, {.index = 1}), c = z_of(*model, {.index = 2}),
             start = z_of(*model, {.index = 5});
  std::vector<float> along, last;
  for (std::size_t i = 0; i < a.size(); ++i) {
    along.push_back((a[i] + b[i]) / 2 - c[i]);
    last.push_back(start[i] + 2 * along.back());
  }
  expect_near(result.direction, along);
  expect_near(result.images[1].latent, start);
  expect_near(result.images[2].latent, last);
}

TEST(Generate, AddsDirectionsByTheirStrengths) {
  const auto model = small_model();
  const auto start = z_of(*model, {.index = 5}), one = z_of(*model, {.index = 0}), two = z_of(*model, {.index = 2});
  std::vector<float> both, halves;
  for (std::size_t i = 0; i < start.size(); ++i) {
    both.push_back(start[i] + one[i] + two[i]);
    halves.push_back(start[i] + 0.5f * one[i] - 2 * two[i]);
  }
  GenerateRequest request;
  request.points = {{.index = 5}};
  request.directions = {one, two};
  expect_near(generate(*model, request).images[0].latent, both);
  request.strengths = {0.5, -2};
  expect_near(generate(*model, request).images[0].latent, halves);
  request.strengths = {0, 0};
  EXPECT_EQ(generate(*model, request).images[0].latent, start);
  request.strengths = {1};
  EXPECT_THAT(error_of([&] { generate(*model, request); }), HasSubstr("one number for each of 'directions'"));
  request.strengths = {};
  request.directions = {{1, 2}};
  EXPECT_THAT(error_of([&] { generate(*model, request); }), HasSubstr("directions"));
}

TEST(Arithmetic, PutsTheResultBetweenItsPerturbations) {
  const auto model = small_model();
  ArithmeticRequest request;
  request.a = {{.index = 0}};
  request.b = {{.index = 1}};
  request.c = {{.index = 2}};
  request.radius = 0.1;
  const auto result = arithmetic(*model, request);
  ASSERT_EQ(result.images.size(), 9u);
  const auto &a = result.mean_a.latent, &b = result.mean_b.latent, &c = result.mean_c.latent;
  EXPECT_EQ(a, z_of(*model, {.index = 0}));
  for (std::size_t i = 0; i < a.size(); ++i) {
    EXPECT_NEAR(result.images[4].latent[i], a[i] - b[i] + c[i], 1e-5);
    EXPECT_NEAR(result.images[0].latent[i], result.images[4].latent[i], 0.1 + 1e-6);
  }
  request.b.clear();
  EXPECT_THAT(error_of([&] { arithmetic(*model, request); }), HasSubstr("b: is missing; name one point or more"));
}

/// The request with a field set to the default that help and reference pages name.
template <class Request>
Request with_default(const Request& request, const std::string& name) {
  Request out = request;
  for (const auto& field : fields_of(out)) {
    if (field.name == name) assign_text(field, default_text(field));
  }
  return out;
}

TEST(Defaults, AreThoseThatAreNamed) {
  const auto model = small_model();
  const auto expect_same = [](const std::vector<GeneratedImage>& a, const std::vector<GeneratedImage>& b) {
    ASSERT_EQ(a.size(), b.size());
    for (std::size_t i = 0; i < a.size(); ++i) EXPECT_EQ(a[i].latent, b[i].latent) << i;
  };
  expect_same(generate(*model, {}).images, generate(*model, with_default(GenerateRequest{}, "count")).images);
  expect_same(interpolate(*model, {}).images, interpolate(*model, with_default(InterpolateRequest{}, "points")).images);
  DirectionRequest along;
  along.with = {{.index = 1}};
  along.without = {{.index = 2}};
  expect_same(direction(*model, along).images, direction(*model, with_default(along, "apply")).images);
}

TEST(Arithmetic, APlanClassifiesToo) {
  const test::TemporaryFolder cache;
  ::setenv("XDG_CACHE_HOME", cache.path().c_str(), 1);
  const auto recipe = test::recipe_of("{ dense = 768 }, { reshape = [3, 16, 16] }, \"tanh\"",
                                      "\"flatten\", { dense = 1 }", {"data.count=40"});
  const auto model = std::make_shared<const Model>(checkpoint::Model{recipe, models::build_gan(recipe), {}, 0, {}, {}});
  ArithmeticRequest request;
  request.a = request.b = request.c = {{.index = 1}};
  request.classify = true;
  const auto planned = plan(model, request);
  const auto result = planned.finish(run_generator(*model, planned.input));
  ASSERT_TRUE(result.named);
  EXPECT_EQ(result.named->names.size(), 9u);
  EXPECT_EQ(result.named->names, arithmetic(*model, request).named->names);
}

ModelPtr translating_model() {
  const Bytes text = read_file("tests/support/tiny_translation.toml");
  const auto recipe = config::parse_recipe({text.begin(), text.end()}, "tiny_translation", "tiny_translation.toml");
  return std::make_shared<const Model>(checkpoint::Model{recipe, models::build_gan(recipe), {}, 0, {}, {}});
}

image::Image grey_image(int width, int height) {
  image::Image out(width, height, 1);
  for (std::size_t i = 0; i < out.pixels.size(); ++i) out.pixels[i] = static_cast<std::uint8_t>(i % 251);
  return out;
}

TEST(Translate, ImagesOfAnySizeAndFoldersOfThem) {
  const auto model = translating_model();
  const test::TemporaryFolder folder;
  write_file(folder / "b.png", image::encode_png(grey_image(375, 750)));
  write_file(folder / "in" / "a.png", image::encode_png(grey_image(16, 16)));
  write_file(folder / "notes.txt", "no image");
  TranslateRequest request;
  request.images = {(folder / "b.png").string(), folder.path().string()};
  const auto files = image_files_of(request);
  ASSERT_EQ(files.size(), 3u);
  EXPECT_EQ(files[1].name, "b.png");
  EXPECT_EQ(files[2].name, std::filesystem::path("in") / "a.png");
  std::vector<TranslatedImage> made;
  translate(*model, files, {}, [&](const ImageFile&, TranslatedImage one) { made.push_back(std::move(one)); });
  ASSERT_EQ(made.size(), 3u);
  EXPECT_EQ(made[0].given.width, 16) << "the encoder's";
  EXPECT_EQ(made[0].given.channels, 3);
  EXPECT_EQ(made[0].image.channels, 1);
  const auto again = translate(*model, std::vector{grey_image(375, 750)});
  EXPECT_EQ(again.at(0).given.pixels, made[1].given.pixels) << "in memory or in a file";
  EXPECT_EQ(again.at(0).image.pixels, made[1].image.pixels);
  request.images = {(folder / "none.png").string()};
  EXPECT_THAT(error_of([&] { image_files_of(request); }), HasSubstr("no such image"));
}

}  // namespace
}  // namespace ganymede::operations
