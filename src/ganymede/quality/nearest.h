// Exact search for nearest rows by Euclidean distance, in blocks: never a matrix of all against all.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "ganymede/core/torch_compat.h"

namespace ganymede::quality {

/// Of each query the k nearest, nearest first.
struct Neighbours {
  Tensor squared;  ///< f64 [Q, k]: squared distances
  Tensor indices;  ///< int64 [Q, k], into what was searched
};

/// Squared distances f64 [Q, M] of [Q, D] and [M, D]; never negative.
Tensor squared_distances(const Tensor& a, const Tensor& b);

/// Nearest rows of a few queries in a set that streams by.
class NearestSearch {
 public:
  /// `queries` [Q, D] are held in f64. Where the queries are themselves rows of the set, `own_index` is the first
  /// one's: none is its own nearest then.
  NearestSearch(const Tensor& queries, std::int64_t k, std::optional<std::int64_t> own_index = std::nullopt);

  /// The set's next rows [m, D], in any type. Throws Error for another width.
  void add(const Tensor& rows);
  /// Throws Error when fewer than k rows could be among them.
  Neighbours result() const;

 private:
  Tensor queries_, squared_, indices_;  ///< the best so far, [Q, up to k]
  std::int64_t k_, seen_ = 0;
  std::optional<std::int64_t> own_index_;
};

/// The k nearest rows of `among` [M, D] to each row of `queries` [N, D]. Where they are one set (`same_set`), a row is
/// not its own nearest. Takes N * k numbers and a block's worth of memory. `report` hears how many queries are done.
Neighbours nearest(const Tensor& queries, const Tensor& among, std::int64_t k, bool same_set = false,
                   const std::function<void(std::int64_t)>& report = {});

}  // namespace ganymede::quality
