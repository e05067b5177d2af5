#include <fmt/format.h>

#include <algorithm>
#include <random>

#include "ganymede/explore/latents.h"
#include "ganymede/image/animation.h"
#include "ganymede/image/encode.h"
#include "ganymede/image/grid.h"
#include "ganymede/models/pictures.h"
#include "ganymede/serve/api.h"
#include "ganymede/serve/fields.h"
#include "ganymede/serve/packing.h"

namespace ganymede::serve {
namespace {

using nlohmann::json;

constexpr std::int64_t kMostPictures = 64, kMostPoints = 16, kMostNeighbours = 20, kMostMilliseconds = 60'000;
constexpr std::int64_t kMaxSeed = std::int64_t{1} << 53;  // what every reader of JSON holds without loss
constexpr std::int64_t kMaxIndex = 1'000'000;
constexpr double kLeastTruncation = 0.01, kMostTruncation = 10;
constexpr auto kDeadline = std::chrono::seconds(20);
const std::vector<std::string> kFormats{"png", "grid", "json", "zip"},
    kFrameFormats{"png", "grid", "json", "zip", "gif", "apng"};

/// What is to be drawn, and how it is to be answered.
struct Drawing {
  std::shared_ptr<const LoadedModel> model;
  bool untrained = false;
  std::string format;
  std::string group;  ///< name of the list of pictures in JSON
  Tensor latents, labels;
  std::int64_t columns = 1;
  int milliseconds = 0;            ///< that each picture of an animation stays
  std::int64_t shown = 0;          ///< so many lie in grids and archives; the others are named in `extra`
  std::vector<std::string> extra;  ///< JSON alone: names of the pictures behind the shown ones
  json about;                      ///< the other members of a JSON answer
  bool vectors = false;            ///< JSON alone: with the latents
  Headers headers;
};

/// The fields that every request for pictures has.
Drawing begin(const Services& services, const Request& request, Fields& fields) {
  const std::string id = request.captured.at("id");
  Drawing drawing;
  drawing.model = services.catalogue.load(id);
  drawing.untrained = fields.boolean("untrained", false);
  const auto& shape = drawing.model->model.gan.image_shape();
  drawing.about = {{"model", id},
                   {"untrained", drawing.untrained},
                   {"image", {{"width", shape.width()}, {"height", shape.height()}, {"channels", shape.channels()}}}};
  return drawing;
}

/// As above, where the request may choose how it is answered.
Drawing begin(const Services& services, const Request& request, Fields& fields, const std::vector<std::string>& formats,
              const std::string& usual_format) {
  Drawing drawing = begin(services, request, fields);
  drawing.format = fields.choice("format", formats, usual_format);
  drawing.vectors = fields.boolean("vectors", false);
  return drawing;
}

/// Cuts the distribution off where the request asks for it.
Tensor cut_off(Drawing& drawing, Fields& fields, const Tensor& latents) {
  if (!fields.has("truncation")) return latents;
  const double threshold = fields.number("truncation", kLeastTruncation, kMostTruncation, 1);
  drawing.about["truncation"] = threshold;
  return models::truncated(drawing.model->model.recipe.latent, latents, threshold);
}

/// The number of the class that a field names.
std::int64_t class_of(const Drawing& drawing, Fields& fields, const std::string& name) {
  const auto& classes = drawing.model->model.classes;
  if (classes.empty()) throw Problem(422, "the model draws no classes", name);
  const std::string wanted = fields.choice(name, classes, "");
  return std::find(classes.begin(), classes.end(), wanted) - classes.begin();
}

/// The classes of `count` pictures: the one asked for; else `otherwise`, which may be undefined.
Tensor labels_of(const Drawing& drawing, Fields& fields, std::int64_t count, const Tensor& otherwise) {
  if (!fields.has("class")) return otherwise;
  return at::full({count}, class_of(drawing, fields, "class"), at::kLong);
}

Tensor tensor_of(const std::vector<std::vector<float>>& rows) {
  std::vector<Tensor> out;
  for (const auto& row : rows) out.push_back(torch::tensor(row));
  return at::stack(out);
}

/// The latents of a list of points, each {"seed", "index"} or {"z": [...]}: [N, size].
Tensor points_of(const Drawing& drawing, Fields& fields, const std::string& name, std::size_t least) {
  const auto& latent = drawing.model->model.recipe.latent;
  const auto size = static_cast<std::size_t>(latent.size);
  std::vector<Tensor> rows;
  for (const auto& object : fields.list(name, least, kMostPoints)) {
    Fields point(object, fmt::format("{}[{}]", name, rows.size()));
    if (point.has("z")) {
      rows.push_back(
          tensor_of({Fields({{"z", json::array({object["z"]})}}, point.full_name("z")).vectors("z", 1, 1, size)}));
    } else {
      const auto seed = static_cast<std::uint64_t>(point.integer("seed", 0, kMaxSeed));
      rows.push_back(
          models::draw_numbered_latent(latent, static_cast<std::uint64_t>(point.integer("index", 0, kMaxIndex)), seed));
    }
    point.finish();
  }
  return at::cat(rows);
}

json picture_json(const Drawing& drawing, const image::Image& picture, std::int64_t row) {
  json out{{"png", base64(image::encode_png(picture))}};
  if (drawing.labels.defined()) {
    // Of a point between classes, the one that weighs most.
    const Tensor label = drawing.labels.dim() == 2 ? drawing.labels[row].argmax() : drawing.labels[row];
    out["class"] = drawing.model->model.classes[static_cast<size_t>(label.item<std::int64_t>())];
  }
  if (drawing.vectors) {
    const Tensor z = drawing.latents[row].contiguous();
    out["z"] = std::vector<float>(z.data_ptr<float>(), z.data_ptr<float>() + z.numel());
  }
  return out;
}

Response binary(const std::string& type, const Bytes& bytes) {
  return {.content_type = type, .body = std::string(bytes.begin(), bytes.end())};
}

Response packed(const Drawing& drawing, const Tensor& images) {
  const auto pictures = models::to_pictures(images);
  const auto shown = std::span(pictures).subspan(0, static_cast<size_t>(drawing.shown));
  Response response;
  if (drawing.format == "json") {
    json document = drawing.about;
    auto& list = document[drawing.group] = json::array();
    for (size_t i = 0; i < shown.size(); ++i) {
      list.push_back(picture_json(drawing, pictures[i], static_cast<std::int64_t>(i)));
      list.back()["index"] = i;
    }
    for (size_t i = 0; i < drawing.extra.size(); ++i) {
      const size_t row = shown.size() + i;
      document[drawing.extra[i]] = picture_json(drawing, pictures[row], static_cast<std::int64_t>(row));
    }
    response = json_response(document);
  } else if (drawing.format == "zip") {
    std::vector<std::pair<std::string, Bytes>> files;
    for (size_t i = 0; i < shown.size(); ++i)
      files.emplace_back(fmt::format("{:04}.png", i), image::encode_png(pictures[i]));
    response = {.content_type = "application/zip", .body = zip(files)};
  } else if (drawing.format == "gif") {
    response = binary("image/gif", image::encode_gif(image::enlarged_frames(shown), drawing.milliseconds));
  } else if (drawing.format == "apng") {
    response = binary("image/apng", image::encode_apng(image::enlarged_frames(shown), drawing.milliseconds));
  } else {
    const bool single = drawing.format == "png" && shown.size() == 1;
    response = binary("image/png",
                      image::encode_png(single ? pictures[0] : image::grid(shown, static_cast<int>(drawing.columns))));
  }
  response.headers = drawing.headers;
  return response;
}

/// Draws, then hands the images to `take` on a worker's thread; what goes wrong, there too, is the reply.
void draw(const Services& services, const Drawing& drawing, const Reply& reply,
          std::function<void(const Tensor& images)> take) {
  services.engine.draw({.model = drawing.model,
                        .untrained = drawing.untrained,
                        .latents = drawing.latents,
                        .labels = drawing.labels,
                        .deadline = Engine::Clock::now() + kDeadline,
                        .done = [take = std::move(take), reply, &workers = services.workers](const Tensor& images,
                                                                                             std::exception_ptr error) {
                          workers.post([take, reply, images, error] {
                            try {
                              if (error) std::rethrow_exception(error);
                              take(images);
                            } catch (...) {
                              reply(response_of(std::current_exception()));
                            }
                          });
                        }});
}

/// Draws and replies with the pictures.
void draw(const Services& services, Drawing drawing, const Reply& reply) {
  auto shared = std::make_shared<const Drawing>(std::move(drawing));
  draw(services, *shared, reply, [shared, reply](const Tensor& images) { reply(packed(*shared, images)); });
}

std::uint64_t any_seed() {
  std::random_device device;
  return (std::uint64_t{device()} << 32 | device()) % static_cast<std::uint64_t>(kMaxSeed);
}

void generate(const Services& services, const Request& request, const Reply& reply) {
  Fields fields(request);
  Drawing drawing = begin(services, request, fields, kFormats, "png");
  const auto& model = drawing.model->model;
  std::int64_t count = 0;
  if (fields.has("z")) {
    if (fields.has("seed")) throw Problem(422, "excludes 'z'", "seed");
    drawing.latents =
        tensor_of(fields.vectors("z", 1, kMostPictures, static_cast<std::size_t>(model.recipe.latent.size)));
    count = fields.integer("count", 1, kMostPictures, drawing.latents.size(0));
    if (count != drawing.latents.size(0)) throw Problem(422, "must be the number of vectors in 'z'", "count");
  } else {
    count = fields.integer("count", 1, kMostPictures);
    const auto seed = fields.has("seed") ? static_cast<std::uint64_t>(fields.integer("seed", 0, kMaxSeed)) : any_seed();
    drawing.latents = models::draw_numbered_latents(model.recipe.latent, count, seed);
    drawing.about["seed"] = seed;
    drawing.headers.emplace_back("X-Ganymede-Seed", std::to_string(seed));
  }
  drawing.latents = cut_off(drawing, fields, drawing.latents);
  drawing.labels = labels_of(drawing, fields, count, models::grid_labels(model.gan.classes(), count));
  // As `ganymede sample` lays them out.
  drawing.columns = models::grid_columns(fields.has("class") ? 0 : model.gan.classes(), count);
  drawing.shown = count;
  drawing.group = "pictures";
  fields.finish();
  draw(services, std::move(drawing), reply);
}

/// One class for all where nothing else is asked for: what is explored is z.
Tensor one_class(const Drawing& drawing, std::int64_t count) {
  return drawing.model->model.gan.classes() > 0 ? at::zeros({count}, at::kLong) : Tensor();
}

void interpolate(const Services& services, const Request& request, const Reply& reply) {
  Fields fields(request);
  Drawing drawing = begin(services, request, fields, kFrameFormats, "json");
  const Tensor points = cut_off(drawing, fields, points_of(drawing, fields, "points", 2));
  const auto frames = fields.integer("frames", 2, kMostPictures, 16);
  const std::string way = fields.choice("way", {"spherical", "linear"}, "spherical");
  drawing.latents =
      explore::path(points, frames, way == "linear" ? explore::Blend::kLinear : explore::Blend::kSpherical);
  drawing.labels = labels_of(drawing, fields, frames, one_class(drawing, frames));
  if (fields.has("to_class")) {
    const auto to = class_of(drawing, fields, "to_class");
    drawing.labels =
        explore::class_path(drawing.labels[0].item<std::int64_t>(), to, drawing.model->model.gan.classes(), frames);
  }
  drawing.milliseconds = static_cast<int>(fields.integer("milliseconds", 10, kMostMilliseconds, 50));
  drawing.about["way"] = way;
  drawing.columns = frames;
  drawing.shown = frames;
  drawing.group = "pictures";
  fields.finish();
  draw(services, std::move(drawing), reply);
}

void arithmetic(const Services& services, const Request& request, const Reply& reply) {
  Fields fields(request);
  Drawing drawing = begin(services, request, fields, kFormats, "json");
  std::vector<Tensor> groups;
  for (const char* name : {"a", "b", "c"})
    groups.push_back(cut_off(drawing, fields, points_of(drawing, fields, name, 1)));
  const double radius = fields.number("radius", 0, 2, 0.25);
  const auto seed = static_cast<std::uint64_t>(fields.integer("seed", 0, kMaxSeed, 0));
  const Tensor result = explore::arithmetic(groups[0], groups[1], groups[2]);
  std::vector<Tensor> rows{explore::neighbours(result, radius, seed)};
  for (const auto& group : groups) rows.push_back(group.mean(0, /*keepdim=*/true));
  drawing.latents = at::cat(rows);
  drawing.labels = labels_of(drawing, fields, drawing.latents.size(0), one_class(drawing, drawing.latents.size(0)));
  drawing.about["radius"] = radius;
  drawing.about["seed"] = seed;
  drawing.columns = 3;
  drawing.shown = 9;
  drawing.extra = {"mean_a", "mean_b", "mean_c"};
  drawing.group = "pictures";
  fields.finish();
  draw(services, std::move(drawing), reply);
}

/// One list for each picture: its nearest images.
Response neighbours_found(json about, const std::vector<std::vector<quality::NearImage>>& found) {
  auto& lists = about["neighbours"] = json::array();
  for (const auto& nearest : found) {
    auto& list = lists.emplace_back(json::array());
    for (const auto& one : nearest) {
      list.push_back(
          {{"index", one.index}, {"distance", one.distance}, {"png", base64(image::encode_png(one.picture))}});
      if (!one.label.empty()) list.back()["class"] = one.label;
    }
  }
  return json_response(about);
}

void neighbours(const Services& services, const Request& request, const Reply& reply) {
  Fields fields(request);
  Drawing drawing = begin(services, request, fields);
  drawing.latents = cut_off(drawing, fields, points_of(drawing, fields, "points", 1));
  const auto count = fields.integer("count", 1, kMostNeighbours, 5);
  const auto pictures = drawing.latents.size(0);
  drawing.labels = labels_of(drawing, fields, pictures, one_class(drawing, pictures));
  drawing.about["data"] = drawing.model->model.recipe.data.name;
  fields.finish();
  draw(services, drawing, reply,
       [&services, reply, count, model = drawing.model, about = drawing.about](const Tensor& images) {
         services.training_images.look(model, models::to_pictures(images), count,
                                       [reply, about](const auto& found, std::exception_ptr error) {
                                         reply(error ? response_of(error) : neighbours_found(about, found));
                                       });
       });
}

}  // namespace

void add_picture_routes(Router& router, const Services& services) {
  const auto add = [&](const std::string& verb, void (*handle)(const Services&, const Request&, const Reply&)) {
    router.add(
        "POST", "/api/v1/models/{id}/" + verb,
        Handler([handle, services](const Request& request, const Reply& reply) { handle(services, request, reply); }));
  };
  add("generate", generate);
  add("interpolate", interpolate);
  add("arithmetic", arithmetic);
  add("neighbours", neighbours);
}

}  // namespace ganymede::serve
