#include "ganymede/operations/engine.h"

#include <future>

#include "ganymede/models/generate.h"
#include "ganymede/operations/generate.h"
#include "operations/small_model.h"
#include "support/support.h"

namespace ganymede::operations {
namespace {

using std::chrono::seconds;

struct Generated {
  Tensor images;
  std::exception_ptr error;
};

GeneratorInput input_of(const ModelPtr& model, std::int64_t count, std::uint64_t seed) {
  return {models::sample_numbered_latents(model->recipe().latent, count, seed), {}, all_rows(count, false)};
}

/// Queues images of `seed`; `meanwhile` runs on the engine's thread once they are generated.
std::future<Generated> run_generator(
    Engine& engine, const ModelPtr& model, std::int64_t count, std::uint64_t seed,
    std::function<void()> meanwhile = [] {}, Engine::Clock::duration within = seconds(20)) {
  auto promise = std::make_shared<std::promise<Generated>>();
  engine.generate(model, input_of(model, count, seed), {.deadline = Engine::Clock::now() + within, .cancel = {}},
                  [promise, meanwhile](const Tensor& images, std::exception_ptr error) {
                    meanwhile();
                    promise->set_value({images, error});
                  });
  return promise->get_future();
}

TEST(Engine, ReplicasGenerateAtTheSameTime) {
  const auto model = small_model();
  for (const int replicas : {1, 2}) {
    std::promise<void> second_is_generated;
    bool met = false;
    {
      Engine engine({.queue = 10, .replicas = replicas, .threads = 2, .type = at::kFloat, .on_batch = {}});
      std::promise<void> first_is_generated;
      // The first replica is held until another one has generated the second request; alone, it waits in vain.
      auto first = run_generator(engine, model, 1, 1, [&] {
        first_is_generated.set_value();
        met = second_is_generated.get_future().wait_for(replicas == 1 ? std::chrono::milliseconds(200) : seconds(30)) ==
              std::future_status::ready;
      });
      first_is_generated.get_future().wait();
      auto second = run_generator(engine, model, 1, 2, [&] { second_is_generated.set_value(); });
      first.wait();
      second.wait();
    }
    EXPECT_EQ(met, replicas == 2) << replicas;
  }
}

TEST(Engine, RefusesBeyondTheQueueAndEndsWhatIsTooLate) {
  const auto model = small_model();
  Engine engine({.queue = 10, .replicas = 1, .threads = 1, .type = at::kFloat, .on_batch = {}});
  std::promise<void> started, go_on;
  auto first = run_generator(engine, model, 1, 1, [&] {
    started.set_value();
    go_on.get_future().wait();
  });
  started.get_future().wait();
  auto late = run_generator(engine, model, 4, 2, [] {}, Engine::Clock::duration(0));
  auto waits = run_generator(engine, model, 6, 3);
  EXPECT_EQ(engine.waiting(), 10);
  EXPECT_THROW(run_generator(engine, model, 1, 4), Busy);
  go_on.set_value();
  EXPECT_THROW(std::rethrow_exception(late.get().error), Late);
  const Tensor images = waits.get().images;
  EXPECT_TRUE(images.equal(
      models::generate(model->generator(), models::sample_numbered_latents(model->recipe().latent, 6, 3))));
}

TEST(Engine, ClientsTakeTurns) {
  const auto model = small_model();
  std::string order;
  {
    Engine engine(
        {.queue = 2000, .client_queue = 1024, .replicas = 1, .threads = 1, .type = at::kFloat, .on_batch = {}});
    std::promise<void> started, go_on;
    // Each as large as what is generated at once, so that none is generated with another.
    const auto queue = [&](
                           const std::string& client, std::int64_t count, std::function<void()> meanwhile = [] {}) {
      engine.generate(model, input_of(model, count, 1), {.client = client},
                      [&order, client, meanwhile](const Tensor&, const std::exception_ptr&) {
                        order += client;
                        meanwhile();
                      });
    };
    queue("a", 256, [&] {
      started.set_value();
      go_on.get_future().wait();
    });
    started.get_future().wait();
    for (int i = 0; i < 4; ++i) queue("a", 256);
    EXPECT_THROW(queue("a", 1), Busy) << "its share of the queue is full";
    queue("b", 300);
    queue("b", 256);
    queue("c", 10);
    go_on.set_value();
  }
  // By what they were given: a is the first of equals, then b and c come before a's second.
  EXPECT_EQ(order, "aabcabaa");
}

TEST(Engine, LeavesTheThreadsOfOthersAlone) {
  const auto of_a_new_thread = [] {
    return std::async(std::launch::async, [] { return at::get_num_threads(); }).get();
  };
  const int before = of_a_new_thread(), own = at::get_num_threads();
  const auto model = small_model();
  GenerateRequest wanted;
  wanted.count = 2;
  for (const int threads : {1, before + 2}) {
    Engine engine({.queue = 100, .replicas = 1, .threads = threads, .type = at::kFloat, .on_batch = {}});
    engine.run(model, plan(model, wanted)).get();
    EXPECT_EQ(of_a_new_thread(), before);
    EXPECT_EQ(at::get_num_threads(), own);
  }
}

TEST(Engine, OneOfTwoFuturesIsCancelledAndTheOtherComes) {
  const auto model = small_model();
  Engine engine({.queue = 100, .replicas = 1, .threads = 1, .type = at::kFloat, .on_batch = {}});
  std::promise<void> started, go_on;
  auto first = run_generator(engine, model, 1, 1, [&] {
    started.set_value();
    go_on.get_future().wait();
  });
  started.get_future().wait();
  const CancelToken cancel;
  GenerateRequest wanted;
  wanted.count = 3;
  auto cancelled = engine.run(model, plan(model, wanted), {.cancel = cancel});
  auto kept = engine.run(model, plan(model, wanted));
  cancel.cancel();
  go_on.set_value();
  EXPECT_THROW(cancelled.get(), Cancelled);
  const auto images = kept.get().images, alone = generate(*model, wanted).images;
  ASSERT_EQ(images.size(), 3u);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(images[i].image.pixels, alone[i].image.pixels);
}

TEST(Engine, OneInputMayUseBothGenerators) {
  const auto model = small_model();
  Engine engine({.queue = 100, .replicas = 2, .threads = 2, .type = at::kFloat, .on_batch = {}});
  GenerateRequest wanted;
  wanted.points = first_points(4);
  wanted.points[1].weights = wanted.points[2].weights = Weights::kUntrained;
  const auto mixed = engine.run(model, plan(model, wanted)).get().images;
  for (std::size_t i = 0; i < 4; ++i) {
    GenerateRequest one;
    one.points = {wanted.points[i]};
    EXPECT_EQ(mixed[i].image.pixels, generate(*model, one).images[0].image.pixels) << i;
  }
}

}  // namespace
}  // namespace ganymede::operations
