// What the routes POST /api/v1/models/{id}/OPERATION have in common: how their requests are read and described.
#pragma once

#include <cctype>

#include "ganymede/operations/descriptions.h"
#include "ganymede/operations/origin.h"
#include "ganymede/operations/schema.h"
#include "ganymede/serve/api.h"
#include "ganymede/serve/body.h"
#include "ganymede/serve/image_answers.h"

namespace ganymede::serve {

/// A request that was read, the model it is for, and how its images are wanted.
template <class Wanted, class Answer>
struct Asked {
  operations::ModelPtr model;
  Wanted request = {};
  Answer answer = {};
  ModelAnswer about = {};  ///< what every JSON answer says

  operations::Origin origin() const {
    if constexpr (std::is_base_of_v<operations::GenerationOptions, Wanted>)
      return operations::origin_of(about.model, *model, request);
    else
      return operations::origin_of(about.model, *model, operations::GenerationOptions{});
  }
};

struct NoAnswer {};
template <class V>
void visit_fields(V&, NoAnswer&) {}

template <class Wanted, class Answer>
operations::FieldList fields_of_both(Wanted& request, Answer& answer) {
  operations::FieldList fields = operations::fields_of(request);
  for (auto& field : operations::fields_of(answer)) fields.push_back(std::move(field));
  return fields;
}

template <class Wanted, class Answer>
std::shared_ptr<Asked<Wanted, Answer>> read_asked(const Services& services, const Request& request, Answer usual) {
  auto asked = std::make_shared<Asked<Wanted, Answer>>();
  asked->answer = usual;
  const auto body = body_of(request);  // first: what is no JSON must not make anything load
  const std::string id = request.captured.at("id");
  asked->model = services.catalogue.load(id);
  operations::read_json(body, fields_of_both(asked->request, asked->answer), operations::Door::kServed);
  const auto& shape = asked->model->image_shape();
  asked->about = {.model = id, .image = {shape.width(), shape.height(), shape.channels()}};
  if constexpr (requires { asked->request.truncation; }) asked->about.truncation = asked->request.truncation;
  return asked;
}

/// A JSON answer that has what all have, and its images.
template <class Json>
Json begun(const ModelAnswer& about, std::vector<AnsweredImage> images) {
  Json out;
  static_cast<ModelAnswer&>(out) = about;
  out.images = std::move(images);
  return out;
}

/// What the description says of an operation whose JSON answer is a `Json`, if it has one.
template <class Wanted, class Json, class Answer>
RouteAbout about_operation(const operations::Description& operation, Answer usual) {
  Wanted request;
  RouteAbout about{
      .id = operation.name, .summary = operation.summary, .answer = "The images, in the format asked for."};
  about.summary[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(about.summary[0])));
  about.body = operations::schema_of(fields_of_both(request, usual), operations::Door::kServed);
  about.problems = {429};
  const auto any = nlohmann::ordered_json::object();
  if constexpr (!std::is_same_v<Answer, NoAnswer>) {
    about.content.emplace_back("image/png", any);
    if constexpr (std::is_same_v<Answer, FrameAnswer>) {
      about.content.emplace_back("image/gif", any);
      about.content.emplace_back("image/apng", any);
    }
    about.content.emplace_back("application/zip", any);
  }
  if constexpr (!std::is_same_v<Json, NoAnswer>) about.json = schema_of_answer<Json>();
  return about;
}

inline void add_operation(Router& router, RouteAbout about, Handler handle) {
  router.add("POST", "/api/v1/models/{id}/" + about.id, std::move(handle), about);
}

}  // namespace ganymede::serve
