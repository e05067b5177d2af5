#include "ganymede/nn/kernels/onednn.h"

#include <cstdlib>
#include <string>
#include <unordered_map>

#include "ganymede/core/parallel.h"

namespace ganymede::nn::kernels {

namespace {

using dnnl::memory;
using Type = memory::data_type;

const dnnl::engine& engine() {
  static const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  return engine;
}

dnnl::stream& stream() {
  thread_local dnnl::stream stream(engine());
  return stream;
}

/// Memory of this thread for oneDNN to work in.
void* work_room(std::size_t bytes) {
  struct Free {
    void operator()(void* p) const { std::free(p); }
  };
  thread_local std::unique_ptr<void, Free> room;
  thread_local std::size_t size = 0;
  if (bytes > size) {
    constexpr std::size_t line = 64;
    size = (bytes + line - 1) / line * line;
    room.reset(std::aligned_alloc(line, size));
    if (!room) {
      size = 0;
      throw std::bad_alloc();
    }
  }
  return room.get();
}

memory::desc images(std::int64_t count, std::int64_t channels, std::int64_t height, std::int64_t width, Type type) {
  return {{count, channels, height, width}, type, memory::format_tag::nhwc};
}

memory memory_at(const memory::desc& desc, const void* data) {
  return {desc, engine(), const_cast<void*>(data)};
}

dnnl::primitive_attr attributes() {
  dnnl::primitive_attr attributes;
  attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);  // so that threads can share what was made
  return attributes;
}

/// Version 3 takes at once what version 2 takes in two steps.
template <class Pass, class... Arguments>
typename Pass::primitive_desc described(const Arguments&... arguments) {
#if DNNL_VERSION_MAJOR >= 3
  return {engine(), arguments..., attributes()};
#else
  return {typename Pass::desc(arguments...), attributes(), engine()};
#endif
}

template <class Pass, class... Arguments>
typename Pass::primitive_desc described_after(const dnnl::convolution_forward::primitive_desc& forward,
                                              const Arguments&... arguments) {
#if DNNL_VERSION_MAJOR >= 3
  return {engine(), arguments..., forward, attributes()};
#else
  return {typename Pass::desc(arguments...), attributes(), engine(), forward};
#endif
}

/// oneDNN has groups as a dimension of their own.
memory::dims weight_sizes(memory::dims sizes, std::int64_t groups) {
  if (groups > 1) {
    sizes[0] /= groups;
    sizes.insert(sizes.begin(), groups);
  }
  return sizes;
}

memory::desc described(const WeightLayout& layout) {
  memory::dims strides = layout.strides;
  if (layout.groups > 1) strides.insert(strides.begin(), layout.sizes[0] / layout.groups * strides[0]);
  return {weight_sizes(layout.sizes, layout.groups), layout.bf16 ? Type::bf16 : Type::f32, strides};
}

void expect_fast(const dnnl::primitive_desc_base& made) {
  if (std::string(made.impl_info_str()).rfind("ref", 0) == 0) throw dnnl::error(dnnl_unimplemented, "only a slow way");
}

/// One of each shape, made when it is first asked for.
template <class One, class Shape>
std::shared_ptr<One> kept_of(const Shape& shape) {
  static std::mutex mutex;
  static auto& made = *new std::map<Shape, std::shared_ptr<One>>;
  constexpr std::size_t most = 1024;  // a server's models come and go
  const std::lock_guard lock(mutex);
  if (const auto found = made.find(shape); found != made.end()) return found->second;
  if (made.size() >= most) made.clear();
  std::shared_ptr<One> one;
  try {
    one = std::make_shared<One>(shape);
  } catch (const dnnl::error&) {  // there is another way
  }
  return made[shape] = one;
}

}  // namespace

std::shared_ptr<OneThreadConv> OneThreadConv::of(const ConvShape& shape) {
  return kept_of<OneThreadConv>(shape);
}

OneThreadConv::OneThreadConv(const ConvShape& s) : shape_(s) {
  const OneThread made_for_one_thread;
  const Type type = s.bf16 ? Type::bf16 : Type::f32;
  image_ = images(s.images, s.channels, s.height, s.width, type);
  out_ = images(s.images, s.out, s.out_height, s.out_width, s.f32_result ? Type::f32 : type);
  const memory::dims sizes = weight_sizes({s.out, s.channels / s.groups, s.kernel_y, s.kernel_x}, s.groups);
  const memory::dims strides{s.stride, s.stride};
  const memory::dims begin{s.top, s.left}, end{s.bottom, s.right};
  const auto any = memory::format_tag::any;
  const memory::desc weight(sizes, type, any), gradient(sizes, Type::f32, any);
  const memory::desc bias({s.out}, Type::f32, memory::format_tag::x);
  const auto direct = dnnl::algorithm::convolution_direct;
  const auto keep = [this](const auto& made, const memory::desc& order) {
    expect_fast(made);
    weight_ = order;
    scratch_ = made.scratchpad_desc();
  };
  if (s.pass == ConvPass::kForward) {
    using Pass = dnnl::convolution_forward;
    const auto kind = dnnl::prop_kind::forward_training;
    const auto made = s.bias ? described<Pass>(kind, direct, image_, weight, bias, out_, strides, begin, end)
                             : described<Pass>(kind, direct, image_, weight, out_, strides, begin, end);
    keep(made, made.weights_desc());
    primitive_ = Pass(made);
    return;
  }
  const auto forward = described<dnnl::convolution_forward>(dnnl::prop_kind::forward_training, direct, image_, weight,
                                                            out_, strides, begin, end);
  if (s.pass == ConvPass::kInput) {
    using Pass = dnnl::convolution_backward_data;
    const auto made = described_after<Pass>(forward, direct, image_, weight, out_, strides, begin, end);
    keep(made, made.weights_desc());
    primitive_ = Pass(made);
  } else {
    using Pass = dnnl::convolution_backward_weights;
    const auto made = described_after<Pass>(forward, direct, image_, gradient, out_, strides, begin, end);
    keep(made, made.diff_weights_desc());
    primitive_ = Pass(made);
  }
}

bool OneThreadConv::same_weight(const WeightOrder& other) const {
  const auto* one = dynamic_cast<const OneThreadConv*>(&other);
  return one != nullptr && weight_ == one->weight_;
}

void OneThreadConv::run(const void* image, const void* weight, const void* bias, const void* out) {
  const bool input = shape_.pass == ConvPass::kInput, gradient = shape_.pass == ConvPass::kWeight;
  const bool forward = shape_.pass == ConvPass::kForward;
  std::unordered_map<int, memory> arguments{
      {input ? DNNL_ARG_DIFF_SRC : DNNL_ARG_SRC, memory_at(image_, image)},
      {gradient ? DNNL_ARG_DIFF_WEIGHTS : DNNL_ARG_WEIGHTS, memory_at(weight_, weight)},
      {forward ? DNNL_ARG_DST : DNNL_ARG_DIFF_DST, memory_at(out_, out)},
      {DNNL_ARG_SCRATCHPAD, memory_at(scratch_, work_room(scratch_.get_size()))},
  };
  if (shape_.bias) {
    arguments.emplace(DNNL_ARG_BIAS, memory_at({{shape_.out}, Type::f32, memory::format_tag::x}, bias));
  }
  primitive_.execute(stream(), arguments);
}

std::int64_t OneThreadConv::pieces(const WeightLayout& layout, std::int64_t wanted) {
  constexpr std::int64_t least = 64;  // filters; oneDNN's blocks are of at most so many
  std::int64_t pieces = 1;
  while (layout.groups == 1 && 2 * pieces <= wanted && layout.sizes[0] % (2 * pieces * least) == 0) pieces *= 2;
  if (pieces == 1) return 1;
  try {
    reorder(layout, 0, pieces, shape_.pass != ConvPass::kWeight);
  } catch (const dnnl::error&) {  // this order does not come in pieces
    return 1;
  }
  return pieces;
}

const OneThreadConv::Reorder& OneThreadConv::reorder(const WeightLayout& layout, std::int64_t piece,
                                                     std::int64_t pieces, bool pack) {
  const std::lock_guard lock(mutex_);
  const ReorderKey key{layout, piece, pieces, pack};
  if (const auto found = reorders_.find(key); found != reorders_.end()) return found->second;
  const OneThread made_for_one_thread;
  memory::desc plain = described(layout), packed = weight_;
  if (pieces > 1) {
    memory::dims sizes = layout.sizes, first(4, 0);
    sizes[0] /= pieces;
    first[0] = piece * sizes[0];
    plain = plain.submemory_desc(sizes, first);
    packed = packed.submemory_desc(sizes, first);
  }
  const memory::desc &from = pack ? plain : packed, &to = pack ? packed : plain;
  const dnnl::reorder::primitive_desc made(engine(), from, engine(), to, attributes());
  return reorders_.emplace(key, Reorder{from, to, made.scratchpad_desc(), dnnl::reorder(made)}).first->second;
}

void OneThreadConv::Reorder::run(const void* source, const void* target) const {
  primitive.execute(stream(), {{DNNL_ARG_FROM, memory_at(from, source)},
                               {DNNL_ARG_TO, memory_at(to, target)},
                               {DNNL_ARG_SCRATCHPAD, memory_at(scratch, work_room(scratch.get_size()))}});
}

void OneThreadConv::pack(const WeightLayout& layout, const void* weight, void* packed, std::int64_t piece,
                         std::int64_t pieces) {
  reorder(layout, piece, pieces, true).run(weight, packed);
}

void OneThreadConv::unpack(const WeightLayout& layout, const void* packed, void* weight, std::int64_t piece,
                           std::int64_t pieces) {
  reorder(layout, piece, pieces, false).run(packed, weight);
}

std::shared_ptr<OneThreadProduct> OneThreadProduct::of(const ProductShape& shape) {
  return kept_of<OneThreadProduct>(shape);
}

OneThreadProduct::OneThreadProduct(const ProductShape& s)
    : a_({s.rows, s.depth}, s.bf16 ? Type::bf16 : Type::f32, memory::dims{1, s.a_stride}),
      b_({s.depth, s.columns}, s.bf16 ? Type::bf16 : Type::f32, memory::dims{s.columns, 1}),
      result_({s.rows, s.columns}, Type::f32, memory::dims{s.result_stride, 1}) {
  const OneThread made_for_one_thread;
  const auto made = described<dnnl::matmul>(a_, b_, result_);
  expect_fast(made);
  scratch_ = made.scratchpad_desc();
  primitive_ = dnnl::matmul(made);
}

void OneThreadProduct::run(const void* a, const void* b, float* result) const {
  primitive_.execute(stream(), {{DNNL_ARG_SRC, memory_at(a_, a)},
                                {DNNL_ARG_WEIGHTS, memory_at(b_, b)},
                                {DNNL_ARG_DST, memory_at(result_, result)},
                                {DNNL_ARG_SCRATCHPAD, memory_at(scratch_, work_room(scratch_.get_size()))}});
}

}  // namespace ganymede::nn::kernels
