// The shape of one image: channels first, without the batch.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "ganymede/core/error.h"

namespace ganymede::nn {

/// {features} or {channels, height, width}.
class Shape {
 public:
  Shape() = default;
  Shape(std::initializer_list<std::int64_t> dims) : dims_(dims) {}
  explicit Shape(std::vector<std::int64_t> dims) : dims_(std::move(dims)) {}

  const std::vector<std::int64_t>& dims() const { return dims_; }
  bool is_flat() const { return dims_.size() == 1; }
  bool is_image() const { return dims_.size() == 3; }
  std::int64_t channels() const { return dims_.at(0); }
  std::int64_t height() const { return dims_.at(1); }
  std::int64_t width() const { return dims_.at(2); }
  std::int64_t elements() const;
  /// Keras's order: height, width, channels.
  std::vector<std::int64_t> keras_order() const;
  /// "256x4x4 (channels x height x width)" or "100".
  std::string text() const;
  bool operator==(const Shape&) const = default;

 private:
  std::vector<std::int64_t> dims_;
};

/// A layer cannot take the shape it was given. Caught where the layer's place in the recipe is known.
class ShapeError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// No layer of a recipe may make an image larger than this many elements, and no network hold more parameters: a model
/// file brings its recipe along, and a short text must not take all memory.
inline constexpr std::int64_t kMaxElements = std::int64_t{1} << 28;

/// Throws ShapeError unless `input` is an image (or flat), saying what `kind` needs.
void expect_image(const Shape& input, const std::string& kind);
void expect_flat(const Shape& input, const std::string& kind);

}  // namespace ganymede::nn
