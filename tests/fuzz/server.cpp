// What clients send: HTTP as bytes on a connection, its parts, and the JSON of each operation.
#include "ganymede/serve/server.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <thread>

#include "fuzz/targets.h"
#include "ganymede/operations/export_request.h"
#include "ganymede/operations/features_request.h"
#include "ganymede/operations/field.h"
#include "ganymede/operations/import_request.h"
#include "ganymede/operations/requests.h"
#include "ganymede/operations/train_request.h"
#include "ganymede/serve/access.h"
#include "ganymede/serve/body.h"
#include "ganymede/serve/conditional.h"
#include "ganymede/serve/cors.h"
#include "ganymede/serve/router.h"

namespace ganymede::fuzz {
namespace {

using namespace serve;

/// A server with the gate and the routes of a small API, for as long as the process lives.
class SmallServer {
 public:
  SmallServer() {
    router_.add("GET", "/a/{id}",
                [](const Request& request) { return json_response({{"id", request.captured.at("id")}}); });
    router_.add("POST", "/b", [](const Request& request) { return json_response(body_of(request)); });
    ServerOptions options;
    options.port = 0;
    options.body_bytes = 1024;
    options.header_bytes = 2048;
    options.handler_threads = 1;
    options.answer = std::chrono::seconds(1);
    server_.emplace(
        options,
        [this](const Request& request) {
          check_host(request);
          return router_.refusal(request);
        },
        [this](Request request, const Reply& reply) { router_.handle(std::move(request), reply); },
        [](const Exchange&) {});
    thread_ = std::thread([this] { server_->run([this] { return stop_.load(); }); });
  }
  ~SmallServer() {
    stop_ = true;
    thread_.join();
  }
  std::uint16_t port() const { return server_->port(); }

 private:
  Router router_;
  std::optional<Server> server_;
  std::atomic<bool> stop_ = false;
  std::thread thread_;
};

/// What `call` returns when no signal interrupts it: libFuzzer's alarm comes every few seconds.
template <class Call>
auto uninterrupted(const Call& call) {
  auto result = call();
  while (result < 0 && errno == EINTR) result = call();
  return result;
}

/// Sends the bytes on a connection of their own, closes its sending side, and returns what came back until its end.
std::string exchange(const Bytes& bytes) {
  static SmallServer server;
  // From another address of this machine each time: a used pair of ports rests for a minute.
  static std::uint32_t from = 0;
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const timeval patience{10, 0};
  ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  sockaddr_in own{}, to{};
  own.sin_family = to.sin_family = AF_INET;
  own.sin_addr.s_addr = htonl(0x7F010000U | (from++ & 0xFFFF));
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  to.sin_port = htons(server.port());
  ::bind(socket, reinterpret_cast<const sockaddr*>(&own), sizeof own);
  require(::connect(socket, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0, "the server listens");
  for (std::size_t sent = 0; sent < bytes.size();) {
    const auto count =
        uninterrupted([&] { return ::send(socket, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL); });
    if (count <= 0) break;  // it has heard enough
    sent += static_cast<std::size_t>(count);
  }
  ::shutdown(socket, SHUT_WR);
  std::string answer;
  char buffer[4096];
  ssize_t count = 0;
  const auto receive = [&] { return ::recv(socket, buffer, sizeof buffer, 0); };
  while ((count = uninterrupted(receive)) > 0) answer.append(buffer, static_cast<std::size_t>(count));
  require(count == 0 || errno == ECONNRESET, "the server answers or closes");
  ::close(socket);
  return answer;
}

void converse(const Bytes& bytes) {
  const std::string answer = exchange(bytes);
  require(answer.empty() || answer.starts_with("HTTP/1."), "an answer is one");
}

void read_parts(const Bytes& bytes) {
  const auto parts = Pair::of(bytes);
  Request request;
  request.method = "GET";
  for (const char* name : {"host", "if-none-match", "accept-encoding", "origin"})
    request.headers[name] = text_of(parts.second);
  static const AllowedOrigins origins({"https://studio.example"});
  static const Token token("0123456789abcdef");
  require(!token.matches(text_of(parts.second)), "a token is not guessed");
  Response response;
  response.body.assign(2000, 'x');
  make_conditional(Wanted::of(request), response);
  origins.mark(request.header("origin"), response);
  require(!origins.preflight(request) || !request.header("origin").empty(), "a preflight has an origin");
  parse_target(text_of(parts.first), request);
  for (const auto& segment : request.segments) require(serve::is_utf8(segment), "a segment is UTF-8");
  check_host(request);
}

/// JSON as the body of a request, and as a C program's.
template <class Request>
Target operation(const std::string& name, std::string_view seed) {
  const auto read = [](const Bytes& bytes) {
    serve::Request http;
    http.headers["content-type"] = "application/json";
    http.body = text_of(bytes);
    const auto body = body_of(http);
    Request local, served;
    try {
      operations::read_json(body, operations::fields_of(served), operations::Door::kServed);
    } catch (const Error&) {
      // a program of this machine may ask for it
    }
    operations::read_json(body, operations::fields_of(local), operations::Door::kLocal);
  };
  return {"request-" + name, read, [seed] { return std::vector<Bytes>{bytes_of_text(seed)}; }};
}

std::vector<Bytes> requests() {
  std::vector<Bytes> out;
  for (const std::string_view text :
       {"GET /a/x%20y?z=1 HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "POST /b HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 8\r\n\r\n{\"a\": 1}",
        "POST /b HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: "
        "chunked\r\n\r\n8\r\n{\"a\": 1}\r\n0\r\n\r\n",
        "HEAD /a/x HTTP/1.0\r\nHost: localhost\r\nConnection: keep-alive\r\n\r\nGET /b HTTP/1.1\r\n\r\n"}) {
    out.push_back(bytes_of_text(text));
  }
  return out;
}

}  // namespace

std::vector<Target> server_targets() {
  using namespace operations;
  return {
      {"http", converse, requests},
      {"http-parts", read_parts,
       [] {
         return std::vector<Bytes>{
             Pair{bytes_of_text("/a%20b/c?rows=7&runs=a,b"), bytes_of_text("localhost:80")}.joined()};
       }},
      operation<GenerateRequest>("generate", R"({"count": 3, "seed": 7, "class": "cat", "truncation": 0.5})"),
      operation<InterpolateRequest>("interpolate",
                                    R"({"points": [{"seed": 1, "index": 0}, {"seed": 1, "index": 1}], "frames": 4})"),
      operation<WalkRequest>("walk", R"({"seed": 1, "frames": 4})"),
      operation<BlendRequest>(
          "blend", R"({"points": [{"seed": 1, "index": 0}, {"seed": 1, "index": 1}], "weights": [[0.5, 0.5]]})"),
      operation<ArithmeticRequest>(
          "arithmetic",
          R"({"a": [{"seed": 1, "index": 0}], "b": [{"seed": 1, "index": 1}], "c": [{"seed": 1, "index": 2}]})"),
      operation<DirectionRequest>(
          "direction", R"({"with": [{"seed": 1, "index": 0}], "without": [{"seed": 1, "index": 1}], "frames": 4})"),
      operation<NearestImagesRequest>("nearest", R"({"points": [{"seed": 1, "index": 0}], "count": 3})"),
      operation<FeaturesRequest>("features", R"({"labels": 100, "seed": 3})"),
      operation<ExportRequest>("export", R"({"format": "onnx", "network": "generator", "output": "x"})"),
      operation<ImportRequest>("import", R"({"file": ["x"], "recipe": "y", "output": "z", "map": "x"})"),
      operation<TrainRequest>("train",
                              R"({"recipe": "shapes-dcgan", "name": "x", "steps": 10, "set": ["train.ema=0.5"]})"),
  };
}

}  // namespace ganymede::fuzz
