// What a handler sees of HTTP: a request that was read whole, and the answer to it. No sockets here.
#pragma once

#include <exception>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ganymede/core/error.h"

namespace ganymede::serve {

using Headers = std::vector<std::pair<std::string, std::string>>;

struct Request {
  std::string method;                           ///< "GET", "POST", ...; HEAD arrives as GET
  std::string target;                           ///< as sent: path and query
  std::vector<std::string> segments;            ///< of the path, percent-decoded: "/a/b%20c" is {"a", "b c"}
  std::map<std::string, std::string> query;     ///< decoded; the last of equal names
  std::map<std::string, std::string> headers;   ///< names in lower case
  std::map<std::string, std::string> captured;  ///< what stands in the {places} of the route's pattern
  std::string body;
  std::string remote;                  ///< the client's address
  std::shared_ptr<const void> memory;  ///< what the body counts for while it is held

  /// A header's value, or an empty text.
  const std::string& header(const std::string& lower_case_name) const;
  /// The path alone, as sent.
  std::string path() const;
};

/// Text for an event stream each time it is called, empty when there is nothing new; nothing when the stream ends.
/// Called about twice a second, and again at once as long as there is more, on a handler's thread, never on two at
/// once.
using EventSource = std::function<std::optional<std::string>()>;

struct Response {
  int status = 200;
  std::string content_type = "application/json";
  std::string body = {};
  Headers headers = {};
  /// Where set, the body is the content of this regular file; no link from `below` (or else the file's own folder) to
  /// it is followed.
  std::filesystem::path file = {}, below = {};
  EventSource events = {};                  ///< where set, the body is a stream of server-sent events
  std::string route = {};                   ///< the pattern that matched, for metrics
  std::shared_ptr<const void> memory = {};  ///< what the body counts for until it is sent
};

/// Hands over the answer; to be called once, on any thread.
using Reply = std::function<void(Response)>;
using Handler = std::function<void(Request, Reply)>;
/// Looks at a request whose body was not read yet, on the thread that serves all connections: it must be quick. An
/// answer, or a Problem thrown, refuses the request.
using Gate = std::function<std::optional<Response>(const Request&)>;

/// An answer other than success: problem details of RFC 9457. `where` is the field of the request it is about.
class Problem : public Error {
 public:
  Problem(int status, std::string detail, std::string field = {}, Headers headers = {});
  int status() const { return status_; }
  const Headers& headers() const { return headers_; }

 private:
  int status_;
  Headers headers_;
};

/// The standard phrase of a status: "Not Found".
std::string phrase(int status);
/// `problem` as application/problem+json.
Response problem_response(const Problem& problem);
/// What an exception means to the client: a Problem as it is, a FieldError or UsageError as 422, a full queue as 429,
/// what came too late, or is cancelled, as 503, an Error as 500 (its text only in the log, for it may name files of
/// this machine).
Response response_of(const std::exception_ptr& exception);
Response json_response(const nlohmann::json& document);

/// Splits and decodes a target. Throws Problem 400 for bad percent codes, control characters and text that is not
/// UTF-8.
void parse_target(std::string_view target, Request& request);
bool is_utf8(std::string_view text);

}  // namespace ganymede::serve
