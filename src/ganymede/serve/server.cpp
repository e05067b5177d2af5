#include "ganymede/serve/server.h"

#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <set>

#include "ganymede/core/counted.h"
#include "ganymede/core/log.h"
#include "ganymede/core/open_file.h"
#include "ganymede/serve/access.h"
#include "ganymede/serve/fair_queue.h"
#include "ganymede/serve/outlive.h"
#include "ganymede/serve/shares.h"

namespace ganymede::serve {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using tcp = asio::ip::tcp;
using Clock = std::chrono::steady_clock;
using ErrorCode = boost::system::error_code;

constexpr auto kEventInterval = std::chrono::milliseconds(500);
constexpr int kQuietEventTurns =
    30;  ///< a comment every 15 s keeps proxies from closing a quiet stream, and finds dead ones
constexpr std::uint64_t kMaxDrained = 8 << 20;

/// For asynchronous calls: errors come as a value.
auto into(ErrorCode& error) {
  return asio::redirect_error(asio::use_awaitable, error);
}

struct Connection {
  explicit Connection(tcp::socket socket) : stream(std::move(socket)) {}
  beast::tcp_stream stream;
  std::string remote;
  Shares::Share place;  ///< among the connections that its client may have
  bool idle = true;     ///< no request has begun
};

/// A soft limit on open files is often far below what the system allows.
int raise_file_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 1024;
  limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, 65536);
  ::setrlimit(RLIMIT_NOFILE, &limit);
  return static_cast<int>(limit.rlim_cur);
}

std::string lower_case(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

/// Ends what a connection waits for when its time is over. The stream's own limit would close the connection, and the
/// client could not be told.
class Deadline {
 public:
  Deadline(asio::io_context& io, Connection& connection, Clock::duration limit)
      : state_(std::make_shared<State>(io, connection)) {
    connection.stream.expires_never();
    state_->timer.expires_after(limit);
    state_->timer.async_wait([state = state_](const ErrorCode& cancelled) {
      if (cancelled || state->over) return;
      state->passed = true;
      state->connection.stream.cancel();
    });
  }
  ~Deadline() {
    state_->over = true;
    state_->timer.cancel();
  }
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;

  /// `error`, or a timeout where that is what it came from.
  ErrorCode of(const ErrorCode& error) const {
    if (error && state_->passed) return beast::error::timeout;
    return error;
  }

 private:
  struct State {
    State(asio::io_context& io, Connection& given) : timer(io), connection(given) {}
    asio::steady_timer timer;
    Connection& connection;
    bool passed = false, over = false;
  };
  std::shared_ptr<State> state_;  ///< shared with a timer that has run out already
};

using Parser = http::request_parser<http::string_body>;
using Message = http::request<http::string_body>;

/// Throws Problem 400 for a header that a proxy in front may have read otherwise than this server would: what one takes
/// for a body the other takes for the next request, and what one lets pass the other acts on.
void check_unambiguous(const Message& message) {
  for (const auto field :
       {http::field::host, http::field::authorization, http::field::content_length, http::field::transfer_encoding,
        http::field::content_type, http::field::origin, http::field::expect}) {
    if (message.count(field) > 1) {
      throw Problem(400, fmt::format("the header {} stands there twice", std::string(http::to_string(field))));
    }
  }
  const std::string length(message[http::field::content_length]), coding(message[http::field::transfer_encoding]);
  if (length.find_first_not_of("0123456789") != std::string::npos) throw Problem(400, "Content-Length is no number");
  if (coding.empty()) return;
  if (!length.empty()) throw Problem(400, "Content-Length and Transfer-Encoding exclude each other");
  if (lower_case(coding) != "chunked" || message.version() < 11) {
    throw Problem(400, "the only transfer encoding is chunked, in HTTP/1.1");
  }
}

/// What the header says; the body is not there yet. Throws Problem 400.
Request request_of(const Message& message, const std::string& remote) {
  check_unambiguous(message);
  Request request;
  request.method = message.method() == http::verb::head ? "GET" : std::string(message.method_string());
  request.remote = remote;
  for (const auto& field : message) {
    request.headers[lower_case(std::string(field.name_string()))] = std::string(field.value());
  }
  parse_target(std::string(message.target()), request);
  return request;
}

bool is_gone(const ErrorCode& error) {
  return error == http::error::end_of_stream || error == http::error::partial_message ||
         error == asio::error::operation_aborted || error == asio::error::connection_reset;
}

Problem problem_of(const ErrorCode& error) {
  if (error == http::error::body_limit) return {413, "the body is larger than this server takes"};
  if (error == http::error::header_limit || error == http::error::buffer_overflow)
    return {431, "the header is larger than this server takes"};
  if (error == beast::error::timeout) return {408, "the request did not come in time"};
  return {400, "this is no HTTP/1.1 request"};
}

/// Whether the client has closed its side: a stream that says nothing would only find out with its next comment.
bool has_ended(tcp::socket& socket) {
  char ignored = 0;
  return ::recv(socket.native_handle(), &ignored, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

}  // namespace

struct Server::State : std::enable_shared_from_this<Server::State> {
  State(ServerOptions given, Gate given_gate, Handler given_handler, std::function<void(const Exchange&)> given_on_done)
      : options(std::move(given)),
        gate(std::move(given_gate)),
        handler(std::move(given_handler)),
        on_done(std::move(given_on_done)),
        pool(static_cast<size_t>(options.handler_threads)) {
    options.connections = std::min(options.connections, std::max(16, raise_file_limit() - 128));
    places.emplace(static_cast<std::uint64_t>(options.connections) / 2);
    listen();
  }

  void listen();
  asio::awaitable<void> accept();
  asio::awaitable<void> accept_one();
  asio::awaitable<void> watch(std::function<bool()> stop);
  asio::awaitable<void> talk(std::shared_ptr<Connection> connection);
  asio::awaitable<bool> exchange(Connection& connection, beast::flat_buffer& buffer);
  std::optional<Response> refusal(const Message& message, Request& request) const;
  asio::awaitable<std::optional<Response>> read_body(Connection& connection, beast::flat_buffer& buffer, Parser& parser,
                                                     Request& request, ErrorCode& error);
  asio::awaitable<Response> answer(Request request);
  void in_turn(const std::string& client, FairQueue::Task task);
  asio::awaitable<std::optional<std::string>> next_events(const std::string& client, EventSource source);
  asio::awaitable<std::uint64_t> write(Connection& connection, Response& response, unsigned version, bool keep,
                                       bool head, ErrorCode& error);
  asio::awaitable<std::uint64_t> write_events(Connection& connection, http::response_header<> header,
                                              Response& response, ErrorCode& error);
  asio::awaitable<void> drain(Connection& connection);
  template <class Fields>
  void set_headers(Fields& message, const Response& response, bool keep) const;

  ServerOptions options;
  Gate gate;
  Handler handler;
  std::function<void(const Exchange&)> on_done;
  asio::io_context io{1};
  tcp::acceptor acceptor{io};
  asio::thread_pool pool;
  FairQueue waiting;             ///< for a thread of the pool, one task there each
  std::optional<Shares> places;  ///< connections of a client: half of them
  Shares bodies{options.memory.size() / 2};
  std::set<std::shared_ptr<Connection>> open;  ///< touched by the thread of `io` alone
  std::atomic<int> open_count = 0, stream_count = 0;
  bool stopping = false;
};

void Server::State::listen() {
  const std::string where = fmt::format("{}:{}", options.host, options.port);
  try {
    tcp::resolver resolver(io);
    const tcp::endpoint endpoint = *resolver.resolve(options.host, std::to_string(options.port)).begin();
    acceptor.open(endpoint.protocol());
    acceptor.set_option(tcp::acceptor::reuse_address(true));
    acceptor.bind(endpoint);
    acceptor.listen(asio::socket_base::max_listen_connections);
  } catch (const boost::system::system_error& error) {
    throw Error("cannot listen: " + error.code().message(), where, "choose another --host or --port");
  }
}

asio::awaitable<void> Server::State::accept() {
  while (!stopping) {
    try {
      co_await accept_one();
    } catch (const std::exception& error) {
      outlive(error);
    }
  }
}

asio::awaitable<void> Server::State::accept_one() {
  ErrorCode error;
  tcp::socket socket = co_await acceptor.async_accept(into(error));
  if (stopping) co_return;
  if (error) {  // out of files, say: waiting gives others the time to close theirs
    asio::steady_timer pause(io, std::chrono::milliseconds(50));
    co_await pause.async_wait(into(error));
    co_return;
  }
  if (static_cast<int>(open.size()) >= options.connections) co_return;  // the socket closes
  socket.set_option(tcp::no_delay(true), error);
  auto connection = std::make_shared<Connection>(std::move(socket));
  const auto endpoint = connection->stream.socket().remote_endpoint(error);
  if (error) co_return;
  connection->remote = endpoint.address().to_string();
  connection->place = places->take(client_of(connection->remote), 1);
  if (!connection->place) co_return;
  asio::co_spawn(io, talk(std::move(connection)), asio::detached);
}

asio::awaitable<void> Server::State::watch(std::function<bool()> stop) {
  asio::steady_timer timer(io);
  ErrorCode ignored;
  Clock::time_point deadline;
  for (;;) {
    try {
      if (!stopping && stop()) {
        stopping = true;
        acceptor.close(ignored);
        deadline = Clock::now() + options.finish;
      }
      if (stopping && (open.empty() || Clock::now() >= deadline)) break;
      for (const auto& connection : open) {
        if (stopping && connection->idle) connection->stream.cancel();
      }
      timer.expires_after(std::chrono::milliseconds(100));
      co_await timer.async_wait(into(ignored));
    } catch (const std::exception& error) {
      outlive(error);
    }
  }
  if (!open.empty()) {
    spdlog::warn("{} cut off after {} s", counted(open.size(), "connection was", "connections were"),
                 options.finish.count());
  }
  io.stop();
}

asio::awaitable<void> Server::State::talk(std::shared_ptr<Connection> connection) {
  open.insert(connection);
  ++open_count;
  try {
    beast::flat_buffer buffer;
    while (!stopping && co_await exchange(*connection, buffer)) {
    }
    ErrorCode ignored;
    connection->stream.socket().shutdown(tcp::socket::shutdown_send, ignored);
  } catch (const std::exception& error) {  // out of memory, say: this connection ends, the others go on
    spdlog::error("a connection failed: {}", error.what());
  }
  open.erase(connection);
  --open_count;
}

/// The answer to a request that is refused for its header alone; nothing where its body may be read.
std::optional<Response> Server::State::refusal(const Message& message, Request& request) const {
  try {
    request = request_of(message, request.remote);
    return gate(request);
  } catch (...) {
    return response_of(std::current_exception());
  }
}

/// Reads the body, where memory has room for it; an answer refuses it.
asio::awaitable<std::optional<Response>> Server::State::read_body(Connection& connection, beast::flat_buffer& buffer,
                                                                  Parser& parser, Request& request, ErrorCode& error) {
  const auto length = parser.content_length();
  const std::uint64_t bytes = length ? *length : options.body_bytes;
  const auto share = bodies.take(client_of(request), bytes);
  const auto memory = share ? options.memory.take(bytes) : nullptr;
  if (memory) request.memory = std::make_shared<std::pair<Shares::Share, MemoryBudget::Share>>(share, memory);
  if (!request.memory) {
    co_return problem_response(
        Problem(503, "too many requests bring their bodies at once", {}, {{"Retry-After", "1"}}));
  }
  auto& stream = connection.stream;
  const Deadline deadline(io, connection, options.body);
  if (lower_case(std::string(parser.get()[http::field::expect])) == "100-continue") {
    http::response<http::empty_body> go_on(http::status::continue_, parser.get().version());
    co_await http::async_write(stream, go_on, into(error));
  }
  if (!error) co_await http::async_read(stream, buffer, parser, into(error));
  error = deadline.of(error);
  if (!error) request.body = std::move(parser.get().body());
  co_return std::nullopt;
}

/// One request and its answer; false when the connection is to be closed.
asio::awaitable<bool> Server::State::exchange(Connection& connection, beast::flat_buffer& buffer) {
  auto& stream = connection.stream;
  ErrorCode error;
  if (buffer.size() == 0) {
    connection.idle = true;
    buffer.shrink_to_fit();  // a body's room is not kept for as long as the connection is
    stream.expires_after(options.idle);
    const std::size_t read = co_await stream.async_read_some(buffer.prepare(4096), into(error));
    if (error) co_return false;
    buffer.commit(read);
  }
  connection.idle = false;

  Parser parser;
  parser.header_limit(options.header_bytes);
  parser.body_limit(options.body_bytes);
  {
    const Deadline deadline(io, connection, options.header);
    co_await http::async_read_header(stream, buffer, parser, into(error));
    error = deadline.of(error);
  }
  Request request;
  request.remote = connection.remote;
  std::optional<Response> refused;
  const bool bodied = !error && !parser.is_done();
  if (!error) refused = refusal(parser.get(), request);
  if (!error && !refused && bodied) refused = co_await read_body(connection, buffer, parser, request, error);
  if (is_gone(error)) co_return false;
  if (error) refused = problem_response(problem_of(error));

  const auto begin = Clock::now();
  const auto& message = parser.get();
  Exchange done{.remote = connection.remote,
                .method = std::string(message.method_string()),
                .target = std::string(message.target()),
                .route = {}};
  // What follows in a connection whose body was not read, or whose header was not understood, is no request.
  const bool lost = error || (refused && (bodied || refused->status == 400));
  const bool head = !error && message.method() == http::verb::head;
  Response response;
  if (refused)
    response = std::move(*refused);
  else
    response = co_await answer(std::move(request));
  const bool keep = !lost && message.keep_alive() && !stopping && !response.events;
  ErrorCode failed;
  done.bytes = co_await write(connection, response, message.version() == 10 ? 10 : 11, keep, head, failed);
  done.status = response.status;
  done.route = response.route;
  done.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  on_done(done);
  if (lost && !failed) co_await drain(connection);
  co_return keep && !failed;
}

asio::awaitable<Response> Server::State::answer(Request request) {
  struct Slot {
    explicit Slot(asio::io_context& io) : ready(io) {}
    asio::steady_timer ready;
    std::optional<Response> response;
  };
  auto slot = std::make_shared<Slot>(io);
  slot->ready.expires_after(options.answer);
  const auto late = slot->ready.expiry();
  const Reply reply = [slot, late, self = shared_from_this()](Response response) {
    const auto made = std::make_shared<Response>(std::move(response));
    hand_over(self->io, late, [slot, made] {
      slot->response = std::move(*made);
      slot->ready.cancel();
    });
  };
  const std::string client = client_of(request);
  in_turn(client, [this, self = shared_from_this(), request = std::move(request), reply]() mutable {
    try {
      handler(std::move(request), reply);
    } catch (...) {
      reply(response_of(std::current_exception()));
    }
  });
  // The reply is posted to this very thread, so it cannot come before the wait begins.
  ErrorCode ignored;
  co_await slot->ready.async_wait(into(ignored));
  if (slot->response) co_return std::move(*slot->response);
  co_return problem_response(Problem(503, "the answer took too long", {}, {{"Retry-After", "5"}}));
}

/// Runs `task` on a thread of the pool, when its client has its turn.
void Server::State::in_turn(const std::string& client, FairQueue::Task task) {
  waiting.push(client, std::move(task));
  asio::post(pool, [this, self = shared_from_this()] {
    // More than one where another could not be announced.
    while (const auto next = waiting.pop()) {
      try {
        next();
      } catch (const std::exception& error) {
        outlive(error);
      }
    }
  });
}

/// What the source says next, asked on a handler's thread. Throws what it throws.
asio::awaitable<std::optional<std::string>> Server::State::next_events(const std::string& client, EventSource source) {
  struct Slot {
    explicit Slot(asio::io_context& io) : ready(io) {}
    asio::steady_timer ready;
    std::optional<std::string> text;
    std::exception_ptr failure;
  };
  auto slot = std::make_shared<Slot>(io), said = std::make_shared<Slot>(io);
  slot->ready.expires_at(Clock::time_point::max());
  in_turn(client, [slot, said, source = std::move(source), self = shared_from_this()] {
    try {
      said->text = source();
    } catch (...) {
      said->failure = std::current_exception();
    }
    hand_over(self->io, Clock::time_point::max(), [slot, said] {
      slot->text = std::move(said->text);
      slot->failure = said->failure;
      slot->ready.cancel();
    });
  });
  ErrorCode ignored;
  co_await slot->ready.async_wait(into(ignored));  // what is posted to this very thread cannot come before
  if (slot->failure) std::rethrow_exception(slot->failure);
  co_return std::move(slot->text);
}

template <class Fields>
void Server::State::set_headers(Fields& message, const Response& response, bool keep) const {
  message.set(http::field::content_type, response.content_type);
  for (const auto& [name, value] : options.headers) message.set(name, value);
  for (const auto& [name, value] : response.headers) message.set(name, value);
  message.set(http::field::connection, keep ? "keep-alive" : "close");
}

asio::awaitable<std::uint64_t> Server::State::write(Connection& connection, Response& response, unsigned version,
                                                    bool keep, bool head, ErrorCode& error) {
  auto& stream = connection.stream;
  stream.expires_after(options.answer);
  const auto status = static_cast<http::status>(response.status);
  if (response.events && !head) {
    http::response_header<> header;
    header.version(11);
    header.result(status);
    set_headers(header, response, keep);
    co_return co_await write_events(connection, std::move(header), response, error);
  }
  if (!response.file.empty()) {
    http::response<http::file_body> message{status, version};
    const auto below = response.below.empty() ? response.file.parent_path() : response.below;
    auto file = open_below(below, response.file.lexically_relative(below));
    if (file) {
      beast::file opened;
      opened.native_handle(file->release());
      message.body().reset(std::move(opened), error);
    }
    if (file && !error) {
      set_headers(message, response, keep);
      message.prepare_payload();
      const std::uint64_t size = message.body().size();
      stream.expires_after(std::chrono::minutes(10));  // a large file on a slow line
      http::response_serializer<http::file_body> serializer(message);
      if (head)
        co_await http::async_write_header(stream, serializer, into(error));
      else
        co_await http::async_write(stream, serializer, into(error));
      co_return head ? 0 : size;
    }
    error = {};
    response = problem_response(Problem(404, "the file is gone"));
  }
  http::response<http::string_body> message{static_cast<http::status>(response.status), version};
  message.reason(phrase(response.status));
  set_headers(message, response, keep);
  message.body() = std::move(response.body);
  const std::uint64_t size = message.body().size();
  if (response.status != 304 && response.status != 204) message.content_length(size);
  http::response_serializer<http::string_body> serializer(message);
  if (head)
    co_await http::async_write_header(stream, serializer, into(error));
  else
    co_await http::async_write(stream, serializer, into(error));
  co_return head ? 0 : size;
}

asio::awaitable<std::uint64_t> Server::State::write_events(Connection& connection, http::response_header<> header,
                                                           Response& response, ErrorCode& error) {
  auto& stream = connection.stream;
  http::response<http::empty_body> message(std::move(header));
  message.chunked(true);
  http::response_serializer<http::empty_body> serializer(message);
  co_await http::async_write_header(stream, serializer, into(error));
  ++stream_count;
  std::uint64_t sent = 0;
  int quiet = 0;
  asio::steady_timer timer(io);
  while (!error && !stopping && !has_ended(stream.socket())) {
    std::optional<std::string> text;
    try {
      text = co_await next_events(client_of(connection.remote), response.events);
    } catch (const std::exception& failure) {  // a run folder that went away
      spdlog::warn("an event stream ends: {}", failure.what());
    }
    if (!text) break;
    const bool more = !text->empty();
    quiet = text->empty() ? quiet + 1 : 0;
    if (quiet >= kQuietEventTurns) *text = ":\n\n", quiet = 0;
    if (!text->empty()) {
      stream.expires_after(options.answer);
      sent += text->size();
      co_await asio::async_write(stream, http::make_chunk(asio::buffer(*text)), into(error));
    }
    if (more) continue;  // until it has said all
    timer.expires_after(kEventInterval);
    ErrorCode ignored;
    co_await timer.async_wait(into(ignored));
  }
  --stream_count;
  stream.expires_after(std::chrono::seconds(2));
  if (!error) co_await asio::async_write(stream, http::make_chunk_last(), into(error));
  co_return sent;
}

/// Reads on what a refused client still sends: closed at once, it would lose the answer that says why.
asio::awaitable<void> Server::State::drain(Connection& connection) {
  ErrorCode error;
  connection.stream.socket().shutdown(tcp::socket::shutdown_send, error);
  connection.stream.expires_after(std::chrono::seconds(2));
  std::array<char, 16384> ignored;
  for (std::uint64_t read = 0; !error && read < kMaxDrained;) {
    read += co_await connection.stream.async_read_some(asio::buffer(ignored), into(error));
  }
}

Server::Server(ServerOptions options, Gate gate, Handler handler, std::function<void(const Exchange&)> on_done)
    : state_(std::make_shared<State>(std::move(options), std::move(gate), std::move(handler), std::move(on_done))) {}

Server::~Server() = default;

std::uint16_t Server::port() const {
  return state_->acceptor.local_endpoint().port();
}
int Server::connections() const {
  return state_->open_count;
}
int Server::streams() const {
  return state_->stream_count;
}

void Server::run(const std::function<bool()>& stop) {
  asio::co_spawn(state_->io, state_->accept(), asio::detached);
  asio::co_spawn(state_->io, state_->watch(stop), asio::detached);
  state_->io.run();
  state_->pool.join();  // handlers may use what is gone once this returns
}

}  // namespace ganymede::serve
