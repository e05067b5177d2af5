#include "ganymede/serve/http.h"

#include <fmt/format.h>

#include "ganymede/core/log.h"
#include "ganymede/core/text.h"
#include "ganymede/operations/control.h"
#include "ganymede/operations/field.h"
#include "ganymede/serve/answers.h"

namespace ganymede::serve {
namespace {

const std::pair<std::string, std::string> kRetrySoon{"Retry-After", "1"};

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string decoded(std::string_view text, bool plus_is_space) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
      if (high < 0 || low < 0) throw Problem(400, "the address holds a bad percent code");
      c = static_cast<char>(high * 16 + low);
      i += 2;
    } else if (c == '+' && plus_is_space) {
      c = ' ';
    }
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) throw Problem(400, "the address holds a control character");
    out += c;
  }
  if (!is_utf8(out)) throw Problem(400, "the address is not UTF-8");
  return out;
}

/// Calls `visit` for each part of `text` between separators.
template <class Visit>
void split(std::string_view text, char separator, Visit&& visit) {
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find(separator, begin), text.size());
    visit(text.substr(begin, end - begin));
    begin = end + 1;
  }
}

std::string with_hint(const Error& error) {
  return error.what_happened() + (error.hint().empty() ? "" : "; " + error.hint());
}

}  // namespace

const std::string& Request::header(const std::string& lower_case_name) const {
  static const std::string none;
  const auto found = headers.find(lower_case_name);
  return found == headers.end() ? none : found->second;
}

std::string Request::path() const {
  return target.substr(0, target.find('?'));
}

Problem::Problem(int status, std::string detail, std::string field, Headers headers)
    : Error(std::move(detail), std::move(field)), status_(status), headers_(std::move(headers)) {}

std::string phrase(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 204:
      return "No Content";
    case 304:
      return "Not Modified";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 413:
      return "Content Too Large";
    case 415:
      return "Unsupported Media Type";
    case 421:
      return "Misdirected Request";
    case 422:
      return "Unprocessable Content";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 503:
      return "Service Unavailable";
    default:
      return "Status " + std::to_string(status);
  }
}

Response problem_response(const Problem& problem) {
  ProblemDetails details{.title = phrase(problem.status()), .status = problem.status()};
  details.detail = problem.where().empty() ? problem.what_happened() : problem.where() + ": " + problem.what_happened();
  if (!problem.where().empty()) details.errors = std::vector<FieldProblem>{{problem.where(), problem.what_happened()}};
  Response response = json_response(json_of(details));
  response.status = problem.status();
  response.content_type = "application/problem+json";
  response.headers = problem.headers();
  return response;
}

Response response_of(const std::exception_ptr& exception) {
  try {
    std::rethrow_exception(exception);
  } catch (const Problem& problem) {
    return problem_response(problem);
  } catch (const operations::FieldError& error) {
    return problem_response(Problem(422, with_hint(error), error.where()));
  } catch (const UsageError& error) {
    return problem_response(Problem(422, with_hint(error)));  // where it was may be a file of this machine
  } catch (const operations::Busy&) {
    return problem_response(Problem(429, "the server is busy; try again in a moment", {}, {kRetrySoon}));
  } catch (const Cancelled&) {
    return problem_response(Problem(503, "the server is ending"));
  } catch (const operations::Late&) {
    return problem_response(Problem(503, "the server is too busy to answer in time", {}, {kRetrySoon}));
  } catch (const std::exception& error) {
    const std::string text = error.what();
    spdlog::error("a request failed: {}", text.substr(0, text.find('\n')));
    return problem_response(Problem(500, "the server failed at this request; its log says why"));
  }
}

Response json_response(const nlohmann::json& document) {
  return {.body = document.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n"};
}

void parse_target(std::string_view target, Request& request) {
  request.target = std::string(target);
  const size_t question = target.find('?');
  const std::string_view path = target.substr(0, question);
  if (path.empty() || path.front() != '/') throw Problem(400, "the address must start with '/'");
  if (path.size() > 1) {
    split(path.substr(1), '/', [&](std::string_view part) { request.segments.push_back(decoded(part, false)); });
  }
  if (question == std::string_view::npos) return;
  split(target.substr(question + 1), '&', [&](std::string_view pair) {
    if (pair.empty()) return;
    const size_t equals = std::min(pair.find('='), pair.size());
    const std::string_view value = equals < pair.size() ? pair.substr(equals + 1) : std::string_view();
    request.query[decoded(pair.substr(0, equals), true)] = decoded(value, true);
  });
}

bool is_utf8(std::string_view text) {
  return ganymede::is_utf8(text);
}

}  // namespace ganymede::serve
