// The operations that take images from clients: POST /api/v1/models/{id}/project and translate. They run in the slow
// lane, one request after another, so that the decoded images of one at a time are in memory.
#include "ganymede/image/decode.h"
#include "ganymede/operations/project.h"
#include "ganymede/operations/translate.h"
#include "ganymede/serve/api.h"
#include "ganymede/serve/operation_route.h"
#include "ganymede/serve/packing.h"

namespace ganymede::serve {
namespace {

namespace ops = operations;

constexpr auto kMaxTime = std::chrono::seconds(60);
constexpr std::int64_t kMaxPixels = std::int64_t{4} << 20;  // of an image that is kept while the others are decoded

/// Ends what takes longer than a client waits, from now on, and with the lane.
ops::Control limited(const SlowLane& lane) {
  using Clock = std::chrono::steady_clock;
  return {.cancel = lane.ending(), .progress = [end = Clock::now() + kMaxTime](std::uint64_t, std::uint64_t) {
            if (Clock::now() > end)
              throw Problem(503, "it took longer than a minute, the most that a server gives to one request");
          }};
}

/// What a request's `images` hold. Throws FieldError for one that is no base64 or no image.
std::vector<image::Image> decoded(const std::vector<std::string>& texts) {
  std::vector<image::Image> out;
  for (const auto& text : texts) {
    const std::string place = fmt::format("images[{}]", out.size());
    try {
      out.push_back(image::decode(from_base64(text), place));
    } catch (const Error& error) {
      throw ops::FieldError(place, error.what_happened());
    }
    const auto& got = out.back();
    if (std::int64_t{got.width} * got.height > kMaxPixels)
      throw ops::FieldError(place, fmt::format("has {} x {} pixels; a server takes {} million at most", got.width,
                                               got.height, kMaxPixels >> 20));
  }
  return out;
}

std::vector<ops::GeneratedImage> without_points(std::vector<image::Image> images) {
  std::vector<ops::GeneratedImage> out;
  for (auto& one : images) {
    const auto place = static_cast<std::int64_t>(out.size());
    out.push_back({.image = std::move(one), .latent = {}, .label = {}, .index = place});
  }
  return out;
}

/// `Json` of the images that were made, and of those that were given as the networks see them.
template <class Json>
Json beside_given(const ModelAnswer& about, std::vector<AnsweredImage> images,
                  const std::vector<ops::GeneratedImage>& given, const EncodeImage& encode) {
  auto out = begun<Json>(about, std::move(images));
  for (const auto& one : given) out.given.push_back(encode(one));
  return out;
}

ImageAnswer projected(const Asked<ops::ProjectRequest, StillAnswer>& asked, const ops::Control& control) {
  auto found = ops::project(*asked.model, decoded(asked.request.images), asked.request, control);
  ImageAnswer answer{.origin = asked.origin(), .images = std::move(found.found), .columns = 1};
  answer.columns = static_cast<std::int64_t>(answer.images.size());
  answer.document = [about = asked.about, given = without_points(std::move(found.given)), errors = found.errors](
                        std::vector<AnsweredImage> images, const EncodeImage& encode) {
    auto out = beside_given<ProjectedAnswer>(about, std::move(images), given, encode);
    out.errors = errors;
    return json_of(out);
  };
  return answer;
}

ImageAnswer translated(const Asked<ops::TranslateRequest, StillAnswer>& asked, const ops::Control& control) {
  std::vector<image::Image> given, made;
  for (auto& one : ops::translate(*asked.model, decoded(asked.request.images), control)) {
    given.push_back(std::move(one.given));
    made.push_back(std::move(one.image));
  }
  ImageAnswer answer{.origin = asked.origin(), .images = without_points(std::move(made)), .columns = 1};
  answer.columns = static_cast<std::int64_t>(answer.images.size());
  answer.document = [about = asked.about, given = without_points(std::move(given))](std::vector<AnsweredImage> images,
                                                                                    const EncodeImage& encode) {
    return json_of(beside_given<TranslatedAnswer>(about, std::move(images), given, encode));
  };
  return answer;
}

template <class Wanted, class Json>
void add_route(Router& router, const Services& services, const char* name,
               ImageAnswer (*made)(const Asked<Wanted, StillAnswer>&, const ops::Control&)) {
  const auto handle = [&services, made](const Request& request, const Reply& reply) {
    const auto asked = read_asked<Wanted>(services, request, StillAnswer{});
    const auto control = limited(services.slow_lane);
    services.slow_lane.post([asked, made, control, reply, memory = request.memory] {
      try {
        control.check();
        control.report(0, 1);  // it may have waited for too long already
        reply(response_of(made(*asked, control), asked->answer));
      } catch (...) {
        reply(response_of(std::current_exception()));
      }
    });
  };
  add_operation(router, about_operation<Wanted, Json>(ops::description_of(name), StillAnswer{}), handle);
}

}  // namespace

void add_given_image_routes(Router& router, const Services& services) {
  add_route<ops::ProjectRequest, ProjectedAnswer>(router, services, "project", projected);
  add_route<ops::TranslateRequest, TranslatedAnswer>(router, services, "translate", translated);
}

}  // namespace ganymede::serve
