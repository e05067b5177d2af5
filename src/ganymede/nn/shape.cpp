#include "ganymede/nn/shape.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <functional>
#include <numeric>

namespace ganymede::nn {

std::int64_t Shape::elements() const {
  return std::accumulate(dims_.begin(), dims_.end(), std::int64_t{1}, std::multiplies<>());
}

std::vector<std::int64_t> Shape::keras_order() const {
  if (!is_image()) return dims_;
  return {height(), width(), channels()};
}

std::string Shape::text() const {
  return is_image() ? fmt::format("{} (channels x height x width)", fmt::join(dims_, "x"))
                    : fmt::format("{}", fmt::join(dims_, "x"));
}

void expect_image(const Shape& input, const std::string& kind) {
  if (input.is_image()) return;
  throw ShapeError(fmt::format("{} needs an image but got {}; put a reshape before it", kind, input.text()));
}

void expect_flat(const Shape& input, const std::string& kind) {
  if (input.is_flat()) return;
  throw ShapeError(fmt::format("{} needs flat features but got {}; put a flatten before it", kind, input.text()));
}

}  // namespace ganymede::nn
