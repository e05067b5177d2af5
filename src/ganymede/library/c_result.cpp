#include "ganymede/library/c_result.h"

#include <cmath>

#include "ganymede/image/depth.h"
#include "ganymede/library/c_errors.h"

using ganymede::library::guarded;
using ganymede::library::required;

void ganymede_result::add(const std::string& group, ganymede::GeneratedImage image, nlohmann::ordered_json more) {
  nlohmann::ordered_json entry{{"group", group}};
  if (!image.label.empty()) entry["class"] = image.label;
  if (!more.is_null()) entry.update(more);
  list.push_back(std::move(entry));
  image.image = ganymede::image::eight_bits(std::move(image.image));  // what a ganymede_image holds
  entries.push_back({std::move(image), group});
}

void ganymede_result::add(const std::string& group, ganymede::Image image, nlohmann::ordered_json more) {
  add(group, ganymede::GeneratedImage{.image = std::move(image)}, std::move(more));
}

void ganymede_result::finish() {
  for (const auto& [generated, group] : entries) {
    const auto& image = generated.image;
    images.push_back({.pixels = {image.pixels.data(), image.width, image.height, image.channels},
                      .group = group.c_str(),
                      .label = generated.label.c_str(),
                      .latent = generated.latent.empty() ? nullptr : generated.latent.data(),
                      .latent_size = generated.latent.size()});
  }
  about["images"] = std::move(list);
  text = about.dump();
}

namespace ganymede::library {
namespace {

using nlohmann::ordered_json;

void add_all(ganymede_result& out, const std::string& group, std::vector<GeneratedImage>&& images) {
  for (auto& one : images) {
    const auto index = one.index;
    out.add(group, std::move(one), {{"index", index}});
  }
}

ordered_json accuracy_json(const train::Accuracy& accuracy) {
  return {{"share", accuracy.share}, {"of", accuracy.of}};
}

}  // namespace

void fill(ganymede_result& out, GenerateResult&& result) {
  if (result.seed) out.about["seed"] = *result.seed;
  out.about["generated"] = result.generated;
  out.columns = static_cast<int>(result.columns);
  add_all(out, "images", std::move(result.images));
}

void fill(ganymede_result& out, FramesResult&& result) {
  out.columns = static_cast<int>(result.images.size());
  add_all(out, "images", std::move(result.images));
}

void fill(ganymede_result& out, ArithmeticResult&& result) {
  if (result.named) {
    out.about["named"] = result.named->names;
    out.about["accuracy"] = accuracy_json(result.named->accuracy);
  }
  add_all(out, "images", std::move(result.images));
  out.add("mean_a", std::move(result.mean_a));
  out.add("mean_b", std::move(result.mean_b));
  out.add("mean_c", std::move(result.mean_c));
}

void fill(ganymede_result& out, DirectionResult&& result) {
  out.about["frames"] = result.frames;
  out.about["direction"] = result.direction;
  out.about["starts"] = result.starts;
  out.columns = static_cast<int>(result.frames);
  add_all(out, "images", std::move(result.images));
}

void fill(ganymede_result& out, NearestImagesResult&& result) {
  out.about["data"] = result.data;
  out.about["searched"] = result.searched;
  add_all(out, "images", std::move(result.images));
  for (std::size_t i = 0; i < result.nearest.size(); ++i) {
    for (auto& near : result.nearest[i]) {
      out.add("nearest", GeneratedImage{.image = std::move(near.image), .label = near.label},
              {{"of", i}, {"index", near.index}, {"distance", near.distance}});
    }
  }
}

void fill(ganymede_result& out, ExemplarsResult&& result) {
  out.about["accuracy"] = accuracy_json(result.accuracy);
  auto& classes = out.about["classes"] = ordered_json::array();
  for (auto& one : result.classes) {
    classes.push_back({{"name", one.name}, {"share", one.share}});
    for (std::size_t i = 0; i < one.images.size(); ++i) {
      const auto index = one.images[i].index;
      out.add("images", std::move(one.images[i]),
              {{"index", index}, {"named", one.name}, {"probability", one.probabilities[i]}});
    }
  }
}

void fill(ganymede_result& out, ProjectResult&& result) {
  for (std::size_t i = 0; i < result.found.size(); ++i) {
    out.add("images", std::move(result.found[i]), {{"error", result.errors[i]}});
  }
  for (auto& one : result.given) out.add("given", std::move(one));
}

void fill(ganymede_result& out, std::vector<Image>&& images) {
  for (auto& one : images) out.add("images", std::move(one));
}

void fill(ganymede_result& out, EvaluateResult&& result) {
  out.about.update(ordered_json::parse(result.json));
}

void fill(ganymede_result& out, FeaturesResult&& result) {
  out.about["data"] = result.data;
  out.about["checksum"] = result.checksum;
  out.about["test"] = result.test;
  out.about["layers"] = result.layers;
  auto& rows = out.about["rows"] = ordered_json::object();
  for (const auto& [name, found] : result.rows) {
    const double deviation = found.accuracy.deviation;
    rows[name] = {
        {"accuracy",
         {{"mean", found.accuracy.mean}, {"std", std::isnan(deviation) ? ordered_json() : ordered_json(deviation)}}},
        {"validation", found.validation},
        {"c", found.costs},
        {"width", found.width},
        {"labels", found.labels},
        {"validation_images", found.validation_images},
        {"test_images", found.test_images}};
  }
}

void fill(ganymede_result& out, TrainResult&& result) {
  using State = TrainResult::State;
  out.about["state"] = result.state == State::kDone ? "done" : result.state == State::kStopped ? "stopped" : "complete";
  out.about["recipe"] = result.recipe;
  out.about["folder"] = result.folder.string();
  out.about["step"] = result.step;
  out.about["steps"] = result.steps;
  out.about["epochs"] = result.epochs;
  out.about["seconds"] = result.seconds;
  out.about["samples"] = result.samples.string();
  out.about["losses"] = result.losses.string();
  out.about["model"] = result.model.string();
}

void fill(ganymede_result& out, std::vector<ExportedFile>&& files) {
  auto& list = out.about["files"] = ordered_json::array();
  for (const auto& file : files) {
    list.push_back(
        {{"path", file.path.string()}, {"network", file.network}, {"inputs", file.inputs}, {"outputs", file.outputs}});
  }
}

void fill(ganymede_result& out, ImportResult&& result) {
  auto& networks = out.about["networks"] = ordered_json::array();
  for (const auto& one : result.networks) {
    networks.push_back(
        {{"network", one.network}, {"file", one.file}, {"by_order", one.by_order}, {"tensors", one.pairs}});
  }
  out.about["untouched"] = result.untouched;
  out.about["whole"] = result.whole;
  out.about["proposed"] = result.proposed;
  out.about["open"] = result.open;
}

}  // namespace ganymede::library

size_t ganymede_result_count(const ganymede_result* result) {
  return result == nullptr ? 0 : result->images.size();
}

const ganymede_image* ganymede_result_image(const ganymede_result* result, size_t index) {
  return index < ganymede_result_count(result) ? &result->images[index] : nullptr;
}

const char* ganymede_result_json(const ganymede_result* result) {
  return result == nullptr ? "" : result->text.c_str();
}

ganymede_status ganymede_result_write_png(const ganymede_result* result, const char* path) {
  return guarded([&] {
    std::vector<ganymede::Image> images;
    for (const auto& entry : required(result, "result").entries) {
      if (entry.group == "images") images.push_back(entry.generated.image);
    }
    ganymede::write_png(&required(path, "path"), ganymede::grid(images, result->columns));
  });
}

void ganymede_result_free(ganymede_result* result) {
  delete result;
}
