#include "ganymede/image/codecs.h"

namespace ganymede::image::codecs {

const bool kReadsAvif = false;

Image decode_avif(Input, const std::string& where, FileFacts&, const DecodeOptions&) {
  throw_not_built("AVIF", "GANYMEDE_AVIF", where);
}

}  // namespace ganymede::image::codecs
