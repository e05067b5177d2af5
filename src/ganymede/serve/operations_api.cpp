// POST /api/v1/models/{id}/OPERATION: each reads its request's own fields, generates with the engine and packs what
// came.
#include <random>

#include "ganymede/image/encode.h"
#include "ganymede/operations/arithmetic.h"
#include "ganymede/operations/descriptions.h"
#include "ganymede/operations/generate.h"
#include "ganymede/operations/interpolate.h"
#include "ganymede/operations/nearest_images.h"
#include "ganymede/serve/api.h"
#include "ganymede/serve/body.h"
#include "ganymede/serve/image_answers.h"
#include "ganymede/serve/openapi.h"
#include "ganymede/serve/packing.h"

namespace ganymede::serve {
namespace {

namespace ops = operations;
using nlohmann::json;
using nlohmann::ordered_json;

constexpr auto kDeadline = std::chrono::seconds(20);

/// A request that was read, the model it is for, and how its images are wanted.
template <class Wanted, class Answer>
struct Asked {
  ops::ModelPtr model;
  Wanted request = {};
  Answer answer = {};
  json about = {};  ///< what every JSON answer says
};

struct NoAnswer {};
template <class V>
void visit_fields(V&, NoAnswer&) {}

template <class Wanted, class Answer>
ops::FieldList fields_of_both(Wanted& request, Answer& answer) {
  ops::FieldList fields = ops::fields_of(request);
  for (auto& field : ops::fields_of(answer)) fields.push_back(std::move(field));
  return fields;
}

template <class Wanted, class Answer>
std::shared_ptr<Asked<Wanted, Answer>> read(const Services& services, const Request& request, Answer usual) {
  auto asked = std::make_shared<Asked<Wanted, Answer>>();
  asked->answer = usual;
  const json body = body_of(request);  // first: what is no JSON must not make anything load
  const std::string id = request.captured.at("id");
  asked->model = services.catalogue.load(id);
  ops::read_json(body, fields_of_both(asked->request, asked->answer), ops::Door::kServed);
  const auto& shape = asked->model->image_shape();
  asked->about = {{"model", id},
                  {"untrained", asked->request.before_training()},
                  {"image", {{"width", shape.width()}, {"height", shape.height()}, {"channels", shape.channels()}}}};
  if (asked->request.truncation) asked->about["truncation"] = *asked->request.truncation;
  return asked;
}

/// Generates for a plan; what came of it goes to `take` on a worker's thread, what went wrong, there too, is the reply.
template <class Result>
void run_generator(const Services& services, const ops::ModelPtr& model, ops::Plan<Result> plan, const Reply& reply,
                   std::function<void(Result)> take) {
  auto finish = std::move(plan.finish);
  services.engine.generate(
      model, std::move(plan.input), {.deadline = ops::Engine::Clock::now() + kDeadline, .cancel = {}},
      [finish, take, reply, &workers = services.workers](const Tensor& images, std::exception_ptr error) {
        workers.post([finish, take, reply, images, error] {
          try {
            if (error) std::rethrow_exception(error);
            take(finish(images));
          } catch (...) {
            reply(response_of(std::current_exception()));
          }
        });
      });
}

/// Reads, plans and generates; `pack` makes the answer of the result.
template <class Wanted, class Answer, class Pack>
Handler handler(const Services& services, Answer usual, Pack pack) {
  return [services, usual, pack](const Request& request, const Reply& reply) {
    const auto asked = read<Wanted>(services, request, usual);
    auto planned = plan(asked->model, asked->request);
    using Result = decltype(planned.finish(Tensor()));
    run_generator<Result>(services, asked->model, std::move(planned), reply, [asked, pack, reply](Result result) {
      reply(response_of(pack(*asked, std::move(result)), asked->answer));
    });
  };
}

std::uint64_t any_seed() {
  std::random_device device;
  return (std::uint64_t{device()} << 32 | device()) % (config::kLargestSeed + 1);
}

void generate_images(const Services& services, const Request& request, const Reply& reply) {
  const auto asked = read<ops::GenerateRequest>(services, request, StillAnswer{.format = StillFormat::kPng});
  auto& wanted = asked->request;
  if (!wanted.seed && wanted.z.empty() && wanted.points.empty()) wanted.seed = any_seed();
  run_generator<ops::GenerateResult>(
      services, asked->model, plan(asked->model, wanted), reply, [asked, reply](ops::GenerateResult result) {
        ImageAnswer answer{.images = std::move(result.images), .columns = result.columns, .about = asked->about};
        if (result.seed) {
          answer.about["seed"] = *result.seed;
          answer.headers.emplace_back("X-Ganymede-Seed", std::to_string(*result.seed));
        }
        reply(response_of(answer, asked->answer));
      });
}

template <class Wanted>
ImageAnswer frames_answer(const Asked<Wanted, FrameAnswer>& asked, ops::FramesResult result) {
  ImageAnswer answer{.images = std::move(result.images), .columns = 1, .about = asked.about};
  answer.columns = static_cast<std::int64_t>(answer.images.size());
  if constexpr (requires { asked.request.interpolation; }) {
    for (const auto& [name, value] : config::Names<ops::Interpolation>::values) {
      if (value != asked.request.interpolation) continue;
      answer.about["interpolation"] = name;
      answer.about["way"] = name;  // its old name
    }
  }
  return answer;
}

ImageAnswer arithmetic_answer(const Asked<ops::ArithmeticRequest, StillAnswer>& asked, ops::ArithmeticResult result) {
  ImageAnswer answer{.images = std::move(result.images), .columns = 3, .about = asked.about};
  answer.about["radius"] = asked.request.radius;
  answer.about["seed"] = asked.request.seed;
  answer.named = {
      {"mean_a", std::move(result.mean_a)}, {"mean_b", std::move(result.mean_b)}, {"mean_c", std::move(result.mean_c)}};
  return answer;
}

ImageAnswer direction_answer(const Asked<ops::DirectionRequest, StillAnswer>& asked, ops::DirectionResult result) {
  ImageAnswer answer{.images = std::move(result.images), .columns = result.frames, .about = asked.about};
  answer.about["frames"] = result.frames;
  answer.about["strength"] = asked.request.strength;
  if (asked.answer.vectors) answer.about["direction"] = result.direction;
  return answer;
}

/// One list for each image: its nearest training images.
Response nearest_found(json about, const char* name, const std::vector<std::vector<quality::NearImage>>& found) {
  auto& lists = about[name] = json::array();
  for (const auto& nearest : found) {
    auto& list = lists.emplace_back(json::array());
    for (const auto& one : nearest) {
      list.push_back({{"index", one.index}, {"distance", one.distance}, {"png", base64(image::encode_png(one.image))}});
      if (!one.label.empty()) list.back()["class"] = one.label;
    }
  }
  return json_response(about);
}

/// `name` is that of the lists in the answer.
Handler nearest_handler(const Services& services, const char* name) {
  return [services, name](const Request& request, const Reply& reply) {
    const auto asked = read<ops::NearestImagesRequest>(services, request, NoAnswer{});
    asked->about["data"] = asked->model->recipe().data.name;
    const auto look = [&finder = services.training_images, asked, name,
                       reply](const std::vector<ops::GeneratedImage>& generated) {
      std::vector<image::Image> images;
      for (const auto& one : generated) images.push_back(one.image);
      finder.look(asked->model, std::move(images), asked->request.count,
                  [reply, asked, name](const auto& found, std::exception_ptr error) {
                    reply(error ? response_of(error) : nearest_found(asked->about, name, found));
                  });
    };
    run_generator<std::vector<ops::GeneratedImage>>(services, asked->model, plan(asked->model, asked->request), reply,
                                                    look);
  };
}

/// What the description says of an operation whose answer has this schema.
template <class Wanted, class Answer>
RouteAbout about_operation(const ops::Description& operation, const std::string& schema, Answer usual) {
  Wanted request;
  RouteAbout about{
      .id = operation.route, .summary = operation.summary, .answer = "The images, in the format asked for."};
  about.summary[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(about.summary[0])));
  about.body = ops::schema_of(fields_of_both(request, usual), ops::Door::kServed);
  about.problems = {429};
  const auto any = ordered_json::object();
  if constexpr (!std::is_same_v<Answer, NoAnswer>) {
    about.content.emplace_back("image/png", any);
    if constexpr (std::is_same_v<Answer, FrameAnswer>) {
      about.content.emplace_back("image/gif", any);
      about.content.emplace_back("image/apng", any);
    }
    about.content.emplace_back("application/zip", any);
  }
  about.content.emplace_back("application/json", schema_ref(schema));
  return about;
}

void add(Router& router, RouteAbout about, Handler handle) {
  router.add("POST", "/api/v1/models/{id}/" + about.id, std::move(handle), about);
}

template <class Wanted>
void add_frames(Router& router, const Services& services, const char* name, const char* schema) {
  add(router, about_operation<Wanted>(ops::description_of(name), schema, FrameAnswer{}),
      handler<Wanted>(services, FrameAnswer{}, frames_answer<Wanted>));
}

void add_nearest(Router& router, const Services& services) {
  auto about =
      about_operation<ops::NearestImagesRequest>(ops::description_of("nearest_images"), "NearestImages", NoAnswer{});
  about.answer = "For each point the nearest images, nearest first.";
  add(router, about, nearest_handler(services, "nearest"));
  about.id = "neighbours";
  about.summary = "The old name of nearest_images";
  about.content = json_content(schema_ref("Neighbours"));
  about.deprecated = true;
  add(router, about, nearest_handler(services, "neighbours"));
}

}  // namespace

void add_operation_routes(Router& router, const Services& services) {
  auto about = about_operation<ops::GenerateRequest>(ops::description_of("generate"), "Generated",
                                                     StillAnswer{.format = StillFormat::kPng});
  about.headers["X-Ganymede-Seed"] = {{"description", "The seed in use."}, {"schema", {{"type", "string"}}}};
  add(router, about,
      [services](const Request& request, const Reply& reply) { generate_images(services, request, reply); });
  add_frames<ops::InterpolateRequest>(router, services, "interpolate", "Interpolated");
  add_frames<ops::WalkRequest>(router, services, "walk", "Interpolated");
  add_frames<ops::BlendRequest>(router, services, "blend", "Generated");
  add(router, about_operation<ops::ArithmeticRequest>(ops::description_of("arithmetic"), "Reckoned", StillAnswer{}),
      handler<ops::ArithmeticRequest>(services, StillAnswer{}, arithmetic_answer));
  add(router, about_operation<ops::DirectionRequest>(ops::description_of("direction"), "Directed", StillAnswer{}),
      handler<ops::DirectionRequest>(services, StillAnswer{}, direction_answer));
  add_nearest(router, services);
}

}  // namespace ganymede::serve
