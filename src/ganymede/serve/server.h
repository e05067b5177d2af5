// HTTP/1.1 over TCP. One thread serves every connection without blocking, so idle ones (event streams, keep-alive) cost
// memory only; handlers run on a few threads beside it.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>

#include "ganymede/serve/http.h"
#include "ganymede/serve/memory_budget.h"

namespace ganymede::serve {

struct ServerOptions {
  std::string host = "127.0.0.1";
  std::uint16_t port = 8080;  ///< 0 takes any that is free
  std::uint32_t header_bytes = 16 << 10;
  std::uint64_t body_bytes = 1 << 20;
  MemoryBudget memory{std::uint64_t{256} << 20};  ///< of all bodies being read or worked on
  int connections = 4096;                         ///< fewer where the system allows the process fewer files
  int handler_threads = 4;
  std::chrono::seconds idle{60};    ///< between two requests of a connection
  std::chrono::seconds header{10};  ///< from the first byte of a request to the end of its header
  std::chrono::seconds body{30};
  std::chrono::seconds answer{60};  ///< for a handler, and for a client to take what it asked for
  std::chrono::seconds finish{30};  ///< after a stop, for what is running
  Headers headers;                  ///< of every answer that does not set them itself
};

/// One request and what became of it.
struct Exchange {
  std::string remote, method, target, route;
  int status = 0;
  std::uint64_t bytes = 0;  ///< of the body
  double seconds = 0;       ///< from the last byte of the request to the last of the answer
};

class Server {
 public:
  /// Listens at once. `gate` may refuse a request before its body is read. Throws Error when the address cannot be had.
  Server(ServerOptions options, Gate gate, Handler handler, std::function<void(const Exchange&)> on_done);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  std::uint16_t port() const;
  /// Connections open now, and those of them that are event streams.
  int connections() const;
  int streams() const;
  /// Serves until `stop` (asked ten times a second) says so, then takes no new connection, finishes what is running and
  /// returns.
  void run(const std::function<bool()>& stop);

 private:
  struct State;
  std::shared_ptr<State> state_;  ///< shared with replies that come late
};

}  // namespace ganymede::serve
