#include "ganymede/recipe/recipe_reference.h"

#include <fmt/format.h>

#include "ganymede/core/text.h"
#include "ganymede/nn/registry.h"
#include "ganymede/objectives/registry.h"
#include "ganymede/recipe/recipe_fields.h"

namespace ganymede::config {
namespace {

using Abouts = std::vector<std::pair<std::string, std::string>>;

template <class Config>
std::vector<FieldRow> rows_of(Config config) {
  std::vector<FieldRow> rows;
  FieldReader reader(rows);
  visit_fields(reader, config);
  return rows;
}

/// The key that makes a table one of its kind has no default: the kind's own, or `name`.
std::string table_of(const std::vector<FieldRow>& rows, const std::string& kind = "") {
  std::string out = "\n| key | value | default | meaning |\n|---|---|---|---|\n";
  for (const auto& row : rows) {
    const bool names_kind = row.key == kind || row.usual == "\"" + kind + "\"";
    const bool shown = !names_kind && !row.usual.empty() && row.usual != "\"\"" && row.usual != "[]";
    out += fmt::format("| `{}` | {} | {} | {} |\n", row.key, row.value, shown ? "`" + row.usual + "`" : "",
                       sentence(row.about));
  }
  return out;
}

std::string section(const std::string& name, const std::string& about, const std::vector<FieldRow>& rows) {
  return fmt::format("\n## [{}]\n\n{}\n{}", name, about, table_of(rows));
}

std::string names(const Abouts& abouts) {
  std::string out = "\n| name | |\n|---|---|\n";
  for (const auto& [name, about] : abouts) out += fmt::format("| `{}` | {} |\n", name, sentence(about));
  return out;
}

/// A part for each kind of a registry, under a heading of these marks: what it is, and its options.
template <class Kinds>
std::string kinds(const Kinds& registry, const char* marks) {
  std::string out;
  for (const auto& [name, about] : registry.abouts())
    out += fmt::format("\n{} {}\n\n{}\n{}", marks, name, sentence(about), table_of(fields_of(registry, name), name));
  return out;
}

std::vector<FieldRow> network_rows(const std::string& of) {
  auto rows = rows_of(NetworkConfig{});
  rows.push_back({"layers", "list: layers", "", "what the network is made of, first to last"});
  if (of != "discriminator") return rows;
  rows.push_back({"output", words_of_names(all_names<OutputKind>()), "\"score\"",
                  "a score of the image, or a grid of scores of its patches"});
  rows.push_back({"heads", "section", "", "two lists of layers behind its layers instead of one end"});
  return rows;
}

std::vector<FieldRow> head_rows() {
  return {{"adversarial", "list: layers", "", "ends in one score"},
          {"classes", "list: layers, or `\"data\"`", "",
           "ends in a number for each class; `\"data\"` is one dense layer, as wide as the data has classes"}};
}

std::string networks() {
  std::string out =
      section("generator", "From noise, or from the encoder's code, to images.", network_rows("generator"));
  out += section("discriminator", "From images to what the objective wants.", network_rows("discriminator"));
  out += section("discriminator.heads", "An auxiliary classifier beside the score (`acgan`).", head_rows());
  out += section("encoder", "With `[source]`: images of another data set to codes.", network_rows("encoder"));
  return out + section("encoder.training", "The encoder learns first, as a classifier of the source's classes.",
                       rows_of(ClassifierTraining{}));
}

std::string losses() {
  std::string out = "\n## [objective]\n\n[Objectives and penalties](../objectives.md) has their formulas.\n";
  out += table_of({{"name", words_of_names(objectives::objective_names()), "", "what the networks minimise"},
                   {"penalties", "list: penalties", "", "terms of the discriminator's loss: `[{ r1 = 0.05 }]`"}});
  out += kinds(objectives::objectives(), "###");
  return out + "\n## Penalties\n" + kinds(objectives::penalties(), "###");
}

constexpr const char* kHead = R"(# Recipe keys

Made by the program from the lists that recipes are read with. `ganymede recipes show NAME` prints a recipe,
`ganymede recipes check FILE` reads one's own, and `--set SECTION.KEY=VALUE` changes a key for once.

| kind of value | written |
|---|---|
| interval | `"500 steps"`, `"1 epoch"`, `"50000 images"`, `"10 minutes"`, `"30 seconds"`; a number is steps |
| schedule | a number, or `{ from = 0.05, to = 0.005, over = "500000 images", shape = "cosine" }` |
| layers | [layer kinds](layers.md), `{ conv = 64, kernel = 4 }` or `"relu"` |

## At the top

| key | value | default | meaning |
|---|---|---|---|
| `name` | text | the file's | Of the recipe. |
| `title` | text | | One line for lists. |
| `about` | text | | What else is to be said. |
| `blocks` | section | | [Parts of networks](../layers.md#named-blocks) that are written once. |
)";

}  // namespace

std::string recipe_reference() {
  std::string out = kHead;
  out += section("data", "The images, and how they enter the networks: [Data](../data.md).", rows_of(DataConfig{}));
  out +=
      "\n## [source]\n\nImages of another data set, which the recipe translates, in the place of `[latent]`; the keys "
      "of `[data]`.\n";
  out += section("latent", "The noise that the generator starts from.", rows_of(LatentConfig{}));
  out += networks() + losses();
  out += section("optimizer.generator", "And `[optimizer.discriminator]`.", rows_of(OptimizerConfig{}));
  out += names(optim::rules().abouts());
  out += section("augment", "How the discriminator's images are changed, real and generated alike.",
                 rows_of(AugmentConfig{}));
  out += names(augment::policies().abouts());
  out += section("train", "How long and how.", rows_of(TrainConfig{}));
  out += section("sample", "The grid generated from the same noise again and again.", rows_of(SampleConfig{}));
  return out + section("quality", "What is measured while training: [Quality metrics](../quality.md).",
                       rows_of(QualityConfig{}));
}

std::string layer_reference() {
  std::string out =
      "# Layer kinds\n\nMade by the program from the lists that recipes are read with; [Layers](../layers.md) says how "
      "they are put together. A kind whose value is `true` may be written as a bare name: `\"relu\"`.\n";
  out += kinds(nn::layers(), "##");
  return out + "\n## Initialisers\n\nFor `init` of a network or a layer.\n" + names(nn::initialisers().abouts());
}

}  // namespace ganymede::config
