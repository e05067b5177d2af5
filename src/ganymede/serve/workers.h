// A few threads for what must not hold up connections or generation: packing images into files.
#pragma once

#include <functional>
#include <memory>

namespace ganymede::serve {

class Workers {
 public:
  explicit Workers(int threads);
  /// Finishes what was posted.
  ~Workers();
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  /// `task` must not throw.
  void post(std::function<void()> task);

 private:
  struct Pool;
  std::unique_ptr<Pool> pool_;
};

}  // namespace ganymede::serve
