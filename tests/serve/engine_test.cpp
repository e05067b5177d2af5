#include "ganymede/serve/engine.h"

#include <future>

#include "ganymede/models/draw.h"
#include "ganymede/models/initialise.h"
#include "serve/status.h"
#include "support/recipes.h"
#include "support/support.h"

namespace ganymede::serve {
namespace {

using std::chrono::seconds;

std::shared_ptr<const LoadedModel> small_model() {
  const auto recipe =
      test::recipe_of("{ dense = 12 }, { reshape = [3, 2, 2] }, \"tanh\"", "\"flatten\", { dense = 1 }");
  checkpoint::Model model{recipe, models::build_gan(recipe), {}, 0, {}, {}};
  models::initialise(model.gan.generator, recipe.generator, 1, "generator");
  auto untrained = model.untrained_generator();
  return std::make_shared<const LoadedModel>(LoadedModel{std::move(model), std::move(untrained)});
}

struct Drawn {
  Tensor images;
  std::exception_ptr error;
};

/// Queues pictures of `seed`; `meanwhile` runs on the engine's thread once they are drawn.
std::future<Drawn> draw(
    Engine& engine, const std::shared_ptr<const LoadedModel>& model, std::int64_t count, std::uint64_t seed,
    std::function<void()> meanwhile = [] {}, Engine::Clock::duration within = seconds(20)) {
  auto promise = std::make_shared<std::promise<Drawn>>();
  engine.draw({.model = model,
               .latents = models::draw_numbered_latents(model->model.recipe.latent, count, seed),
               .labels = {},
               .deadline = Engine::Clock::now() + within,
               .done = [promise, meanwhile](const Tensor& images, std::exception_ptr error) {
                 meanwhile();
                 promise->set_value({images, error});
               }});
  return promise->get_future();
}

TEST(Engine, ReplicasDrawAtTheSameTime) {
  const auto model = small_model();
  for (const int replicas : {1, 2}) {
    Meters meters;
    std::promise<void> second_is_drawn;
    bool met = false;
    {
      Engine engine(meters, {.queue = 10, .replicas = replicas, .threads = 2, .type = at::kFloat});
      std::promise<void> first_is_drawn;
      // The first replica is held until another one has drawn the second request; alone, it waits in vain.
      auto first = draw(engine, model, 1, 1, [&] {
        first_is_drawn.set_value();
        met = second_is_drawn.get_future().wait_for(replicas == 1 ? std::chrono::milliseconds(200) : seconds(30)) ==
              std::future_status::ready;
      });
      first_is_drawn.get_future().wait();
      auto second = draw(engine, model, 1, 2, [&] { second_is_drawn.set_value(); });
      first.wait();
      second.wait();
    }
    EXPECT_EQ(met, replicas == 2) << replicas;
  }
}

TEST(Engine, RefusesBeyondTheQueueAndEndsWhatIsTooLate) {
  const auto model = small_model();
  Meters meters;
  Engine engine(meters, {.queue = 10, .replicas = 1, .threads = 1, .type = at::kFloat});
  std::promise<void> started, go_on;
  auto first = draw(engine, model, 1, 1, [&] {
    started.set_value();
    go_on.get_future().wait();
  });
  started.get_future().wait();
  auto late = draw(engine, model, 4, 2, [] {}, Engine::Clock::duration(0));
  auto waits = draw(engine, model, 6, 3);
  EXPECT_EQ(engine.waiting(), 10);
  EXPECT_EQ(status_of([&] { draw(engine, model, 1, 4); }), 429);
  go_on.set_value();
  EXPECT_EQ(status_of([&] { std::rethrow_exception(late.get().error); }), 503);
  const Tensor images = waits.get().images;
  EXPECT_TRUE(images.equal(
      models::generate(model->model.generator(), models::draw_numbered_latents(model->model.recipe.latent, 6, 3))));
}

}  // namespace
}  // namespace ganymede::serve
