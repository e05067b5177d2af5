// Training as an operation: a request in, a run folder out; cancelled by its own token alone.
#include "ganymede/operations/train.h"

#include <thread>

#include "ganymede/core/files.h"
#include "ganymede/train/run_state.h"
#include "support/support.h"

namespace ganymede::operations {
namespace {

using testing::HasSubstr;

constexpr const char* kRecipe =
    "[data]\nname = \"shapes\"\ncount = 16\n[latent]\nsize = 8\n"
    "[generator]\nlayers = [{ dense = 768 }, \"tanh\", { reshape = [3, 16, 16] }]\n"
    "[discriminator]\nlayers = [\"flatten\", { dense = 1 }]\n"
    "[objective]\nname = \"gan\"\n[train]\nbatch_size = 4\nsteps = 6\n[sample]\ncount = 4\n";

class TrainTest : public testing::Test {
 protected:
  TrainRequest request(const std::string& run, const std::string& recipe = kRecipe) {
    write_file(folder_ / "small.toml", recipe);
    TrainRequest out;
    out.recipe = (folder_ / "small.toml").string();
    out.output = (folder_ / run).string();
    out.precision = config::Precision::kF32;
    return out;
  }
  std::string phase(const std::string& run) {
    const auto state = train::read_run_state(folder_ / run);
    return state ? train::phase_name(state->phase) : "none";
  }

  test::TemporaryFolder folder_;
};

TEST_F(TrainTest, MakesARunAndTellsEachStep) {
  std::vector<std::uint64_t> told;
  const Control control{.cancel = {}, .progress = [&](std::uint64_t done, std::uint64_t total) {
                          EXPECT_EQ(total, 6u);
                          told.push_back(done);
                        }};
  const auto result = train(request("run"), torch::kCPU, control);
  EXPECT_EQ(result.state, TrainResult::State::kDone);
  EXPECT_EQ(result.step, 6u);
  EXPECT_EQ(told, (std::vector<std::uint64_t>{1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(phase("run"), "done");
  for (const auto& file : {result.samples, result.model, folder_ / "run" / "recipe.toml"}) {
    EXPECT_TRUE(std::filesystem::exists(file)) << file;
  }
  auto again = request("run");
  again.resume = true;
  EXPECT_EQ(train(again, torch::kCPU).state, TrainResult::State::kComplete);
}

TEST_F(TrainTest, CancelledItSavesAndGoesOnToTheSameBytes) {
  const CancelToken cancel;
  const auto stopped = train(request("run"), torch::kCPU, {.cancel = cancel, .progress = [&](std::uint64_t done, auto) {
                                                             if (done == 2) cancel.cancel();
                                                           }});
  EXPECT_EQ(stopped.state, TrainResult::State::kStopped);
  EXPECT_EQ(stopped.step, 2u);
  EXPECT_EQ(phase("run"), "stopped");
  auto on = request("run");
  on.resume = true;
  EXPECT_EQ(train(on, torch::kCPU).step, 6u);
  const auto straight = train(request("straight"), torch::kCPU);
  EXPECT_EQ(read_file(folder_ / "run" / "model.safetensors"), read_file(straight.model));
}

TEST_F(TrainTest, TwoAtOnceOneCancelled) {
  const CancelToken cancel;
  TrainResult first, second;
  const auto wanted = request("first"), other = request("second");
  std::thread one([&] {
    first = train(wanted, torch::kCPU, {.cancel = cancel, .progress = [&](auto, auto) { cancel.cancel(); }});
  });
  std::thread two([&] { second = train(other, torch::kCPU); });
  one.join();
  two.join();
  EXPECT_EQ(first.state, TrainResult::State::kStopped);
  EXPECT_EQ(second.state, TrainResult::State::kDone);
}

TEST_F(TrainTest, CancelledBeforeItBeginsItLeavesNothing) {
  const CancelToken cancel;
  cancel.cancel();
  EXPECT_THROW(train(request("run"), torch::kCPU, {.cancel = cancel}), Cancelled);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "run"));
}

TEST_F(TrainTest, RefusesWhatCannotBeMeant) {
  const auto refused = [&](const std::function<void(TrainRequest&)>& change) {
    auto wanted = request("run");
    change(wanted);
    return test::error_of([&] { train(wanted, torch::kCPU); });
  };
  EXPECT_THAT(refused([](auto& r) { r.epochs = 1, r.steps = 1; }), HasSubstr("excludes 'steps'"));
  EXPECT_THAT(refused([](auto& r) { r.name = "x"; }), HasSubstr("excludes 'output'"));
  EXPECT_THAT(refused([](auto& r) { r.resume = true, r.output.clear(); }), HasSubstr("does not say which run"));
  EXPECT_THAT(refused([](auto& r) { r.keep_optimizer = true; }), HasSubstr("goes with 'from'"));
  EXPECT_THAT(refused([](auto& r) { r.data = "/tmp"; }), HasSubstr("makes its own images"));
  std::string seven = kRecipe;
  seven.replace(seven.find("{ dense = 1 }"), 13, "{ dense = 7 }");
  EXPECT_THAT(test::error_of([&] { train(request("run", seven), torch::kCPU); }),
              AllOf(HasSubstr("ends in 7 numbers"), HasSubstr("line 9 of"),
                    HasSubstr("small.toml in [discriminator] layer 2"), HasSubstr("end it in { dense = 1 }")));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "run"));
}

}  // namespace
}  // namespace ganymede::operations
