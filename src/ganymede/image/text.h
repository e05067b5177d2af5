// Internal to image/: text from outside (class names, run names) made safe to draw and to put into XML.
#pragma once

#include <string>

namespace ganymede::image {

/// `text` with bytes that are not UTF-8, and control characters, replaced by '?'.
std::string clean_text(const std::string& text);

/// `text` as the content of an XML element.
std::string xml_escaped(const std::string& text);

}  // namespace ganymede::image
