#include "ganymede/image/codecs.h"

namespace ganymede::image::codecs {

const bool kReadsTiff = false;

Image decode_tiff(Input, const std::string& where, FileFacts&, const DecodeOptions&) {
  throw_not_built("TIFF", "GANYMEDE_TIFF", where);
}

}  // namespace ganymede::image::codecs
