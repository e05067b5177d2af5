#include "ganymede/serve/workers.h"

#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>

namespace ganymede::serve {

struct Workers::Pool {
  explicit Pool(int count) : threads(static_cast<std::size_t>(count)) {}
  boost::asio::thread_pool threads;
};

Workers::Workers(int threads) : pool_(std::make_unique<Pool>(threads)) {}
Workers::~Workers() {
  pool_->threads.join();
}
void Workers::post(std::function<void()> task) {
  boost::asio::post(pool_->threads, std::move(task));
}

}  // namespace ganymede::serve
