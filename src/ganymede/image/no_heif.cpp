#include "ganymede/image/codecs.h"

namespace ganymede::image::codecs {

const bool kReadsHeif = false;

Image decode_heif(Input, const std::string& where, FileFacts&, const DecodeOptions&) {
  throw_not_built("HEIC", "GANYMEDE_HEIF", where);
}

}  // namespace ganymede::image::codecs
