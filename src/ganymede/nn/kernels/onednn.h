// Convolutions and products of oneDNN that run on one thread, made once for each shape. Internal to nn/kernels; needs
// oneDNN 2 or 3.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <oneapi/dnnl/dnnl.hpp>
#include <tuple>
#include <vector>

#include "ganymede/nn/kernels/fixed_weights.h"

namespace ganymede::nn::kernels {

enum class ConvPass { kForward, kInput, kWeight };

/// A convolution over channels-last images, as the forward pass sees it.
struct ConvShape {
  ConvPass pass;
  bool bf16, bias;
  bool f32_result;  ///< of a forward pass over bf16 images
  std::int64_t images, channels, height, width, out, out_height, out_width, kernel_y, kernel_x;
  std::int64_t stride, top, bottom, left, right, groups;
  auto operator<=>(const ConvShape&) const = default;
};

/// Where a weight lies in memory: sizes [O, C / groups, kh, kw] and strides in elements.
struct WeightLayout {
  bool bf16;
  std::int64_t groups;
  std::vector<std::int64_t> sizes, strides;
  auto operator<=>(const WeightLayout&) const = default;
};

/// One pass over one shape, on the thread that calls it, from any thread.
class OneThreadConv : public WeightOrder {
 public:
  /// Null where oneDNN has only a slow way. Kept for the life of the process.
  static std::shared_ptr<OneThreadConv> of(const ConvShape& shape);

  explicit OneThreadConv(const ConvShape& shape);

  /// oneDNN has its own order for the weight (for a weight gradient it is f32): so many bytes.
  std::size_t weight_bytes() const { return weight_.get_size(); }
  bool same_weight(const WeightOrder& other) const override;
  /// Pieces, of filters, in which a weight is brought into that order, or out of it: a power of two, at most `wanted`.
  std::int64_t pieces(const WeightLayout& layout, std::int64_t wanted);
  void pack(const WeightLayout& layout, const void* weight, void* packed, std::int64_t piece, std::int64_t pieces);
  void unpack(const WeightLayout& layout, const void* packed, void* weight, std::int64_t piece, std::int64_t pieces);

  /// `image` and `out` are those of the forward pass; what the pass computes is written. `bias` f32, or null.
  void run(const void* image, const void* weight, const void* bias, const void* out);

 private:
  struct Reorder {
    dnnl::memory::desc from, to, scratch;
    dnnl::reorder primitive;
    void run(const void* source, const void* target) const;
  };
  using ReorderKey = std::tuple<WeightLayout, std::int64_t, std::int64_t, bool>;
  const Reorder& reorder(const WeightLayout& layout, std::int64_t piece, std::int64_t pieces, bool pack);

  ConvShape shape_;
  dnnl::memory::desc image_, out_, weight_, scratch_;
  dnnl::primitive primitive_;
  std::mutex mutex_;
  std::map<ReorderKey, Reorder> reorders_;
};

/// a^T b of two matrices, [depth, rows] and [depth, columns], the second dense; strides are from row to row.
struct ProductShape {
  bool bf16;  ///< or f32; the result is f32
  std::int64_t depth, rows, columns, a_stride, result_stride;
  auto operator<=>(const ProductShape&) const = default;
};

/// That product, on the thread that calls it, from any thread.
class OneThreadProduct {
 public:
  /// Null where oneDNN has only a slow way. Kept for the life of the process.
  static std::shared_ptr<OneThreadProduct> of(const ProductShape& shape);

  explicit OneThreadProduct(const ProductShape& shape);
  void run(const void* a, const void* b, float* result) const;

 private:
  dnnl::memory::desc a_, b_, result_, scratch_;
  dnnl::primitive primitive_;
};

}  // namespace ganymede::nn::kernels
