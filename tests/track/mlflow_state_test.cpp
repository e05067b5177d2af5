#include "ganymede/track/mlflow_state.h"

#include "ganymede/core/files.h"
#include "support/support.h"

namespace ganymede::track {
namespace {

using test::error_of;
using test::TemporaryFolder;
using testing::HasSubstr;

TEST(MlflowState, ReadsWhatItWrites) {
  const TemporaryFolder run;
  EXPECT_FALSE(read_mlflow_state(run.path()));
  MlflowState state{.url = "http://host",
                    .experiment = "b\xc3\xa9",
                    .key = "k",
                    .run_id = "r",
                    .artifacts = "mlflow-artifacts:/1/r/artifacts",
                    .status = "RUNNING",
                    .parameters = true,
                    .step = {},
                    .files = {{"samples/step-000000.png", "12 3.4"}}};
  write_mlflow_state(run.path(), state);
  EXPECT_EQ(read_mlflow_state(run.path()), state);
  state.step = 0;
  write_mlflow_state(run.path(), state);
  EXPECT_EQ(read_mlflow_state(run.path()), state) << "step 0 is not no step";
}

TEST(MlflowState, OneThatCannotBeReadIsNotNone) {
  const TemporaryFolder run;
  for (const char* text : {"", "{}", "[]", R"({"url": 3})"}) {
    write_file(mlflow_state_file(run.path()), std::string_view(text));
    EXPECT_THAT(error_of([&] { read_mlflow_state(run.path()); }), HasSubstr("remove it")) << text;
  }
}

}  // namespace
}  // namespace ganymede::track
