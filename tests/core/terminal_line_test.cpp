#include "ganymede/core/terminal_line.h"

#include <gtest/gtest.h>

namespace ganymede {
namespace {

TEST(TerminalLine, LeavesTextAsItIs) {
  for (const char* text : {"", "plain, with: signs", "Grüße", "日本", "🙂"}) EXPECT_EQ(terminal_line(text), text);
}

TEST(TerminalLine, WritesOutWhatSteersATerminal) {
  EXPECT_EQ(terminal_line("a\x1b[31mb"), "a\\x1b[31mb");
  EXPECT_EQ(terminal_line("a\nb\r\tc"), "a b  c");
  EXPECT_EQ(terminal_line("a\xe2\x80\xae\x62"), "a\\u202Eb") << "right to left from here on";
  EXPECT_EQ(terminal_line("a\xe2\x80"), "a\\xe2\\x80") << "cut short";
}

TEST(TerminalLine, KeepsBothEndsOfALongOne) {
  const std::string line = terminal_line("begin" + std::string(5000, 'x') + "end");
  EXPECT_LE(line.size(), kLongestLine);
  EXPECT_TRUE(line.starts_with("beginxxx") && line.ends_with("xxxend"));
  EXPECT_NE(line.find("x ... x"), std::string::npos);
  for (std::size_t most = 20; most < 40; ++most) {
    std::string umlauts;
    for (int i = 0; i < 50; ++i) umlauts += "ü";
    const std::string cut = terminal_line(umlauts, most);
    EXPECT_LE(cut.size(), most);
    EXPECT_EQ(terminal_line(cut), cut) << "no character is cut in two";
  }
}

}  // namespace
}  // namespace ganymede
