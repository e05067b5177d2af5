// Several processes that share a batch do what one does with the whole: here threads, each with a trainer and a group
// of its own, over real connections.
#include "ganymede/train/shared_step.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <exception>
#include <map>
#include <random>
#include <thread>

#include "train/toy.h"

namespace ganymede::train {
namespace {

using namespace toy;

using Gradients = std::map<std::string, Tensor>;

/// Below the ports that the system gives away by itself: servers and clients of tests that run meanwhile take those.
int free_port() {
  std::random_device random;
  for (int tries = 0; tries < 100; ++tries) {
    const int port = std::uniform_int_distribution(20'000, 31'999)(random);
    const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    const bool free = ::bind(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    ::close(socket);
    if (free) return port;
  }
  ADD_FAILURE() << "no port is free";
  return 0;
}

/// The gradients of a step: its optimisers do nothing but keep them.
std::vector<std::string> keeping_gradients(const std::vector<std::string>& more) {
  std::vector<std::string> options{"train.batch_size=8"};
  for (const char* network : {"generator", "discriminator"}) {
    options.push_back(fmt::format("optimizer.{}.name=sgd", network));
    options.push_back(fmt::format("optimizer.{}.momentum=0.9", network));
    options.push_back(fmt::format("optimizer.{}.learning_rate=0", network));
  }
  options.insert(options.end(), more.begin(), more.end());
  return options;
}

Gradients after_a_step(Trainer& trainer) {
  trainer.step(false);
  Gradients out;
  for (const auto& named : trainer.state()) {
    const bool statistics = named.name.find("running") != std::string::npos;
    if (named.name.ends_with(".first") || statistics) out[named.name] = named.tensor.clone();
  }
  return out;
}

using Make = std::function<config::Recipe()>;

Gradients alone(const Make& make) {
  Trainer trainer(make(), halves(), torch::kCPU);
  return after_a_step(trainer);
}

/// Of process 0; all have the same.
Gradients shared(const Make& make, int processes) {
  const int port = free_port();
  std::vector<Gradients> of(static_cast<std::size_t>(processes));
  std::vector<std::exception_ptr> failed(of.size());
  // They outlive the threads: where one is refused at once, others may still be connecting to it.
  std::vector<std::shared_ptr<distributed::Group>> groups(of.size());
  std::vector<std::thread> threads;
  for (int rank = 0; rank < processes; ++rank) {
    threads.emplace_back([&, rank] {
      const auto i = static_cast<std::size_t>(rank);
      try {
        groups[i] = distributed::join(
            {rank, processes, rank, processes, "127.0.0.1", port, rank == 0, "test", "a test"}, torch::kCPU);
        Trainer trainer(make(), halves(), torch::kCPU);
        trainer.share_with(*groups[i]);
        of[i] = after_a_step(trainer);
        groups[i]->add_up(at::zeros({1}));  // none goes before all are done
      } catch (...) {
        failed[i] = std::current_exception();
      }
    });
  }
  for (auto& thread : threads) thread.join();
  for (const auto& one : failed) {
    if (one) std::rethrow_exception(one);
  }
  for (const auto& one : of) {
    for (const auto& [name, value] : of.front()) {
      if (!name.ends_with(".first")) continue;
      EXPECT_TRUE(test::same(one.at(name), value)) << name;
    }
  }
  return of.front();
}

/// Those of a network as one vector: a bias before a norm has a gradient that is rounding alone.
double relative_difference(const Gradients& a, const Gradients& b, const std::string& prefix) {
  double difference = 0, size = 0;
  for (const auto& [name, value] : a) {
    if (!name.starts_with(prefix)) continue;
    difference += (value.to(at::kDouble) - b.at(name).to(at::kDouble)).square().sum().item<double>();
    size += value.to(at::kDouble).square().sum().item<double>();
  }
  EXPECT_GT(size, 0) << prefix;
  return std::sqrt(difference / size);
}

void expect_the_gradients_of_one(const Make& make, double tolerance) {
  const Gradients one = alone(make);
  for (const int processes : {2, 4}) {
    const Gradients several = shared(make, processes);
    for (const char* network : {"optimizer.generator.", "optimizer.discriminator."})
      EXPECT_LT(relative_difference(one, several, network), tolerance) << network << " of " << processes;
    for (const auto& [name, value] : one) {
      if (name.ends_with(".first")) continue;
      EXPECT_LT((value - several.at(name)).abs().max().item<double>(), 1e-5) << name << " of " << processes;
    }
  }
}

constexpr const char* kNoNorm =
    "{ dense = 64 }, { reshape = [4, 4, 4] }, \"relu\", { dropout = 0.2 }, { conv_transpose = 3, kernel = 4, "
    "stride = 2, padding = 1 }, \"tanh\"";

TEST(SharedStep, WithoutBatchNormTheGradientsAreThoseOfOneProcess) {
  // Noise of every kind: latents, dropout, augmentations, instance noise; the images mirrored and in one order.
  expect_the_gradients_of_one(
      [] {
        return test::recipe_of(kNoNorm, kDiscriminator,
                               keeping_gradients({"train.precision=f32", "data.flip=true", "augment.name=diffaugment",
                                                  "augment.probability=0.8", "augment.instance_noise=0.1"}));
      },
      1e-6);
}

TEST(SharedStep, RealAndGeneratedImagesInOnePassAreSharedEach) {
  constexpr const char* kOnePass =
      "{ conv = 8, kernel = 4, stride = 2, padding = 1 }, { leaky_relu = 0.2 }, { dropout = 0.3 }, \"flatten\", "
      "{ dense = 1 }";
  for (const char* augment : {"diffaugment", "ada"}) {
    expect_the_gradients_of_one(
        [&] {
          return test::recipe_of(
              kNoNorm, kOnePass,
              keeping_gradients({"train.precision=f32", "objective.penalties=[{ r1 = 1 }, { r2 = 1 }]",
                                 std::string("augment.name=") + augment, "augment.probability=0.8",
                                 "augment.instance_noise=0.1"}));
        },
        1e-6);
  }
}

TEST(SharedStep, ABatchInPartsIsSharedPartByPart) {
  expect_the_gradients_of_one(
      [] {
        return test::recipe_of(kNoNorm, kDiscriminator,
                               keeping_gradients({"train.precision=f32", "train.gradient_accumulation=2"}));
      },
      1e-6);
}

TEST(SharedStep, BatchNormsSeeTheWholeBatch) {
  expect_the_gradients_of_one([] { return recipe(keeping_gradients({})); }, 3e-6);
}

TEST(SharedStep, PenaltiesGoThroughBatchNormsOfTheWholeBatch) {
  expect_the_gradients_of_one(
      [] {
        return test::recipe_of(
            kGenerator,
            "{ conv = 8, kernel = 4, stride = 2, padding = 1 }, \"batch_norm\", { leaky_relu = 0.2 }, \"flatten\", { "
            "dense = 1 }",
            keeping_gradients(
                {"train.precision=f32", "objective.name=wgan", "objective.penalties=[{ gradient_penalty = 10.0 }]"}));
      },
      1e-5);
}

TEST(SharedStep, DragansPointsAreAsFarFromTheImages) {
  expect_the_gradients_of_one(
      [] {
        return test::recipe_of(kNoNorm, kDiscriminator,
                               keeping_gradients({"train.precision=f32", "objective.penalties=[{ dragan = 10.0 }]"}));
      },
      2e-6);
}

TEST(SharedStep, ABatchNormMayKeepToItsShare) {
  const Make make = [] {
    return test::recipe_of(
        "{ dense = 64, bias = false }, { batch_norm = true, shared = false }, \"relu\", { reshape = [4, 4, 4] }, { "
        "conv_transpose = 3, kernel = 4, stride = 2, padding = 1 }, \"tanh\"",
        kDiscriminator, keeping_gradients({"train.precision=f32"}));
  };
  EXPECT_GT(relative_difference(alone(make), shared(make, 2), "optimizer.generator."), 1e-3);
}

TEST(SharedStep, ABatchWithoutEqualSharesIsRefused) {
  EXPECT_THROW(shared([] { return recipe(keeping_gradients({"train.batch_size=6"})); }, 4), UsageError);
}

}  // namespace
}  // namespace ganymede::train
