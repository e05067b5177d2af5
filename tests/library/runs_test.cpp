// Training, evaluation, features, export and import as a program of someone else asks for them, in C++ and in C.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "ganymede.h"
#include "ganymede/ganymede.h"
#include "support/support.h"

namespace ganymede {
namespace {

using nlohmann::json;
using testing::HasSubstr;

TrainRequest small_training(const std::filesystem::path& folder) {
  TrainRequest request;
  request.recipe = "tests/support/tiny.toml";
  request.output = folder.string();
  request.steps = 4;
  return request;
}

/// A run of few steps, and its model.
class Runs : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = new test::TemporaryFolder;
    model_ = new Model(Model::load(train_model(small_training(*folder_ / "run"), "cpu").model, "cpu"));
  }
  static void TearDownTestSuite() {
    delete model_;
    delete folder_;
  }
  static const Model& model() { return *model_; }
  static std::filesystem::path place(const std::string& name) { return *folder_ / name; }

 private:
  static inline test::TemporaryFolder* folder_ = nullptr;
  static inline Model* model_ = nullptr;
};

TEST_F(Runs, TrainingTellsItsStepsIsCancelledAndGoesOn) {
  auto request = small_training(place("stopped"));
  const CancelToken token;
  std::vector<std::uint64_t> told;
  const auto stopped =
      train_model(request, "cpu", {.cancel = token, .progress = [&](std::uint64_t done, std::uint64_t total) {
                                     EXPECT_EQ(total, 4u);
                                     told.push_back(done);
                                     if (done == 2) token.cancel();
                                   }});
  EXPECT_EQ(stopped.state, TrainResult::State::kStopped);
  EXPECT_EQ(told, (std::vector<std::uint64_t>{1, 2}));
  request.resume = true;
  const auto done = train_model(request, "cpu");
  EXPECT_EQ(done.state, TrainResult::State::kDone);
  EXPECT_EQ(Model::load(done.model, "cpu").step(), 4u);
  EXPECT_EQ(train_model(request, "cpu").state, TrainResult::State::kComplete);
  GenerateRequest few;
  few.count = 4;
  EXPECT_EQ(generate(Model::load(done.model, "cpu"), few).images[3].image.pixels,
            generate(model(), few).images[3].image.pixels)
      << "a run that was stopped ends in the same bytes";
}

TEST_F(Runs, RequestsAreCheckedByTheirFieldLists) {
  const auto refused = [](auto&& action) {
    try {
      action();
    } catch (const UsageError& error) {
      return error.where();
    }
    return std::string("nothing");
  };
  auto training = small_training(place("none"));
  training.steps = 0;
  EXPECT_EQ(refused([&] { train_model(training, "cpu"); }), "steps");
  training.steps = 4;
  EXPECT_EQ(refused([&] { train_model(training, "abacus"); }), "device");
  training.epochs = 1;
  EXPECT_EQ(refused([&] { train_model(training, "cpu"); }), "epochs");
  EXPECT_FALSE(std::filesystem::exists(place("none")));
  EvaluateRequest evaluation;
  evaluation.k = 0;
  EXPECT_EQ(refused([&] { evaluate(model(), evaluation); }), "k");
  EXPECT_EQ(refused([&] { export_model(model(), ExportRequest{}); }), "output");
  EXPECT_EQ(refused([&] { import_model(ImportRequest{}); }), "file");
}

TEST_F(Runs, AModelIsEvaluatedAgainstItsData) {
  EvaluateRequest request;
  request.metrics = {"swd"};
  request.count = request.real_count = 20;
  request.force = true;
  const auto found = evaluate(model(), request);
  EXPECT_GT(found.metrics.at("swd"), 0);
  EXPECT_EQ(json::parse(found.json).at("protocol").at("real").at("images"), 20);
  request.real = "shapes";
  request.fake = "shapes:test";
  request.size = 16;
  EXPECT_LT(evaluate(request, "cpu").metrics.at("swd"), found.metrics.at("swd")) << "the data are nearer to themselves";
  const CancelToken token;
  token.cancel();
  EXPECT_THROW(evaluate(request, "cpu", {.cancel = token}), Cancelled);
}

TEST_F(Runs, FeaturesOfTheDiscriminator) {
  FeaturesRequest request;
  request.labels = 20;
  request.no_baselines = true;
  std::uint64_t told = 0;
  const auto found =
      features(model(), request, {.cancel = {}, .progress = [&](std::uint64_t done, auto) { told = done; }});
  ASSERT_EQ(found.rows.size(), 1u);
  EXPECT_EQ(found.rows[0].found.labels, 20u);
  EXPECT_GT(told, 0u);
}

TEST_F(Runs, WhatIsExportedCanBeImported) {
  ExportRequest out;
  out.format = ExportFormat::kSafetensors;
  out.output = place("tensors.safetensors").string();
  const auto files = export_model(model(), out);
  ASSERT_EQ(files.size(), 1u);
  ImportRequest in;
  in.files = {files[0].path.string()};
  in.recipe = "tests/support/tiny.toml";
  in.output = place("again.safetensors").string();
  const auto result = import_model(in);
  ASSERT_EQ(result.networks.size(), 1u);
  EXPECT_EQ(result.untouched, std::vector<std::string>{"discriminator"});
  GenerateRequest few;
  few.count = 2;
  EXPECT_EQ(generate(Model::load(in.output, "cpu"), few).images[1].image.pixels,
            generate(model(), few).images[1].image.pixels);
}

/// What the C interface makes of it, as JSON; its code and message where it fails.
json run_in_c(const char* path, const char* operation, const json& options) {
  ganymede_model* model = nullptr;
  if (path != nullptr) {
    EXPECT_EQ(ganymede_model_load(path, "cpu", &model), GANYMEDE_OK);
  }
  ganymede_result* result = nullptr;
  const auto status = ganymede_run(model, operation, options.dump().c_str(), nullptr, &result);
  json out{{"status", status}, {"message", ganymede_error_message()}};
  if (status == GANYMEDE_OK) out = json::parse(ganymede_result_json(result));
  ganymede_result_free(result);
  ganymede_model_free(model);
  return out;
}

TEST_F(Runs, TheSameInC) {
  const auto file = model().path().string();
  json options{{"recipe", "tests/support/tiny.toml"}, {"output", place("c").string()}, {"steps", 2}, {"device", "x"}};
  EXPECT_THAT(run_in_c(nullptr, "train", options).value("message", ""), HasSubstr("cuda"));
  options["device"] = 7;
  EXPECT_THAT(run_in_c(nullptr, "train", options).value("message", ""), HasSubstr("device"));
  options["device"] = "cpu";
  const auto trained = run_in_c(nullptr, "train", options);
  EXPECT_EQ(trained.value("state", ""), "done") << trained;
  EXPECT_EQ(run_in_c(file.c_str(), "train", options).value("status", 0), GANYMEDE_WRONG_USAGE);
  const json small{{"metrics", {"swd"}}, {"count", 20}, {"real_count", 20}, {"force", true}};
  EXPECT_GT(run_in_c(file.c_str(), "evaluate", small).at("metrics").at("swd").at("mean"), 0);
  const json with_device{{"metrics", {"swd"}}, {"device", "cpu"}};
  EXPECT_THAT(run_in_c(file.c_str(), "evaluate", with_device).value("message", ""), HasSubstr("device"));
  json pair = small;
  pair["device"] = "cpu";
  pair.update({{"real", "shapes"}, {"fake", "shapes:test"}, {"size", 16}});
  EXPECT_EQ(run_in_c(nullptr, "evaluate", pair).at("protocol").at("fake").at("images"), 20);
  const auto features = run_in_c(file.c_str(), "features", {{"labels", 20}, {"no_baselines", true}});
  EXPECT_TRUE(features.at("rows").at("trained").contains("accuracy")) << features;
  const auto exported = run_in_c(file.c_str(), "export", {{"format", "onnx"}, {"output", place("g.onnx").string()}});
  EXPECT_EQ(exported.at("files").at(0).at("network"), "generator") << exported;
  EXPECT_THAT(run_in_c(file.c_str(), "export", {{"format", "onnx"}}).value("message", ""), HasSubstr("output"));
  EXPECT_THAT(run_in_c(nullptr, "import", {{"file", {"none.pth"}}, {"recipe", "shapes-dcgan"}, {"output", "x"}})
                  .value("message", ""),
              HasSubstr("none.pth"));
}

TEST_F(Runs, ATrainingInCIsCancelledByItsProgress) {
  ganymede_control* control = nullptr;
  ASSERT_EQ(ganymede_control_new(&control), GANYMEDE_OK);
  ganymede_control_set_progress(
      control,
      [](void* user, std::uint64_t, std::uint64_t) { ganymede_control_cancel(static_cast<ganymede_control*>(user)); },
      control);
  ganymede_result* result = nullptr;
  const json options{{"recipe", "tests/support/tiny.toml"}, {"output", place("cancelled").string()}, {"steps", 50}};
  EXPECT_EQ(ganymede_run(nullptr, "train", options.dump().c_str(), control, &result), GANYMEDE_OK)
      << ganymede_error_message();
  const auto about = json::parse(ganymede_result_json(result));
  EXPECT_EQ(about.at("state"), "stopped");
  EXPECT_EQ(about.at("step"), 1);
  ganymede_result_free(result);
  ganymede_control_free(control);
}

}  // namespace
}  // namespace ganymede
