#include "ganymede/image/text.h"

#include "support/support.h"

namespace ganymede::image {
namespace {

TEST(CleanText, KeepsValidUtf8) {
  for (const char* text : {"", "plain", "Käse", "日本語", "\U0001F600", "a\u0300"}) EXPECT_EQ(clean_text(text), text);
}

TEST(CleanText, ReplacesWhatIsNot) {
  EXPECT_EQ(clean_text("a\xff"), "a?");
  EXPECT_EQ(clean_text("\xc3"), "?");                 // cut off
  EXPECT_EQ(clean_text("\xc0\x80"), "??");            // overlong
  EXPECT_EQ(clean_text("\xed\xa0\x80"), "???");       // a surrogate
  EXPECT_EQ(clean_text("\xf4\x90\x80\x80"), "????");  // beyond Unicode
  EXPECT_EQ(clean_text("a\nb\x01\x7f"), "a?b??");
  EXPECT_EQ(clean_text("\xef\xbf\xbf"), "???");  // not allowed in XML
}

TEST(XmlEscaped, LeavesNoMarkup) {
  EXPECT_EQ(xml_escaped("a<b>&c"), "a&lt;b&gt;&amp;c");
}

}  // namespace
}  // namespace ganymede::image
