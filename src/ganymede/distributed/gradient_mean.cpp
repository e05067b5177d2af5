#include "ganymede/distributed/gradient_mean.h"

#include <algorithm>

namespace ganymede::distributed {

namespace {

/// Numbers in a bucket. Small enough that a network of a few megabytes does not lie in one, which would go when the
/// backward pass is over; among many processes large enough that its bytes take as long as its messages, of which a
/// ring has two for each process: at 0.1 ms each and 0.7 GB/s (docs/several-machines.md) 64 KiB for each of them.
std::int64_t bucket_size(int processes) {
  const std::int64_t bytes = std::max(std::int64_t{1} << 20, std::int64_t{processes} << 16);
  return bytes / static_cast<std::int64_t>(sizeof(float));
}

}  // namespace

GradientMean::GradientMean(const Group& group, std::vector<Tensor> parameters) : group_(group) {
  const std::int64_t full = bucket_size(group.size());
  std::vector<std::int64_t> sizes;
  for (auto parameter = parameters.rbegin(); parameter != parameters.rend(); ++parameter) {
    if (sizes.empty() || sizes.back() + parameter->numel() > full) sizes.push_back(0);
    sizes.back() += parameter->numel();
    slots_.push_back({*parameter, {}, sizes.size() - 1});
  }
  for (const auto size : sizes) buckets_.push_back({at::zeros({size}, slots_.front().parameter.options()), 0, {}});
  std::vector<std::int64_t> used(buckets_.size(), 0);
  for (Slot& slot : slots_) {
    std::int64_t& begin = used[slot.bucket];
    slot.values = buckets_[slot.bucket].values.narrow(0, begin, slot.parameter.numel()).view(slot.parameter.sizes());
    begin += slot.parameter.numel();
    slot.hook = slot.parameter.register_hook([this, &slot](const Tensor& gradient) { take(slot, gradient); });
  }
}

GradientMean::~GradientMean() {
  for (Slot& slot : slots_) slot.parameter.remove_hook(slot.hook);
}

void GradientMean::begin() {
  expected_ = true;
  next_ = 0;
  for (Bucket& bucket : buckets_) bucket.missing = 0;
  for (Slot& slot : slots_) {
    slot.there = false;
    if (slot.parameter.requires_grad()) ++buckets_[slot.bucket].missing;
  }
}

void GradientMean::take(Slot& slot, const Tensor& gradient) {
  if (!expected_ || slot.there) return;
  const torch::NoGradGuard constant;
  slot.values.copy_(gradient.detach());
  if (slot.parameter.grad().defined()) slot.values.add_(slot.parameter.grad());
  slot.there = true;
  --buckets_[slot.bucket].missing;
  send_what_is_whole();
}

void GradientMean::send_what_is_whole() {
  for (; next_ < buckets_.size() && buckets_[next_].missing == 0; ++next_)
    buckets_[next_].exchange = group_.begin_sum(buckets_[next_].values);
}

void GradientMean::finish() {
  const torch::NoGradGuard constant;
  expected_ = false;
  for (Slot& slot : slots_) {
    if (!slot.there) slot.values.zero_();  // what nothing depended on, and what is frozen
  }
  for (Bucket& bucket : buckets_) bucket.missing = 0;
  send_what_is_whole();
  for (Bucket& bucket : buckets_) {
    bucket.exchange->wait();
    bucket.exchange.reset();
    bucket.values.div_(group_.size());
  }
  for (Slot& slot : slots_) {
    if (slot.there) slot.parameter.mutable_grad().copy_(slot.values);
  }
}

}  // namespace ganymede::distributed
