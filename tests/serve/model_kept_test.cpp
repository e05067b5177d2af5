#include "ganymede/serve/model_kept.h"

#include "ganymede/operations/field.h"
#include "ganymede/serve/http.h"
#include "support/support.h"

namespace ganymede::serve {
namespace {

KeepDirectionRequest direction(const std::string& name) {
  KeepDirectionRequest out;
  out.name = name;
  out.with = {{.seed = 1, .index = 2}};
  out.without = {{.z = {1, 0}}};
  return out;
}

KeepMarkRequest mark(std::uint64_t index, std::string png = "iVBORw0KGgo=") {
  KeepMarkRequest out;
  out.point = {.seed = 1, .index = index, .label = "heart"};
  out.step = 40;
  out.png = std::move(png);
  return out;
}

TEST(ModelKept, IsReadAsItWasWritten) {
  KeptOfModel kept;
  keep(kept, direction("smile"));
  keep(kept, mark(3));
  auto unknown = mark(3);
  unknown.step.reset();
  keep(kept, unknown);
  const auto again = parse_model_kept(model_kept_text(kept));
  EXPECT_EQ(json_of(again), json_of(kept));
  EXPECT_EQ(again.marks.size(), 2u) << "of two steps";
}

TEST(ModelKept, ANewOneTakesThePlaceOfItsLike) {
  KeptOfModel kept;
  keep(kept, direction("smile"));
  auto other = direction("smile");
  other.step = 7;
  keep(kept, other);
  ASSERT_EQ(kept.directions.size(), 1u);
  EXPECT_EQ(kept.directions[0].step, 7u);
  keep(kept, mark(3));
  keep(kept, mark(3));
  EXPECT_EQ(kept.marks.size(), 1u);
  forget(kept, static_cast<const ForgetMarkRequest&>(mark(4)));
  EXPECT_EQ(kept.marks.size(), 1u);
  forget(kept, static_cast<const ForgetMarkRequest&>(mark(3)));
  EXPECT_TRUE(kept.marks.empty());
}

TEST(ModelKept, HasLimits) {
  KeptOfModel kept;
  EXPECT_THROW(keep(kept, mark(3, "R0lGODlh")), operations::FieldError) << "a GIF";
  for (std::size_t i = 0; i < kMostKeptDirections; ++i) keep(kept, direction(std::to_string(i)));
  EXPECT_THROW(keep(kept, direction("one more")), Problem);
  keep(kept, direction("0"));
  const std::string large = "iVBORw0KGgo" + std::string(1 << 19, 'A');
  for (std::uint64_t i = 0; i < 8; ++i) keep(kept, mark(i, large));
  EXPECT_THROW(model_kept_text(kept), Problem);
}

TEST(ModelKept, LiesBesideTheModel) {
  EXPECT_EQ(model_kept_file("runs/one/best.safetensors", true), "runs/one/model.studio.json");
  EXPECT_EQ(model_kept_file("faces.safetensors", false), "faces.studio.json");
  EXPECT_THROW(parse_model_kept(R"({"marks": [{"png": 3}]})"), Error);
  EXPECT_THROW(parse_model_kept(R"({"directions": 3})"), Error);
}

}  // namespace
}  // namespace ganymede::serve
