// What a server does where there is no memory: it goes on, and does again what somebody waits for.
#pragma once

#include <spdlog/spdlog.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <exception>
#include <new>
#include <thread>

namespace ganymede::serve {

/// Of what must go on for as long as the server does: a want of memory passes.
inline void outlive(const std::exception& error) {
  spdlog::error("the server goes on after: {}", error.what());
  std::this_thread::sleep_for(std::chrono::milliseconds(10));
}

/// Has `work` run on the thread of `io`, where somebody waits for it until `late`; so long a want of memory is waited
/// out.
template <class Work>
void hand_over(boost::asio::io_context& io, std::chrono::steady_clock::time_point late, const Work& work) {
  for (;;) {
    try {
      return boost::asio::post(io, work);
    } catch (const std::bad_alloc& error) {
      if (std::chrono::steady_clock::now() >= late) throw;
      outlive(error);
    }
  }
}

}  // namespace ganymede::serve
