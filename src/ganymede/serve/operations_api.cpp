// POST /api/v1/models/{id}/OPERATION: each reads its request's own fields, generates with the engine and packs what
// came.
#include <algorithm>
#include <random>

#include "ganymede/core/counted.h"
#include "ganymede/image/encode.h"
#include "ganymede/operations/arithmetic.h"
#include "ganymede/operations/descriptions.h"
#include "ganymede/operations/generate.h"
#include "ganymede/operations/interpolate.h"
#include "ganymede/operations/nearest_images.h"
#include "ganymede/serve/access.h"
#include "ganymede/serve/api.h"
#include "ganymede/serve/operation_route.h"
#include "ganymede/serve/packing.h"

namespace ganymede::serve {
namespace {

namespace ops = operations;

constexpr auto kDeadline = std::chrono::seconds(20);

/// The plan of a request; what its points say is noted for the answer.
template <class Wanted, class Answer>
auto planned_for(Asked<Wanted, Answer>& asked) {
  auto planned = plan(asked.model, asked.request);
  const auto& before = planned.input.untrained;
  asked.about.untrained = std::all_of(before.begin(), before.end(), [](char one) { return one != 0; });
  if (planned.input.size() > static_cast<std::int64_t>(ops::kMaxImages)) {  // its fields alone do not say so
    throw ops::FieldError("frames", fmt::format("and the points make {}; a request makes {} at most",
                                                counted(planned.input.size(), "image"), ops::kMaxImages));
  }
  return planned;
}

/// Generates for a plan; what came of it goes to `take` on a worker's thread, what went wrong, there too, is the reply.
template <class Result>
void run_generator(const Services& services, const Request& request, const ops::ModelPtr& model, ops::Plan<Result> plan,
                   const Reply& reply, std::function<void(Result)> take) {
  auto finish = std::move(plan.finish);
  services.engine.generate(
      model, std::move(plan.input),
      {.deadline = ops::Engine::Clock::now() + kDeadline, .cancel = {}, .client = client_of(request)},
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
    const auto asked = read_asked<Wanted>(services, request, usual);
    auto planned = planned_for(*asked);
    using Result = decltype(planned.finish(Tensor()));
    run_generator<Result>(
        services, request, asked->model, std::move(planned), reply,
        [asked, pack, reply](Result result) { reply(response_of(pack(*asked, std::move(result)), asked->answer)); });
  };
}

std::uint64_t any_seed() {
  std::random_device device;
  return (std::uint64_t{device()} << 32 | device()) % (config::kLargestSeed + 1);
}

void generate_images(const Services& services, const Request& request, const Reply& reply) {
  const auto asked = read_asked<ops::GenerateRequest>(services, request, StillAnswer{.format = Format::kPng});
  auto& wanted = asked->request;
  if (!wanted.seed && wanted.z.empty() && wanted.points.empty()) wanted.seed = any_seed();
  run_generator<ops::GenerateResult>(
      services, request, asked->model, planned_for(*asked), reply, [asked, reply](ops::GenerateResult result) {
        ImageAnswer answer{.origin = asked->origin(), .images = std::move(result.images), .columns = result.columns};
        if (result.seed) answer.headers.emplace_back("X-Ganymede-Seed", std::to_string(*result.seed));
        answer.document = [asked, seed = result.seed](std::vector<AnsweredImage> images, const EncodeImage&) {
          auto out = begun<GeneratedAnswer>(asked->about, std::move(images));
          out.seed = seed;
          return json_of(out);
        };
        reply(response_of(answer, asked->answer));
      });
}

/// A request of points between which images are interpolated, or one that mixes them.
template <class Wanted>
using FramesJson = std::conditional_t<std::is_same_v<Wanted, ops::BlendRequest>, GeneratedAnswer, InterpolatedAnswer>;

template <class Wanted>
ImageAnswer frames_answer(const Asked<Wanted, FrameAnswer>& asked, ops::FramesResult result) {
  ImageAnswer answer{.origin = asked.origin(), .images = std::move(result.images), .columns = 1};
  answer.columns = static_cast<std::int64_t>(answer.images.size());
  answer.document = [about = asked.about, request = asked.request](std::vector<AnsweredImage> images,
                                                                   const EncodeImage&) {
    auto out = begun<FramesJson<Wanted>>(about, std::move(images));
    if constexpr (requires { out.interpolation; }) out.interpolation = request.interpolation;
    return json_of(out);
  };
  return answer;
}

ImageAnswer arithmetic_answer(const Asked<ops::ArithmeticRequest, StillAnswer>& asked, ops::ArithmeticResult result) {
  ImageAnswer answer{.origin = asked.origin(), .images = std::move(result.images), .columns = 3};
  result.images.clear();
  answer.document = [about = asked.about, radius = asked.request.radius, seed = asked.request.seed,
                     means = std::move(result)](std::vector<AnsweredImage> images, const EncodeImage& encode) {
    auto out = begun<ArithmeticAnswer>(about, std::move(images));
    out.radius = radius;
    out.seed = seed;
    out.mean_a = encode(means.mean_a);
    out.mean_b = encode(means.mean_b);
    out.mean_c = encode(means.mean_c);
    return json_of(out);
  };
  return answer;
}

ImageAnswer direction_answer(const Asked<ops::DirectionRequest, StillAnswer>& asked, ops::DirectionResult result) {
  ImageAnswer answer{.origin = asked.origin(), .images = std::move(result.images), .columns = result.frames};
  answer.document = [about = asked.about, strength = asked.request.strength, frames = result.frames,
                     direction = asked.answer.vectors ? std::optional(std::move(result.direction)) : std::nullopt](
                        std::vector<AnsweredImage> images, const EncodeImage&) {
    auto out = begun<DirectionAnswer>(about, std::move(images));
    out.frames = frames;
    out.strength = strength;
    out.direction = direction;
    return json_of(out);
  };
  return answer;
}

/// `Json`: NearestImagesAnswer, or the same under its old names.
template <class Json>
Response nearest_response(const ModelAnswer& about, const ops::NearestImagesResult& found) {
  Json out;
  static_cast<ModelAnswer&>(out) = about;
  out.data = found.data;
  for (const auto& nearest : found.nearest) {
    auto& list = out.nearest.emplace_back();
    for (const auto& one : nearest) {
      list.push_back(
          {.index = one.index, .distance = one.distance, .png = base64(image::encode_png(image::shown(one.image)))});
      if (!one.label.empty()) list.back().label = one.label;
    }
  }
  return json_response(json_of(out));
}

template <class Json>
Handler nearest_handler(const Services& services) {
  return [services](const Request& request, const Reply& reply) {
    const auto asked = read_asked<ops::NearestImagesRequest>(services, request, NoAnswer{});
    const auto look = [&finder = services.training_images, asked, reply](std::vector<ops::GeneratedImage> generated) {
      finder.look(asked->model, std::move(generated), asked->request,
                  [reply, asked](const auto& found, std::exception_ptr error) {
                    reply(error ? response_of(error) : nearest_response<Json>(asked->about, found));
                  });
    };
    run_generator<std::vector<ops::GeneratedImage>>(services, request, asked->model, planned_for(*asked), reply, look);
  };
}

template <class Wanted>
void add_frames(Router& router, const Services& services, const char* name) {
  add_operation(router, about_operation<Wanted, FramesJson<Wanted>>(ops::description_of(name), FrameAnswer{}),
                handler<Wanted>(services, FrameAnswer{}, frames_answer<Wanted>));
}

void add_nearest(Router& router, const Services& services) {
  auto about = about_operation<ops::NearestImagesRequest, NearestImagesAnswer>(ops::description_of("nearest_images"),
                                                                               NoAnswer{});
  about.answer = "For each point the nearest images, nearest first.";
  add_operation(router, about, nearest_handler<NearestImagesAnswer>(services));
  about.id = "neighbours";
  about.summary = "The old name of nearest_images";
  about.json = schema_of_answer<NeighboursAnswer>();
  about.deprecated = true;
  add_operation(router, about, nearest_handler<NeighboursAnswer>(services));
}

}  // namespace

void add_operation_routes(Router& router, const Services& services) {
  auto about = about_operation<ops::GenerateRequest, GeneratedAnswer>(ops::description_of("generate"),
                                                                      StillAnswer{.format = Format::kPng});
  about.headers["X-Ganymede-Seed"] = {{"description", "The seed in use."}, {"schema", {{"type", "string"}}}};
  add_operation(router, about,
                [services](const Request& request, const Reply& reply) { generate_images(services, request, reply); });
  add_frames<ops::InterpolateRequest>(router, services, "interpolate");
  add_frames<ops::WalkRequest>(router, services, "walk");
  add_frames<ops::BlendRequest>(router, services, "blend");
  add_operation(
      router,
      about_operation<ops::ArithmeticRequest, ArithmeticAnswer>(ops::description_of("arithmetic"), StillAnswer{}),
      handler<ops::ArithmeticRequest>(services, StillAnswer{}, arithmetic_answer));
  add_operation(
      router, about_operation<ops::DirectionRequest, DirectionAnswer>(ops::description_of("direction"), StillAnswer{}),
      handler<ops::DirectionRequest>(services, StillAnswer{}, direction_answer));
  add_nearest(router, services);
}

}  // namespace ganymede::serve
