// The C interface: handles, codes, messages. Its use from C itself: test_library.py.
#include <memory>
#include <nlohmann/json.hpp>
#include <thread>

#include "ganymede.h"
#include "support/support.h"

namespace {

using nlohmann::json;
using testing::HasSubstr;

template <auto kFree>
struct Freed {
  template <class T>
  void operator()(T* handle) const {
    kFree(handle);
  }
};
using ModelPtr = std::unique_ptr<ganymede_model, Freed<ganymede_model_free>>;
using ResultPtr = std::unique_ptr<ganymede_result, Freed<ganymede_result_free>>;
using ControlPtr = std::unique_ptr<ganymede_control, Freed<ganymede_control_free>>;
using EnginePtr = std::unique_ptr<ganymede_engine, Freed<ganymede_engine_free>>;
using JobPtr = std::unique_ptr<ganymede_job, Freed<ganymede_job_free>>;

const ganymede_model* model() {
  static const ModelPtr loaded = [] {
    ganymede_model* model = nullptr;
    EXPECT_EQ(ganymede_model_load("models/shapes-relativistic.safetensors", "cpu", &model), GANYMEDE_OK);
    return ModelPtr(model);
  }();
  return loaded.get();
}

ControlPtr new_control() {
  ganymede_control* control = nullptr;
  EXPECT_EQ(ganymede_control_new(&control), GANYMEDE_OK);
  return ControlPtr(control);
}

struct Answer {
  ganymede_status status;
  ResultPtr result;
};

Answer run(const char* operation, const char* options, ganymede_control* control = nullptr) {
  ganymede_result* result = nullptr;
  const auto status = ganymede_run(model(), operation, options, control, &result);
  return {status, ResultPtr(result)};
}

/// What the library says to a call that it refuses.
std::string refused(const char* operation, const char* options) {
  const auto answer = run(operation, options);
  EXPECT_EQ(answer.status, GANYMEDE_WRONG_USAGE) << operation << " " << options;
  EXPECT_EQ(answer.result, nullptr);
  return ganymede_error_message();
}

std::vector<std::uint8_t> bytes_of(const ganymede_image& image) {
  const auto& pixels = image.pixels;
  return {pixels.data, pixels.data + pixels.width * pixels.height * pixels.channels};
}

TEST(CInterface, AModelAndARecipeSayWhatTheyAre) {
  const json about = json::parse(ganymede_model_json(model()));
  EXPECT_EQ(about.at("recipe"), "shapes-relativistic");
  EXPECT_EQ(about.at("image").at("channels"), 3);
  ganymede_recipe* recipe = nullptr;
  ASSERT_EQ(ganymede_recipe_load("shapes-dcgan", &recipe), GANYMEDE_OK);
  EXPECT_STREQ(ganymede_recipe_name(recipe), "shapes-dcgan");
  EXPECT_THAT(ganymede_recipe_toml(recipe), HasSubstr("[generator]"));
  ganymede_recipe_free(recipe);
}

TEST(CInterface, EveryOperationIsThereWithItsOptions) {
  const auto operations = json::parse(ganymede_operations());
  EXPECT_GE(operations.size(), 10u);
  for (const auto& operation : operations) {
    const std::string name = operation.at("name");
    EXPECT_TRUE(operation.at("options").contains("properties")) << name;
    EXPECT_THAT(refused(name.c_str(), R"({"no such option": 1})"), HasSubstr("is not known")) << name;
  }
}

TEST(CInterface, OptionsAreThoseOfTheFieldList) {
  EXPECT_THAT(refused("generate", R"({"count": 0})"), HasSubstr("must be a whole number from 1"));
  EXPECT_STREQ(ganymede_error_where(), "count");
  EXPECT_THAT(refused("generate", R"({"cuont": 3})"), HasSubstr("did you mean 'count'?"));
  EXPECT_THAT(refused("generate", "{count"), HasSubstr("is not JSON"));
  EXPECT_THAT(refused("generate", "[]"), HasSubstr("must be a JSON object"));
  EXPECT_THAT(refused("genrate", nullptr), HasSubstr("did you mean 'generate'?"));
  EXPECT_THAT(ganymede_error_hint(), HasSubstr("generate"));
}

TEST(CInterface, ErrorsNameMembersAndNoFlags) {
  const auto expect = [](const char* operation, const char* options, const char* where, const char* said) {
    EXPECT_THAT(refused(operation, options), HasSubstr(said));
    EXPECT_STREQ(ganymede_error_where(), where) << ganymede_error_message();
    EXPECT_EQ(std::string(ganymede_error_message()).find("--"), std::string::npos) << ganymede_error_message();
  };
  expect("evaluate", R"({"metrics": ["fidd"]})", "metrics", "unknown metric 'fidd'");
  expect("evaluate", R"({"real": "x"})", "model", "excludes 'real' and 'fake'");
  expect("evaluate", R"({"data": "shapes", "train_features": true, "features": "x"})", "train_features", "'features'");
  ganymede_result* result = nullptr;
  const auto alone = [&](const char* operation, const char* options, const char* where) {
    EXPECT_EQ(ganymede_run(nullptr, operation, options, nullptr, &result), GANYMEDE_WRONG_USAGE);
    EXPECT_STREQ(ganymede_error_where(), where) << ganymede_error_message();
    EXPECT_EQ(std::string(ganymede_error_message()).find("--"), std::string::npos) << ganymede_error_message();
  };
  alone("train", R"({"recipe": "shapes-dcgan", "device": "abacus"})", "device");
  alone("train", R"({"recipe": "shapes-dcgan", "device": "cpu", "set": ["train.batch_size=0"]})", "set");
  EXPECT_THAT(ganymede_error_message(), HasSubstr("train.batch_size=0"));
  alone("train", R"({"device": "cpu"})", "recipe");
}

TEST(CInterface, ImagesAreBuffersOfTheResult) {
  const auto answer = run("generate", R"({"count": 3, "seed": 7})");
  ASSERT_EQ(answer.status, GANYMEDE_OK) << ganymede_error_message();
  ASSERT_EQ(ganymede_result_count(answer.result.get()), 3u);
  const json about = json::parse(ganymede_result_json(answer.result.get()));
  EXPECT_EQ(about.at("seed"), 7);
  EXPECT_EQ(about.at("images").size(), 3u);
  const auto& third = *ganymede_result_image(answer.result.get(), 2);
  EXPECT_STREQ(third.group, "images");
  EXPECT_EQ(json::parse(ganymede_model_json(model())).at("latent"), third.latent_size);
  EXPECT_EQ(ganymede_result_image(answer.result.get(), 3), nullptr);
  // The point that it was made from, and its class, make it again.
  const json z = std::vector<float>(third.latent, third.latent + third.latent_size);
  const auto again = run("generate", json{{"z", {z}}, {"class", third.label}}.dump().c_str());
  ASSERT_EQ(again.status, GANYMEDE_OK) << ganymede_error_message();
  EXPECT_EQ(bytes_of(*ganymede_result_image(again.result.get(), 0)), bytes_of(third));
}

TEST(CInterface, GroupsTellImagesApart) {
  const auto answer =
      run("arithmetic", R"({"a": [{"index": 0}], "b": [{"index": 1}], "c": [{"index": 2}], "seed": 5})");
  ASSERT_EQ(answer.status, GANYMEDE_OK) << ganymede_error_message();
  ASSERT_EQ(ganymede_result_count(answer.result.get()), 12u);
  EXPECT_STREQ(ganymede_result_image(answer.result.get(), 8)->group, "images");
  EXPECT_STREQ(ganymede_result_image(answer.result.get(), 9)->group, "mean_a");
}

TEST(CInterface, ImagesInMemoryGoIn) {
  const auto generated = run("generate", R"({"count": 1})");
  const auto& image = *ganymede_result_image(generated.result.get(), 0);
  ganymede_result* result = nullptr;
  ASSERT_EQ(ganymede_run_on(model(), "project", R"({"steps": 2})", &image.pixels, 1, nullptr, &result), GANYMEDE_OK)
      << ganymede_error_message();
  const ResultPtr found(result);
  ASSERT_EQ(ganymede_result_count(result), 2u);
  EXPECT_STREQ(ganymede_result_image(result, 1)->group, "given");
  EXPECT_EQ(bytes_of(*ganymede_result_image(result, 1)), bytes_of(image));
  ganymede_pixels wrong = image.pixels;
  wrong.channels = 2;
  EXPECT_EQ(ganymede_run_on(model(), "project", nullptr, &wrong, 1, nullptr, &result), GANYMEDE_WRONG_USAGE);
  EXPECT_EQ(ganymede_run_on(model(), "walk", nullptr, &image.pixels, 1, nullptr, &result), GANYMEDE_WRONG_USAGE);
}

TEST(CInterface, NullIsRefusedAndFreed) {
  EXPECT_EQ(ganymede_model_load(nullptr, "cpu", nullptr), GANYMEDE_WRONG_USAGE);
  ganymede_model* none = nullptr;
  EXPECT_EQ(ganymede_model_load(nullptr, "cpu", &none), GANYMEDE_WRONG_USAGE);
  EXPECT_EQ(ganymede_model_load("no/such/file", "cpu", &none), GANYMEDE_FAILED);
  EXPECT_EQ(none, nullptr);
  ganymede_result* result = nullptr;
  EXPECT_EQ(ganymede_run(nullptr, "generate", nullptr, nullptr, &result), GANYMEDE_WRONG_USAGE);
  EXPECT_STREQ(ganymede_error_where(), "model");
  EXPECT_EQ(ganymede_result_count(nullptr), 0u);
  ganymede_model_free(nullptr);
  ganymede_result_free(nullptr);
  ganymede_control_free(nullptr);
  ganymede_engine_free(nullptr);
  ganymede_job_free(nullptr);
  ganymede_recipe_free(nullptr);
}

TEST(CInterface, MessagesAreTheThreadsOwn) {
  refused("generate", R"({"count": 0})");
  std::thread([] {
    EXPECT_STREQ(ganymede_error_message(), "");
    refused("genrate", nullptr);
  }).join();
  EXPECT_STREQ(ganymede_error_where(), "count");
}

TEST(CInterface, TwoThreadsGenerateAtOnceAndOneIsCancelled) {
  const auto alone = run("generate", R"({"count": 70, "seed": 7})");
  const auto control = new_control();
  // Cancelled by its own progress, so after it has begun, whatever the other does.
  ganymede_control_set_progress(
      control.get(),
      [](void* user, std::uint64_t, std::uint64_t) { ganymede_control_cancel(static_cast<ganymede_control*>(user)); },
      control.get());
  ganymede_status other = GANYMEDE_OK;
  std::thread thread([&] { other = run("generate", R"({"count": 5000})", control.get()).status; });
  const auto beside = run("generate", R"({"count": 70, "seed": 7})");
  thread.join();
  EXPECT_EQ(other, GANYMEDE_CANCELLED);
  for (std::size_t i = 0; i < 70; ++i) {
    EXPECT_EQ(bytes_of(*ganymede_result_image(alone.result.get(), i)),
              bytes_of(*ganymede_result_image(beside.result.get(), i)));
  }
}

TEST(CInterface, AnEnginesJobIsWaitedForOnce) {
  ganymede_engine* made = nullptr;
  ASSERT_EQ(ganymede_engine_new(0, 0, 0, &made), GANYMEDE_OK);
  const EnginePtr engine(made);
  const auto submit = [&](const char* operation, const char* options, ganymede_control* control) {
    ganymede_job* job = nullptr;
    EXPECT_EQ(ganymede_engine_submit(engine.get(), model(), operation, options, control, &job), GANYMEDE_OK);
    return JobPtr(job);
  };
  const auto control = new_control();
  ganymede_control_cancel(control.get());
  const auto first = submit("generate", R"({"count": 40, "seed": 1})", nullptr);
  const auto cancelled = submit("walk", R"({"frames": 4})", control.get());
  ganymede_result* result = nullptr;
  const auto at_once = ganymede_job_wait(first.get(), 0, &result);
  EXPECT_TRUE(at_once == GANYMEDE_OK || at_once == GANYMEDE_NOT_READY);
  if (at_once == GANYMEDE_NOT_READY) {
    EXPECT_EQ(ganymede_job_wait(first.get(), -1, &result), GANYMEDE_OK);
  }
  EXPECT_EQ(ganymede_result_count(result), 40u);
  ganymede_result_free(result);
  EXPECT_EQ(ganymede_job_wait(first.get(), -1, &result), GANYMEDE_WRONG_USAGE);
  EXPECT_EQ(ganymede_job_wait(cancelled.get(), -1, &result), GANYMEDE_CANCELLED);
  ganymede_job* job = nullptr;
  EXPECT_EQ(ganymede_engine_submit(engine.get(), model(), "project", nullptr, nullptr, &job), GANYMEDE_WRONG_USAGE);
}

}  // namespace
