#include "ganymede/core/text.h"

#include "ganymede/core/shell_word.h"
#include "support/support.h"

namespace ganymede {
namespace {

TEST(Text, StaysWhatItIsWhereItIsText) {
  for (const char* text : {"", "a/b c.png", "\xd1\x82\xd0\xb5\xd1\x81\xd1\x82", "\xf0\x9f\x90\xb1", "a\\b"}) {
    EXPECT_EQ(printable(text), text);
    EXPECT_TRUE(is_utf8(text));
  }
}

TEST(Text, ControlCharactersAndStrangeBytesAreWritten) {
  EXPECT_EQ(printable("two\nlines\t\r"), "two\\nlines\\t\\r");
  EXPECT_EQ(printable("\x1b[31mred\x7f"), "\\x1b[31mred\\x7f");
  EXPECT_EQ(printable("caf\xe9"), "caf\\xe9");
  EXPECT_EQ(printable("\xc2\x9b"), "\\xc2\\x9b") << "a control character of two bytes";
  for (const char* text :
       {"\xff", "\xc0\xaf", "\xe0\x80\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82", "\x80"}) {
    EXPECT_FALSE(is_utf8(text)) << printable(text);
    EXPECT_TRUE(is_utf8(printable(text)));
  }
}

TEST(Text, WordsAreQuotedForAShellWhereTheyNeedIt) {
  EXPECT_EQ(shell_word("runs/conv-2_b.toml"), "runs/conv-2_b.toml");
  EXPECT_EQ(shell_word(""), "''");
  EXPECT_EQ(shell_word("my runs/a"), "'my runs/a'");
  EXPECT_EQ(shell_word("it's"), "'it'\\''s'");
  EXPECT_EQ(shell_word("$HOME;*"), "'$HOME;*'");
  EXPECT_EQ(shell_word("a\nb'\xff"), "$'a\\nb\\'\\xff'");
}

TEST(Text, ListedNamesAreAllDifferent) {
  EXPECT_EQ(listed_name("a\\xe9"), "a\\\\xe9");
  EXPECT_EQ(listed_name("a\xe9"), "a\\xe9");
}

TEST(Text, ErrorsHoldNothingThatIsNoText) {
  const Error error("a\nb", "caf\xe9.png", "c");
  EXPECT_STREQ(error.what(), "caf\\xe9.png: a\\nb; c");
  EXPECT_EQ(error.where(), "caf\\xe9.png");
}

TEST(Text, IsEqualInAnyCaseOfLetters) {
  EXPECT_TRUE(equal_in_any_case("Train_1", "tRAIN_1"));
  EXPECT_FALSE(equal_in_any_case("train", "trains"));
  EXPECT_FALSE(equal_in_any_case("\xC3\x84", "\xC3\xA4")) << "ASCII's alone";
  EXPECT_FALSE(equal_in_any_case("train", "train\xC3\xA4"));
}

TEST(Text, SmallLettersAreAsciisAlone) {
  EXPECT_EQ(in_small_letters("IMG_0001.JPeG"), "img_0001.jpeg");
  EXPECT_EQ(in_small_letters("[@Z\xC3\x84"), "[@z\xC3\x84") << "what lies beside the letters stays";
  EXPECT_EQ(in_small_letters(""), "");
}

TEST(Text, ABackslashIsDoubledInListsOnly) {
  EXPECT_EQ(listed_name("a b~.png"), "a b~.png");
  EXPECT_EQ(listed_name("a\\b"), "a\\\\b");
  EXPECT_EQ(printable("a\\b"), "a\\b");
}

}  // namespace
}  // namespace ganymede
