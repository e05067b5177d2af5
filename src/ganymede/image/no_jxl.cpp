#include "ganymede/image/codecs.h"

namespace ganymede::image::codecs {

const bool kReadsJxl = false;

Image decode_jxl(Input, const std::string& where, FileFacts&, const DecodeOptions&) {
  throw_not_built("JPEG XL", "GANYMEDE_JXL", where);
}

}  // namespace ganymede::image::codecs
