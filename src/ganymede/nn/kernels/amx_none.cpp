// Stands in for the amx_*.cpp files where the build is not for x86-64.
#include <stdexcept>

#include "ganymede/nn/kernels/amx.h"

namespace ganymede::nn::kernels {

namespace {
[[noreturn]] void no_tiles() {
  throw std::logic_error("this build has no AMX kernels");
}
}  // namespace

bool amx_available() {
  return false;
}
void amx_enable(bool) {}
PackedMatrix amx_pack(const Bf16*, const std::vector<std::int64_t>&, std::int64_t, std::int64_t) {
  no_tiles();
}
PackedMatrix amx_pack(const Bf16*, std::int64_t, std::int64_t,
                      const std::function<std::int64_t(std::int64_t, std::int64_t)>&) {
  no_tiles();
}
void amx_gather(const Bf16*, const Windows&, const PackedMatrix&, const float*, Bf16*, const Placement&) {
  no_tiles();
}
void amx_weight_gradient(const Bf16*, const Windows&, const Bf16*, std::int64_t, float*) {
  no_tiles();
}

}  // namespace ganymede::nn::kernels
