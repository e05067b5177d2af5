// The C++ interface, as a program of someone else uses it: no header of LibTorch, no symbol but what is exported.
#include <algorithm>
#include <cmath>
#include <future>

#include "ganymede/ganymede.h"
#include "support/support.h"

namespace ganymede {
namespace {

constexpr const char* kModel = "models/shapes-relativistic.safetensors";

const Model& model() {
  static const Model loaded = Model::load(kModel, "cpu");
  return loaded;
}

std::vector<std::vector<std::uint8_t>> pixels_of(const std::vector<GeneratedImage>& images) {
  std::vector<std::vector<std::uint8_t>> out;
  for (const auto& one : images) out.push_back(one.image.pixels);
  return out;
}

/// A request with some members set.
template <class Request, class Set>
Request with(Set set) {
  Request request;
  set(request);
  return request;
}

GenerateRequest images(std::int64_t count, std::uint64_t seed = 7) {
  GenerateRequest request;
  request.count = count;
  request.seed = seed;
  return request;
}

/// The field that an operation refuses.
template <class Action>
std::string refused(Action&& action) {
  try {
    action();
  } catch (const UsageError& error) {
    return error.where();
  }
  return "nothing";
}

TEST(Library, AModelSaysWhatItIs) {
  EXPECT_EQ(model().recipe().name(), "shapes-relativistic");
  EXPECT_NE(model().recipe().toml().find("[generator]"), std::string::npos);
  EXPECT_GT(model().latent_size(), 0);
  EXPECT_EQ(model().channels(), 3);
  EXPECT_FALSE(model().translates());
  const auto names = Recipe::shipped();
  EXPECT_NE(std::find(names.begin(), names.end(), "shapes-relativistic"), names.end());
  EXPECT_EQ(Recipe::load("shapes-dcgan", {"train.seed=3"}).name(), "shapes-dcgan");
  EXPECT_EQ(std::string(version()), std::to_string(GANYMEDE_VERSION_MAJOR) + "." +
                                        std::to_string(GANYMEDE_VERSION_MINOR) + "." +
                                        std::to_string(GANYMEDE_VERSION_PATCH));
}

TEST(Library, WhatIsMissingIsAnErrorOfOurs) {
  EXPECT_THROW(Model::load("no/such/folder", "cpu"), Error);
  EXPECT_THROW(Model::load(kModel, "abacus"), UsageError);
  EXPECT_THROW(Recipe::load("no-such-recipe"), UsageError);
  using Overrides = std::vector<std::string>;
  for (const Overrides& wrong :
       {Overrides{"objective.name=gann"}, Overrides{"objective.lvl=1"}, Overrides{"objective.penalties=[{ r11 = 1 }]"},
        Overrides{"quality.metric=fidd"}, Overrides{"augment.name=ada", "augment.operations=[\"colr\"]"},
        Overrides{"discriminator.layers=[\"flatten\", { dense = 7 }]"}}) {
    EXPECT_THROW(Recipe::load("shapes-dcgan", wrong), UsageError) << wrong.back();
  }
}

TEST(Library, RequestsAreCheckedByTheirFieldLists) {
  const auto generating = [](auto set) { return refused([&] { generate(model(), with<GenerateRequest>(set)); }); };
  EXPECT_EQ(generating([](auto& r) { r.count = 0; }), "count");
  EXPECT_EQ(generating([](auto& r) { r.count = -5; }), "count");
  EXPECT_EQ(generating([](auto& r) { r.truncation = 0.0; }), "truncation");
  EXPECT_EQ(generating([](auto& r) { r.points = {{.index = 1}, {.truncation = -1.0}}; }), "points[1].truncation");
  EXPECT_EQ(generating([](auto& r) { r.z = {{1.0f, NAN}}; }), "z");
  EXPECT_EQ(generating([](auto& r) { r.weights = static_cast<Weights>(7); }), "network");
  EXPECT_EQ(refused([] { interpolate(model(), with<InterpolateRequest>([](auto& r) { r.frames = 1; })); }), "frames");
  EXPECT_EQ(refused([] { blend(model(), BlendRequest{}); }), "points");
  EXPECT_EQ(refused([] { project(model(), ProjectRequest{}); }), "images");
  EXPECT_EQ(refused([] { project(model(), std::span<const Image>{}); }), "images");
  EXPECT_EQ(refused([] { translate(model(), std::span<const Image>{}); }), kModel) << "it draws from noise";
}

TEST(Library, TwoThreadsGenerateAtOnceAndOneIsCancelled) {
  const auto request = images(70);
  const auto alone = pixels_of(generate(model(), request).images);
  const CancelToken token;
  std::promise<void> begun;
  std::uint64_t heard = 0;
  auto other = std::async(std::launch::async, [&] {
    generate(model(), images(5000), {.cancel = token, .progress = [&](std::uint64_t done, std::uint64_t total) {
                                       if (heard == 0) begun.set_value();
                                       heard = done;
                                       EXPECT_EQ(total, 5000u);
                                     }});
  });
  begun.get_future().wait();
  auto beside = std::async(std::launch::async, [&] { return pixels_of(generate(model(), request).images); });
  token.cancel();
  EXPECT_THROW(other.get(), Cancelled);
  EXPECT_EQ(beside.get(), alone);
  EXPECT_LT(heard, 5000u);
}

TEST(Library, AnEngineGeneratesForManyAndCancelsOne) {
  const auto request = images(5);
  const auto alone = pixels_of(generate(model(), request).images);
  Engine engine;
  std::vector<std::future<GenerateResult>> futures;
  for (int i = 0; i < 4; ++i) futures.push_back(engine.generate(model(), request));
  const CancelToken token;
  token.cancel();
  auto cancelled = engine.generate(model(), request, {.cancel = token});
  auto late = engine.walk(model(), WalkRequest{}, {.deadline = std::chrono::steady_clock::now()});
  for (auto& future : futures) EXPECT_EQ(pixels_of(future.get().images), alone);
  EXPECT_THROW(cancelled.get(), Cancelled);
  EXPECT_THROW(late.get(), Late);
  EXPECT_EQ(refused([&] { engine.generate(model(), images(0)); }), "count");
  EXPECT_EQ(refused([] { Engine none({.replicas = 0}); }), "replicas");
  Engine small({.queue = 3});
  EXPECT_THROW(small.generate(model(), request), Busy);
}

TEST(Library, ImagesGoToFilesAndComeBack) {
  const test::TemporaryFolder folder;
  const auto result = generate(model(), images(6));
  write_png(folder / "one.png", result.images[0].image);
  EXPECT_EQ(read_image(folder / "one.png").pixels, result.images[0].image.pixels);
  const auto sheet = grid(result.images, 3);
  EXPECT_EQ(sheet.width, grid(result.images).width) << "six make three columns unless told otherwise";
  EXPECT_LT(sheet.height, sheet.width);
  write_animation(folder / "all.gif", result.images);
  EXPECT_GT(std::filesystem::file_size(folder / "all.gif"), 100u);
}

TEST(Library, ProjectionTakesImagesInMemory) {
  const auto generated = generate(model(), images(1));
  const auto found =
      project(model(), std::vector{generated.images[0].image}, with<ProjectRequest>([](auto& r) { r.steps = 2; }));
  ASSERT_EQ(found.found.size(), 1u);
  EXPECT_EQ(found.given[0].pixels, generated.images[0].image.pixels);
  EXPECT_GT(found.errors[0], 0);
}

}  // namespace
}  // namespace ganymede
