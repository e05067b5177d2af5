#include "ganymede/config/overrides.h"

#include "ganymede/core/error.h"
#include "support/support.h"

namespace ganymede::config {
namespace {

using test::error_of;
using ::testing::HasSubstr;

toml::table with(const std::string& text, const std::vector<std::string>& overrides) {
  toml::table root = toml::parse(text);
  for (const auto& override_text : overrides) apply_override(root, override_text);
  return root;
}

TEST(Overrides, ReadValuesAsToml) {
  const auto root = with("[train]\nbatch_size = 4", {"train.batch_size=8", "train.rate=0.5", "train.on=true",
                                                     "train.list=[1, 2]", "train.name=\"x\""});
  EXPECT_EQ(root["train"]["batch_size"].value<int>(), 8);
  EXPECT_EQ(root["train"]["rate"].value<double>(), 0.5);
  EXPECT_EQ(root["train"]["on"].value<bool>(), true);
  EXPECT_EQ(root["train"]["list"][1].value<int>(), 2);
  EXPECT_EQ(root["train"]["name"].value<std::string>(), "x");
}

TEST(Overrides, WhatIsNoTomlIsAString) {
  const auto root =
      with("", {"data.name=cifar10", "data.path=/a b/c=d", "data.note=3 weeks", "data.odd=it's \"so\"", "data.empty="});
  EXPECT_EQ(root["data"]["name"].value<std::string>(), "cifar10");
  EXPECT_EQ(root["data"]["path"].value<std::string>(), "/a b/c=d");
  EXPECT_EQ(root["data"]["note"].value<std::string>(), "3 weeks");
  EXPECT_EQ(root["data"]["odd"].value<std::string>(), "it's \"so\"");
  EXPECT_EQ(root["data"]["empty"].value<std::string>(), "");
  EXPECT_EQ(with("", {"data.odd=\x01\x7f"})["data"]["odd"].value<std::string>(), "\x01\x7f");
}

TEST(Overrides, MakeMissingSections) {
  EXPECT_EQ(with("", {"a.b.c=1"})["a"]["b"]["c"].value<int>(), 1);
  EXPECT_EQ(with("", {"title=x"})["title"].value<std::string>(), "x");
}

TEST(Overrides, ReachTheEntriesOfLists) {
  const std::string text = "[d]\nlayers = [{ conv = 8, bias = false }, \"relu\", { outer = [{ dense = 3 }] }]";
  const auto root =
      with(text, {"d.layers.0.bias=true", "d.layers.0.kernel=5", "d.layers.1.slope=0.5", "d.layers.2.outer.0.dense=4"});
  EXPECT_EQ(root["d"]["layers"][0]["bias"].value<bool>(), true);
  EXPECT_EQ(root["d"]["layers"][0]["kernel"].value<int>(), 5);
  EXPECT_EQ(root["d"]["layers"][1]["relu"].value<bool>(), true) << "a name alone becomes a table";
  EXPECT_EQ(root["d"]["layers"][1]["slope"].value<double>(), 0.5);
  EXPECT_EQ(root["d"]["layers"][2]["outer"][0]["dense"].value<int>(), 4);
  const auto odd = with(text, {"d.layers.1=it's\x01", "d.layers.1.slope=2"});
  EXPECT_EQ(odd["d"]["layers"][1]["it's\x01"].value<bool>(), true) << "whatever is in it";
  EXPECT_EQ(with(text, {"d.layers.1=tanh"})["d"]["layers"][1].value<std::string>(), "tanh");
  EXPECT_THAT(error_of([&] { with(text, {"d.layers.3.bias=true"}); }),
              HasSubstr("--set d.layers.3.bias=true: there is no entry 3; they go from 0 to 2"));
  EXPECT_THAT(error_of([&] { with(text, {"d.layers.-1=tanh"}); }), HasSubstr("'-1' is no number of a list's entry"));
  EXPECT_THAT(error_of([&] { with(text, {"d.layers.first.bias=true"}); }), HasSubstr("they count from 0"));
  EXPECT_THAT(error_of([&] { with(text, {"d.layers.0.conv.x=1"}); }), HasSubstr("'conv' is not a section"));
}

TEST(Overrides, StepsAndEpochsWithdrawEachOther) {
  EXPECT_FALSE(with("[train]\nepochs = 3", {"train.steps=5"})["train"]["epochs"]);
  EXPECT_FALSE(with("[train]\nsteps = 3", {"train.epochs=5"})["train"]["steps"]);
}

TEST(Overrides, Refuse) {
  for (const char* text : {"train.batch_size", "=3", ""}) {
    EXPECT_THAT(error_of([&] { with("", {text}); }), HasSubstr("--set needs section.key=value")) << text;
  }
  EXPECT_THAT(error_of([] { with("a = 1", {"a.b=2"}); }), HasSubstr("'a' is not a section"));
  EXPECT_THAT(error_of([] { with("", {"a.=2"}); }), HasSubstr("the key is empty"));
}

}  // namespace
}  // namespace ganymede::config
