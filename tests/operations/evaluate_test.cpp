// Evaluation as an operation: two sets of images, or a model and its data; cancelled by its own token alone.
#include "ganymede/operations/evaluate.h"

#include "ganymede/operations/evaluation_report.h"
#include "operations/small_model.h"
#include "support/support.h"

namespace ganymede::operations {
namespace {

using testing::HasSubstr;

EvaluateRequest small_request() {
  EvaluateRequest request;
  request.real = "shapes";
  request.fake = "shapes:test";
  request.metrics = {"swd"};
  request.size = 16;
  request.count = request.real_count = 20;
  return request;
}

TEST(Evaluate, ComparesTwoSetsAndSaysHow) {
  const auto result = evaluate(small_request());
  ASSERT_TRUE(result.values.swd);
  EXPECT_EQ(result.metrics["swd"]["mean"], result.values.swd->mean);
  EXPECT_EQ(result.protocol["real"]["images"], 20);
  EXPECT_EQ(result.protocol["metrics"], nlohmann::json::array({"swd"}));
}

TEST(Evaluate, IsCancelledByItsToken) {
  const CancelToken cancel;
  cancel.cancel();
  EXPECT_THROW(evaluate(small_request(), torch::kCPU, {.cancel = cancel}), Cancelled);
  EXPECT_NO_THROW(evaluate(small_request())) << "no other's";
}

TEST(Evaluate, RefusesWhatCannotBeMeant) {
  const auto refused = [](const std::function<void(EvaluateRequest&)>& change) {
    auto request = small_request();
    change(request);
    return test::error_of([&] { evaluate(request); });
  };
  EXPECT_THAT(refused([](auto& r) { r.model = "x"; }), HasSubstr("model: excludes 'real' and 'fake'"));
  EXPECT_THAT(refused([](auto& r) { r.fake.clear(); }), HasSubstr("two sets"));
  EXPECT_THAT(refused([](auto& r) { r.scatter = "x.jpg"; }), HasSubstr("end it in .svg or .png"));
  EXPECT_THAT(refused([](auto& r) { r.channels = 2; }), HasSubstr("must be 1 or 3"));
  EXPECT_THAT(refused([](auto& r) { r.metrics = {"fid"}; }), HasSubstr("'fid' needs features"));
  EXPECT_THAT(refused([](auto& r) { r.metrics = {"fidd"}; }), HasSubstr("did you mean 'fid'?"));
}

TEST(Better, IsWhatTheMetricsSay) {
  for (const char* lower : {"fid", "fd", "fid10k", "fd10k", "fid_infinity", "fd_infinity", "kid", "swd", "modes"}) {
    EXPECT_EQ(better(lower), "lower") << lower;
  }
  for (const char* higher : {"is", "precision", "recall", "density", "coverage", "class_accuracy", "modes_found"}) {
    EXPECT_EQ(better(higher), "higher") << higher;
  }
  EXPECT_EQ(better("protocol"), "");
}

}  // namespace
}  // namespace ganymede::operations
