#include "ganymede/operations/descriptions.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <stdexcept>

#include "ganymede/config/text_rule.h"
#include "ganymede/core/text.h"
#include "ganymede/operations/evaluate_request.h"
#include "ganymede/operations/export_request.h"
#include "ganymede/operations/features_request.h"
#include "ganymede/operations/image_formats.h"
#include "ganymede/operations/import_request.h"
#include "ganymede/operations/requests.h"
#include "ganymede/operations/schema.h"
#include "ganymede/operations/train_request.h"

namespace ganymede::operations {
namespace {

/// The fields of a request that lives as long as they do.
template <class Request>
FieldList own_fields(const Request& defaults = {}) {
  auto request = std::make_shared<Request>(defaults);
  FieldList fields = fields_of(*request);
  for (auto& field : fields) {
    field.assign = [request, assign = field.assign](const auto& value, const auto& name, Door door) {
      assign(value, name, door);
    };
  }
  return fields;
}

std::string kind_words(const Field& field) {
  const auto range = field.range(Door::kLocal);
  const auto limits = [&](const char* what) {
    if (!field.info.values.empty()) return fmt::format("{}", fmt::join(field.info.values, ", "));
    if (!range) return std::string(what);
    if (range->high == static_cast<double>(config::kLargestSeed))
      return fmt::format("{}, {:g} to 2^53 - 1", what, range->low);
    if (range->high > 1e15) return fmt::format("{} from {:g}", what, range->low);
    return fmt::format("{}, {:.10g} to {:.10g}", what, range->low, range->high);
  };
  std::string words;
  switch (field.kind) {
    case Kind::kInteger:
      words = limits("whole number");
      break;
    case Kind::kNumber:
      words = limits("number");
      break;
    case Kind::kBoolean:
      words = "true or false";
      break;
    case Kind::kText:
      words = "text";
      break;
    case Kind::kChoice:
      words = fmt::format("{}", fmt::join(field.choices, ", "));
      break;
    case Kind::kTexts:
      words = "texts";
      break;
    case Kind::kNumbers:
      words = "numbers";
      break;
    case Kind::kVectors:
      words = "vectors";
      break;
    case Kind::kPoints:
      words = "points";
      break;
  }
  return field.info.unit.empty() ? words : words + " (" + field.info.unit + ")";
}

/// What a server's clients may ask for, where it is another range.
std::string served_words(const Field& field) {
  if (field.info.local) return "not offered";
  std::string words = field.required(Door::kServed) ? "required" : "";
  if (!words.empty() && !field.info.unless.empty()) {
    words += fmt::format(" unless {} is given", fmt::join(field.info.unless, " or "));
  }
  if (field.info.served) {
    words +=
        fmt::format("{}{:.10g} to {:.10g}", words.empty() ? "" : ", ", field.info.served->low, field.info.served->high);
  }
  if (const auto* rule = field.text_rule(Door::kServed)) words += (words.empty() ? "" : ", ") + config::words_of(*rule);
  if (const auto usual = field.default_at(Door::kServed); usual != field.fallback) words += ", default " + usual.dump();
  return words;
}

}  // namespace

const std::vector<Description>& descriptions() {
  const auto route = [](const char* name) { return std::string("/api/v1/models/{id}/") + name; };
  static const std::vector<Description> all{
      {"generate", "sample", route("generate"), "images of random points of the latent space, or of given ones",
       own_fields<GenerateRequest>(), "", own_fields(StillAnswer{.format = Format::kPng})},
      {"interpolate", "explore interpolate", route("interpolate"), "images between points of the latent space",
       own_fields<InterpolateRequest>(), "", own_fields<FrameAnswer>()},
      {"walk", "explore walk", route("walk"), "a closed path through random points of the latent space",
       own_fields<WalkRequest>(), "", own_fields<FrameAnswer>()},
      {"blend", "explore blend", route("blend"), "weighted mixes of points of the latent space",
       own_fields<BlendRequest>(), "", own_fields<FrameAnswer>()},
      {"arithmetic", "explore arithmetic", route("arithmetic"),
       "mean(a) - mean(b) + mean(c), with eight perturbations around it", own_fields<ArithmeticRequest>(), "",
       own_fields<StillAnswer>()},
      {"direction", "explore direction", route("direction"),
       "what tells two groups of points apart, added to other points", own_fields<DirectionRequest>(), "",
       own_fields<StillAnswer>()},
      {"nearest_images", "explore nearest", route("nearest_images"), "the training images nearest to generated ones",
       own_fields<NearestImagesRequest>()},
      {"exemplars", "explore exemplars", "",
       "the images that a classifier of the training data is surest of, for each class", own_fields<ExemplarsRequest>(),
       "it trains a classifier of the data first, for minutes"},
      {"project", "explore project", route("project"), "the points whose images are most like given ones",
       own_fields<ProjectRequest>(), "", own_fields<StillAnswer>()},
      {"translate", "translate", route("translate"), "images translated into another domain",
       own_fields<TranslateRequest>(), "", own_fields<StillAnswer>()},
      {"evaluate", "evaluate", "/api/v1/runs/{id}/evaluate",
       "metrics of a model's images against its data, or of any two sets of images", own_fields<EvaluateRequest>()},
      {"features", "features", "/api/v1/runs/{id}/features", "a discriminator's features under a linear classifier",
       own_fields<FeaturesRequest>()},
      {"train", "train", "/api/v1/runs", "train a recipe into a run folder", own_fields<TrainRequest>()},
      {"export", "export", route("export"),
       "a model's networks as files for other programs: ONNX, TorchScript, safetensors", own_fields<ExportRequest>()},
      {"import", "import", "", "weights of other programs as a model", own_fields<ImportRequest>(),
       "it reads and writes files of this machine"},
  };
  return all;
}

const Description& description_of(const std::string& name) {
  for (const auto& one : descriptions()) {
    if (one.name == name) return one;
  }
  throw std::out_of_range("no operation " + name);
}

const std::string& summary_of(const std::string& command) {
  for (const auto& one : descriptions()) {
    if (one.command == command) return one.summary;
  }
  throw std::out_of_range("no operation of the command " + command);
}

std::vector<ReferencePage> reference_pages() {
  std::vector<ReferencePage> pages;
  for (const auto& one : descriptions()) pages.push_back({one.name + ".md", reference_page(one)});
  return pages;
}

std::string reference_page(const Description& description) {
  std::string out = fmt::format("# {}\n\n{}\n\n", description.name, sentence(description.summary));
  if (!description.command.empty()) out += fmt::format("- Command: `ganymede {}`\n", description.command);
  if (!description.route.empty()) out += fmt::format("- REST: `POST {}`\n", description.route);
  if (!description.why_local.empty()) out += fmt::format("- REST: not offered, because {}\n", description.why_local);
  const bool served = !description.route.empty();
  out += served ? "\n| field | flag | value | default | over HTTP | meaning |\n|---|---|---|---|---|---|\n"
                : "\n| field | flag | value | default | meaning |\n|---|---|---|---|---|\n";
  for (const auto& field : description.fields) {
    std::string flag = field.info.positional ? "(its place)" : "`" + flag_of(field.name) + "`";
    if (field.info.letter != 0) flag = fmt::format("`-{}`, {}", field.info.letter, flag);
    const std::string about = sentence(field.info.about);
    out += fmt::format("| `{}` | {} | {} | {} | {}{} |\n", field.name, flag, kind_words(field),
                       field.info.required ? "required" : default_text(field),
                       served ? served_words(field) + " | " : "", about);
  }
  for (const auto& field : description.answer) {
    out += fmt::format("| `{}` | | {} | {} | HTTP alone | {} |\n", field.name, kind_words(field), default_text(field),
                       sentence(field.info.about));
  }
  return out;
}

}  // namespace ganymede::operations
