// Internal to image/: colours by their ICC profile to sRGB, through Little CMS.
#pragma once

#include <optional>

#include "ganymede/image/codecs.h"

namespace ganymede::image::codecs {

/// Whether the build has Little CMS; without it the functions below change nothing.
extern const bool kConvertsProfiles;

/// Grey or RGB, with or without transparency behind it, of 8 or 16 bits, as sRGB. False, and the image as it was, where
/// the profile is damaged or one of other colours. The profile's perceptual intent, as Pillow's ImageCms takes it.
bool to_srgb(Image& image, Input icc);
/// RGB of inks as JPEGs store them: four channels of 255 minus the ink. Nothing where the profile is not one of these.
std::optional<Image> inks_to_srgb(const Image& inks, Input icc);

}  // namespace ganymede::image::codecs
