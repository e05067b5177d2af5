// Named blocks in a recipe's lists: what they come to, where mistakes in them are said to be, and what they may not do.
#include "ganymede/config/blocks.h"

#include <fmt/format.h>

#include "ganymede/config/overrides.h"
#include "support/support.h"

namespace ganymede::config {
namespace {

using test::error_of;
using ::testing::HasSubstr;

/// The layers of a recipe with these [blocks] (from line 1 on), whose [d] lists these.
std::vector<OptionTable> with_blocks(const std::string& blocks, const std::string& layers,
                                     const std::vector<std::string>& overrides = {}) {
  toml::table root = toml::parse(blocks + "\n[d]\nlayers = [" + layers + "]\n");
  for (const auto& text : overrides) apply_override(root, text);
  Blocks found;
  if (const auto* section = root.get_as<toml::table>("blocks")) found = Blocks(*section, "my.toml");
  auto out = found.entries(*root["d"]["layers"].as_array(), {"my.toml", "[d]"}, "layer");
  found.unused();
  return out;
}

std::string layers_of(const std::vector<OptionTable>& layers) {
  std::string out;
  for (const auto& layer : layers) out += to_inline_text(layer) + "\n";
  return out;
}

constexpr const char* kSection = R"([blocks.shrink]
filters = 64
slope = 0.5
norm = []
layers = [
  { conv = "$filters", kernel = 4 }, "$norm",
  { leaky_relu = "$slope" },
]
)";

TEST(Blocks, StandInTheirPlaces) {
  const std::string once = "{ conv = 8 }\n{ relu = true }\n";
  EXPECT_EQ(layers_of(with_blocks("[blocks]\na = [{ conv = 8 }, \"relu\"]", "{ use = \"a\" }")), once);
  EXPECT_EQ(layers_of(with_blocks("[blocks]\na = [{ conv = 8 }, \"relu\"]", "{ use = \"a\", times = 3 }, \"flatten\"")),
            once + once + once + "{ flatten = true }\n");
  EXPECT_EQ(layers_of(with_blocks("[blocks]\na = [{ use = \"b\", times = 2 }]\nb = [\"relu\"]",
                                  "{ residual = [{ use = \"a\" }], shortcut = [] }")),
            "{ residual = [\"relu\", \"relu\"], shortcut = [] }\n")
      << "in lists inside layers too, and blocks in blocks";
}

TEST(OptionTables, ListsInsideOneKeepTheirKindsAndLines) {
  const auto outer =
      with_blocks("", "{ outer = [{ z = 1, a = 2 }, \"plain\",\n{ y = [{ x = 3, b = [1, 2] }], c = true }], d = 4 }")
          .at(0);
  EXPECT_EQ(outer.kind, "outer");
  ASSERT_NE(outer.list("outer"), nullptr);
  const auto& inner = *outer.list("outer");
  ASSERT_EQ(inner.size(), 3u);
  EXPECT_EQ(inner[0].kind, "z") << "the kind is the key that stands first, not the first by name";
  EXPECT_EQ(inner[0].values.get("a")->value<int>(), 2);
  EXPECT_EQ(inner[1].kind, "plain");
  EXPECT_EQ(inner[2].kind, "y");
  EXPECT_EQ(inner[2].list("y")->at(0).kind, "x");
  EXPECT_EQ(inner[2].place.at(nullptr), "line 4 of my.toml in [d] layer 1");
  const std::string text = to_inline_text(outer);
  EXPECT_EQ(text, "{ outer = [{ z = 1, a = 2 }, \"plain\", { y = [{ x = 3, b = [1, 2] }], c = true }], d = 4 }");
  EXPECT_EQ(to_inline_text(option_tables("[" + text + "]", "text").at(0)), text);
}

TEST(Blocks, TakeParameters) {
  EXPECT_EQ(layers_of(with_blocks(kSection, "{ use = \"shrink\" }")),
            "{ conv = 64, kernel = 4 }\n{ leaky_relu = 0.5 }\n");
  EXPECT_EQ(layers_of(with_blocks(kSection, "{ use = \"shrink\", filters = 8, norm = \"batch_norm\", times = 1 }")),
            "{ conv = 8, kernel = 4 }\n{ batch_norm = true }\n{ leaky_relu = 0.5 }\n");
  EXPECT_EQ(layers_of(with_blocks(kSection, "{ use = \"shrink\", norm = [{ cbn = true, classes = 3 }, \"dropout\"] }")),
            "{ conv = 64, kernel = 4 }\n{ cbn = true, classes = 3 }\n{ dropout = true }\n{ leaky_relu = 0.5 }\n");
  const std::string outer = std::string(kSection) + R"([blocks.outer]
width = 1
inner = [{ dense = 5 }]
layers = [{ use = "shrink", filters = "$width", norm = [{ reshape = ["$width", 1, 1] }] }, { residual = "$inner" }]
)";
  EXPECT_EQ(layers_of(with_blocks(outer, "{ use = \"outer\", width = 3 }")),
            "{ conv = 3, kernel = 4 }\n{ reshape = [3, 1, 1] }\n{ leaky_relu = 0.5 }\n{ residual = [{ dense = 5 }] }\n")
      << "an argument's own names belong to the block that gives it";
  EXPECT_EQ(layers_of(with_blocks("", "{ conv = \"$filters\" }")), "{ conv = \"$filters\" }\n")
      << "outside blocks it is a text";
}

TEST(Blocks, LayersRememberTheirLineAndTheWayThere) {
  const auto layers = with_blocks(kSection, "\"relu\",\n{ use = \"shrink\" }");
  EXPECT_EQ(layers[1].place.at(nullptr), "line 6 of my.toml in [d] layer 2, block 'shrink' used on line 12");
  EXPECT_THAT(layers[2].place.at(nullptr), HasSubstr("line 7 of my.toml"));
  const auto twice = with_blocks("[blocks]\na = [\n{ use = \"b\" }]\nb = [\n\"relu\"]", "{ use = \"a\" }");
  EXPECT_EQ(twice.at(0).place.at(nullptr),
            "line 5 of my.toml in [d] layer 1, block 'a' used on line 7, block 'b' used on line 3");
}

TEST(Blocks, SettingsReachThem) {
  EXPECT_EQ(layers_of(with_blocks(kSection, "{ use = \"shrink\" }",
                                  {"d.layers.0.filters=3", "blocks.shrink.layers.2.leaky_relu=0.25"})),
            "{ conv = 3, kernel = 4 }\n{ leaky_relu = 0.25 }\n");
  EXPECT_EQ(layers_of(with_blocks(kSection, "{ use = \"shrink\" }", {"blocks.shrink.filters=5"})),
            "{ conv = 5, kernel = 4 }\n{ leaky_relu = 0.5 }\n");
  EXPECT_EQ(layers_of(with_blocks("", "{ conv = 3 }, \"batch_norm\"", {"d.layers.0.bias=false", "d.layers.1.a=1"})),
            "{ conv = 3, bias = false }\n{ batch_norm = true, a = 1 }\n")
      << "the kind stays first";
}

TEST(Blocks, RefuseWhatCannotBeMeant) {
  const auto error = [](const std::string& blocks, const std::string& layers) {
    return error_of([&] { with_blocks(blocks, layers); });
  };
  EXPECT_EQ(error(kSection, "{ use = \"shrnk\" }"),
            "line 11 of my.toml in [d] layer 1: unknown block 'shrnk'; did you mean 'shrink'?");
  EXPECT_THAT(error("", "{ use = \"shrink\" }"), HasSubstr("add it to [blocks]"));
  EXPECT_EQ(error(kSection, "{ use = \"shrink\", filter = 3 }"),
            "line 11 of my.toml in [d] layer 1: the block 'shrink' has no parameter 'filter'; "
            "did you mean 'filters'?");
  EXPECT_EQ(error("[blocks.a]\nwidth = 1\nlayers = [{ conv = \"$wdth\" }]", "{ use = \"a\" }"),
            "line 3 of my.toml in [d] layer 1, block 'a' used on line 5: the block 'a' has no parameter 'wdth'; "
            "did you mean 'width'?");
  EXPECT_THAT(error(kSection, "{ use = \"shrink\", times = 0 }"), HasSubstr("'times' must be a whole number"));
  EXPECT_THAT(error(kSection, "{ use = \"shrink\", times = 1001 }"), HasSubstr("from 1 to 1000"));
  EXPECT_THAT(error(kSection, "{ use = 3 }"), HasSubstr("'use' must be the name of a block"));
  EXPECT_THAT(error("[blocks]\na = []", "\"relu\""),
              HasSubstr("line 2 of my.toml in [blocks] a: the block 'a' has no layers"));
  EXPECT_THAT(error("[blocks]\na = 3", "\"relu\""), HasSubstr("the block 'a' has no layers"));
  EXPECT_THAT(error("[blocks.a]\ntimes = 3\nlayers = [\"relu\"]", "\"relu\""),
              HasSubstr("a parameter cannot be called 'times'"));
  EXPECT_THAT(error("[blocks]\na = [5]", "\"relu\""), HasSubstr("an entry must be a table"))
      << "though nothing uses it";
  EXPECT_THAT(error("[blocks.a]\nw = 4\nlayers = [\"$w\"]", "{ use = \"a\" }"), HasSubstr("an entry must be a table"));
  EXPECT_EQ(error("[blocks]\na = [{ use = \"b\" }]\nb = [\n{ use = \"a\" }]", "{ use = \"b\" }"),
            "line 2 of my.toml in [d] layer 1, block 'b' used on line 6, block 'a' used on line 4: the block 'b' uses "
            "itself: b -> a -> b; a block may use others, but no way may lead back");
}

TEST(Blocks, DoNotGrowBeyondTheLimits) {
  // Ten blocks, each of them ten of the one before: a text of a few hundred bytes, ten milliards of layers.
  std::string section = "[blocks]\nb0 = [\"relu\"]\n";
  for (int i = 1; i <= 10; ++i) section += fmt::format("b{} = [{{ use = \"b{}\", times = 10 }}]\n", i, i - 1);
  EXPECT_THAT(error_of([&] { with_blocks(section, "{ use = \"b10\" }"); }), HasSubstr("more than 4,096 layers"));
  EXPECT_THAT(error_of([&] { with_blocks("", "{ use = \"b\" }", {"blocks.b=[{ use = \"b\" }]"}); }),
              HasSubstr("uses itself"));

  std::string deep = "[blocks]\nb0 = [\"relu\"]\n";
  for (int i = 1; i <= 100; ++i) deep += fmt::format("b{} = [{{ residual = [{{ use = \"b{}\" }}] }}]\n", i, i - 1);
  EXPECT_THAT(error_of([&] { with_blocks(deep, "{ use = \"b100\" }"); }), HasSubstr("more than 64 deep"));

  std::string list = "[1";
  for (int i = 0; i < 4000; ++i) list += ", 1";
  EXPECT_THAT(error_of([&] {
                with_blocks("[blocks.a]\nlong = " + list + "]\nlayers = [{ reshape = \"$long\" }]",
                            "{ use = \"a\", times = 1000 }");
              }),
              HasSubstr("too long a text"));
  EXPECT_EQ(with_blocks("[blocks]\na = [\"relu\"]", "{ use = \"a\", times = 1000 }").size(), 1000u);
}

}  // namespace
}  // namespace ganymede::config
