// Recipes, options, tables and other texts.
#include <toml++/toml.h>

#include <sstream>

#include "fuzz/targets.h"
#include "ganymede/config/blocks.h"
#include "ganymede/config/interval.h"
#include "ganymede/config/old_keys.h"
#include "ganymede/config/overrides.h"
#include "ganymede/config/schedule.h"
#include "ganymede/config/seed.h"
#include "ganymede/core/error.h"
#include "ganymede/core/json_text.h"
#include "ganymede/core/terminal_line.h"
#include "ganymede/core/text.h"
#include "ganymede/data/options.h"
#include "ganymede/data/tables.h"
#include "ganymede/train/metrics_table.h"
#include "ganymede/train/run_state.h"

namespace ganymede::fuzz {
namespace {

std::vector<Bytes> texts(std::initializer_list<std::string_view> list) {
  std::vector<Bytes> out;
  for (const auto text : list) out.push_back(bytes_of_text(text));
  return out;
}

struct Numbers {
  config::Interval every;
  config::Schedule rate;
  std::vector<std::string> names;
  std::optional<double> share;
};

template <class V>
void visit_fields(V& field, Numbers& n) {
  field("every", n.every);
  field("rate", n.rate);
  field("names", n.names);
  field("share", n.share, config::in_range(0, 1));
}

template <class Options>
void read_section(const toml::table& root, const char* name) {
  const auto* section = root[name].as_table();
  if (section == nullptr) return;
  config::FieldReader reader(*section, {"fuzz", std::string("[") + name + "]"});
  Options options;
  visit_fields(reader, options);
  reader.reject_unknown();
  config::FieldWriter writer;
  visit_fields(writer, options);
  require(writer.as_table().size() == writer.entries().size(), "what is written can be read");
}

/// As recipe/recipe.cpp reads a recipe, up to what its layers mean.
void read_toml(const Bytes& bytes) {
  toml::table root;
  try {
    root = toml::parse(text_of(bytes));
  } catch (const toml::parse_error&) {
    return;
  }
  config::rename_old_keys(root, "fuzz");
  read_section<data::DatasetOptions>(root, "data");
  read_section<Numbers>(root, "train");
  static const toml::table none;
  const auto* section = root["blocks"].as_table();
  config::Blocks blocks(section != nullptr ? *section : none, "fuzz");
  const auto* layers = root["generator"]["layers"].as_array();
  if (layers != nullptr) {
    for (const auto& layer : blocks.entries(*layers, {"fuzz", "[generator]"}, "layer")) config::to_inline_text(layer);
  }
  blocks.unused();
}

/// Changes in a row, one a line: what the first put there the next meets.
void read_overrides(const Bytes& bytes) {
  toml::table root = toml::parse("[train]\nsteps = 4\n[generator]\nlayers = [{ conv = 4 }, \"relu\"]\n");
  std::istringstream lines(text_of(bytes));
  for (std::string line; std::getline(lines, line);) config::apply_override(root, line);
}

void read_words(const Bytes& bytes) {
  const std::string text = text_of(bytes);
  for (const auto& reader : {std::function<void()>([&] { config::parse_seed(text, "fuzz"); }),
                             std::function<void()>([&] { data::ImageSize::of_text(text); })}) {
    try {
      reader();
    } catch (const Error&) {
      // refused: the next has its turn
    }
  }
}

void read_printable(const Bytes& bytes) {
  for (const std::string& line :
       {printable(text_of(bytes)), listed_name(text_of(bytes)), terminal_line(text_of(bytes))}) {
    require(is_utf8(line), "a line is UTF-8");
    for (const char c : line)
      require(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f, "a line has no control characters");
  }
  require(terminal_line(text_of(bytes)).size() <= kLongestLine, "a line is short");
}

void read_metrics(const Bytes& bytes) {
  const auto table = train::parse_metrics(text_of(bytes), "fuzz");
  require(table.values.size() == table.columns.size(), "every column has values");
  for (const auto& column : table.values) require(column.size() == table.rows(), "columns are equally long");
}

Target table(const std::string& ending, std::initializer_list<std::string_view> seeds) {
  const auto read = [name = "labels." + ending](const Bytes& bytes) {
    const auto table = data::read_table(bytes, name, "fuzz");
    for (const auto& row : table.rows) require(row.size() == table.columns.size(), "rows are as long as columns");
  };
  return {"table-" + ending, read, [made = texts(seeds)] { return made; }};
}

constexpr std::string_view kRecipe = R"([data]
name = "folder"
size = [8, 12]
[train]
every = "5 minutes"
rate = { from = 0.5, to = 0.1, over = "1 epoch", shape = "cosine" }
names = ["a", "b"]
share = 0.5
[blocks]
two = [{ conv = 4 }, "relu"]
[blocks.shrink]
filters = 8
layers = [{ conv = "$filters", kernel = 4 }, { residual = ["relu"], shortcut = [] }]
[generator]
layers = [{ use = "shrink", filters = 4, times = 2 }, { use = "two" }, "tanh"]
)";

}  // namespace

std::vector<Target> text_targets() {
  return {
      {"toml", read_toml, [] { return texts({kRecipe, "[train]\nevery = 7\n"}); }},
      {"set", read_overrides,
       [] {
         return texts({"train.steps=5\ngenerator.layers.0.conv=8", "a.b.c={ d = [1, 2] }\na.b.c.d.0=7", "x=no toml",
                       "generator.layers.1.slope=2"});
       }},
      {"words", read_words, [] { return texts({"9007199254740991", "64,96", "0"}); }},
      {"printable", read_printable, [] { return texts({"name\x1b[31m\n\xff.png", "a\xe2\x80\xae"}); }},
      {"json",
       [](const Bytes& bytes) {
         parse_json(text_of(bytes), "fuzz").dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
       },
       [] { return texts({R"({"a": [1, 2.5, "b", null, true, {"c": -1e9}]})"}); }},
      {"metrics", read_metrics,
       [] {
         return texts(
             {"step,epoch,images,seconds,d_loss\n1,0.5,32,0.25,1.5\n2,1,64,0.5,\n", "step,epoch,images,seconds\n"});
       }},
      {"state", [](const Bytes& bytes) { train::parse_run_state(text_of(bytes)); },
       [] {
         return texts({R"({"state": "running", "step": 7, "steps": 20})",
                       R"({"state": "failed", "step": 7, "steps": 20, "why": "no"})"});
       }},
      table("csv", {"file,label\na.png,\"one, \"\"two\"\"\"\r\nb.png,2\n", "a;b\n1;2\n"}),
      table("tsv", {"file\tlabel\na.png\t1\n"}),
      table("json",
            {R"({"labels": [["a.png", 1], ["b.png", 0]]})", R"([{"file": "a", "x": 1}])", R"({"a.png": "cat"})"}),
      table("jsonl", {"{\"file\": \"a.png\", \"label\": \"x\"}\n{\"file\": \"b.png\"}\n"}),
  };
}

}  // namespace ganymede::fuzz
