// Internal to image/: the samples of a TIFF as they are stored.
#pragma once

#include <tiffio.h>

#include <cstdint>
#include <string>

#include "ganymede/image/decode.h"
#include "ganymede/image/image.h"

namespace ganymede::image::codecs {

/// What a TIFF's tags say of its samples.
struct TiffKind {
  std::uint16_t bits = 1, samples = 1, number = SAMPLEFORMAT_UINT;
  std::uint16_t photometric = PHOTOMETRIC_MINISBLACK, orientation = 1, extras = 0;
  std::uint16_t ink_set = INKSET_CMYK;
  bool alpha = false;          ///< the first extra sample is transparency
  bool premultiplied = false;  ///< and the colours are stored times it

  bool one_colour() const { return photometric == PHOTOMETRIC_MINISBLACK || photometric == PHOTOMETRIC_MINISWHITE; }
  bool grey() const { return one_colour() && samples - extras == 1; }
  /// CMYK without transparency.
  bool four_inks() const {
    return photometric == PHOTOMETRIC_SEPARATED && ink_set == INKSET_CMYK && samples - extras == 4 && !alpha;
  }
  /// Whole numbers of 8 or 16 bits.
  bool levels() const {
    return (bits == 8 || bits == 16) && (number == SAMPLEFORMAT_UINT || number == SAMPLEFORMAT_VOID);
  }
  /// Colours that need no arithmetic; with `inks`, channels of whatever meaning.
  bool plain_colours(bool inks) const {
    return one_colour() || (photometric == PHOTOMETRIC_RGB && samples >= 3) ||
           (inks && photometric == PHOTOMETRIC_SEPARATED);
  }
};

/// Fills in the pixels of `image`, whose size, channels and bits are the file's own: strips or tiles, channels together
/// or apart. False where libtiff finds a fault. Throws Error where they would take too much memory.
bool read_samples(TIFF* file, Image& image, const std::string& where);

/// Of all samples, of 8 or 16 bits, the colours: grey or RGB, on white where that shows through, which `facts` say.
Image grey_or_rgb(const Image& all, const TiffKind& kind, FileFacts& facts);
/// Of CMYK's samples of 16 bits the colours that remain of white, as Pillow has them: RGB.
Image rgb_of_inks(const Image& all);

}  // namespace ganymede::image::codecs
