#include "ganymede/distributed/group.h"

#include <cstring>

namespace ganymede::distributed {

std::string Group::broadcast(const std::string& text) const {
  const Tensor length = at::full({1}, static_cast<std::int64_t>(text.size()), at::kLong);
  broadcast(length);
  const Tensor bytes = at::zeros({std::max<std::int64_t>(1, length.item<std::int64_t>())}, at::kByte);
  if (is_first()) std::memcpy(bytes.data_ptr(), text.data(), text.size());
  broadcast(bytes);
  return {static_cast<const char*>(bytes.data_ptr()), static_cast<std::size_t>(length.item<std::int64_t>())};
}

}  // namespace ganymede::distributed
