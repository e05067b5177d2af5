#include "ganymede/quality/nearest.h"

#include <limits>

#include "ganymede/core/counted.h"
#include "ganymede/core/error.h"

namespace ganymede::quality {
namespace {

constexpr std::int64_t kQueryBlock = 1024, kSetBlock = 4096;  // their distances: 32 MiB

void expect_same_width(const Tensor& a, const Tensor& b) {
  if (a.size(1) == b.size(1)) return;
  throw Error(fmt::format("features of width {} in one set and {} in the other", a.size(1), b.size(1)), {},
              "compare features of one network only");
}

}  // namespace

Tensor squared_distances(const Tensor& a, const Tensor& b) {
  expect_same_width(a, b);
  const Tensor x = a.to(at::kDouble), y = b.to(at::kDouble);
  Tensor out = at::addmm(x.square().sum(1, true), x, y.t(), /*beta=*/1, /*alpha=*/-2);
  return out.add_(y.square().sum(1)).clamp_min_(0);
}

NearestSearch::NearestSearch(const Tensor& queries, std::int64_t k, std::optional<std::int64_t> own_index)
    : queries_(queries.to(at::kDouble)), k_(k), own_index_(own_index) {
  squared_ = at::empty({queries.size(0), 0}, at::kDouble);
  indices_ = at::empty({queries.size(0), 0}, at::kLong);
}

void NearestSearch::add(const Tensor& rows) {
  Tensor near = squared_distances(queries_, rows);
  if (own_index_) {
    // Query i is row own_index + i of the set: the diagonal that starts there.
    const auto offset = *own_index_ - seen_;
    if (offset > -near.size(0) && offset < near.size(1)) {
      near.diagonal(offset).fill_(std::numeric_limits<double>::infinity());
    }
  }
  const auto [best, place] = at::topk(near, std::min(k_, near.size(1)), /*dim=*/1, /*largest=*/false);
  const Tensor indices = at::cat({indices_, place + seen_}, 1);
  const auto [sorted, order] = at::sort(at::cat({squared_, best}, 1), /*stable=*/true, /*dim=*/1, /*descending=*/false);
  squared_ = sorted.slice(1, 0, k_).contiguous();
  indices_ = indices.gather(1, order).slice(1, 0, k_).contiguous();
  seen_ += rows.size(0);
}

Neighbours NearestSearch::result() const {
  const std::int64_t candidates = seen_ - (own_index_ ? 1 : 0);
  if (candidates < k_) {
    throw Error(
        fmt::format("{} asked for among {}", counted(k_, "nearest image was", "nearest images were"), candidates), {},
        "use more images");
  }
  return {squared_, indices_};
}

Neighbours nearest(const Tensor& queries, const Tensor& among, std::int64_t k, bool same_set,
                   const std::function<void(std::int64_t)>& report) {
  expect_same_width(queries, among);
  std::vector<Tensor> squared, indices;
  for (std::int64_t begin = 0; begin < queries.size(0); begin += kQueryBlock) {
    const auto end = std::min(queries.size(0), begin + kQueryBlock);
    NearestSearch search(queries.slice(0, begin, end), k, same_set ? std::optional(begin) : std::nullopt);
    for (std::int64_t at = 0; at < among.size(0); at += kSetBlock) {
      search.add(among.slice(0, at, std::min(among.size(0), at + kSetBlock)));
    }
    auto found = search.result();
    squared.push_back(std::move(found.squared));
    indices.push_back(std::move(found.indices));
    if (report) report(end);
  }
  if (squared.empty()) throw Error("there is nothing to look for", {}, "use at least one image");
  return {at::cat(squared), at::cat(indices)};
}

}  // namespace ganymede::quality
