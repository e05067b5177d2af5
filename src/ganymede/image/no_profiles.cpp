#include "ganymede/image/profiles.h"

namespace ganymede::image::codecs {

const bool kConvertsProfiles = false;

bool to_srgb(Image&, Input) {
  return false;
}
std::optional<Image> inks_to_srgb(const Image&, Input) {
  return std::nullopt;
}

}  // namespace ganymede::image::codecs
