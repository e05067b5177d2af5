#include "ganymede/exchange/pickle.h"

#include <gmock/gmock.h>

#include "ganymede/core/error.h"

namespace ganymede::exchange {
namespace {

Pickle read(const std::string& bytes) {
  return read_pickle({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}, "file.pth");
}
std::string error_of(const std::string& bytes) {
  try {
    read(bytes);
  } catch (const Error& error) {
    return error.what();
  }
  ADD_FAILURE() << "expected an Error";
  return {};
}

using namespace std::string_literals;

TEST(Pickle, ReadsPlainContainers) {
  // pickle.dumps({"a": [1, -2, 2.5, None, True]}, 2)
  const auto pickle = read(
      "\x80\x02}q\0X\x01\0\0\0aq\x01]q\x02(K\x01J\xfe\xff\xff\xffG@\x04\0\0\0\0\0\0N\x88"
      "es."s);
  const auto* dict = pickle.root.dict();
  ASSERT_NE(dict, nullptr);
  ASSERT_EQ(dict->size(), 1U);
  EXPECT_EQ(*dict->at(0).first.text(), "a");
  const auto& list = *dict->at(0).second.list();
  ASSERT_EQ(list.size(), 5U);
  EXPECT_EQ(*list[0].integer(), 1);
  EXPECT_EQ(*list[1].integer(), -2);
  EXPECT_EQ(std::get<double>(list[2].value), 2.5);
  EXPECT_TRUE(std::holds_alternative<std::monostate>(list[3].value));
  EXPECT_TRUE(std::get<bool>(list[4].value));
}

TEST(Pickle, RunsNothing) {
  EXPECT_NE(error_of("\x80\x02"
                     "cos\nsystem\nX\x02\0\0\0ls\x85R."s)
                .find("'os.system'"),
            std::string::npos);
  EXPECT_NE(error_of("\x80\x04\x8c\x05posix\x8c\x06system\x93."s).find("'posix.system'"), std::string::npos);
  EXPECT_NE(error_of("\x80\x02(X\x02\0\0\0lsios\nsystem\n."s).find("0x69"), std::string::npos);  // INST
}

TEST(Pickle, AListInItselfOrNestedWithoutEndIsNoDanger) {
  EXPECT_NE(read("\x80\x02]q\0h\0a."s).root.list(), nullptr);
  std::string deep = "\x80\x02";
  for (int i = 0; i < 200000; ++i) deep += ']';
  for (int i = 1; i < 200000; ++i) deep += 'a';
  EXPECT_NE(read(deep + ".").root.list(), nullptr);
}

TEST(Pickle, AShortFileTakesNoGigabytes) {
  std::string repeats = "\x80\x02X\0\0\x10\0"s + std::string(1 << 20, 'a') + "q\0"s;
  for (int i = 0; i < 1000; ++i) repeats += "h\0"s;
  EXPECT_THAT(error_of(repeats + "."), testing::HasSubstr("repeats its texts"));
  EXPECT_THAT(error_of("\x80\x02" + std::string(3'000'000, 'N') + "."), testing::HasSubstr("too many values"));
}

TEST(Pickle, DamageIsSaid) {
  for (const std::string& bytes : {""s, "\x80"s, "\x80\x02"s, "\x80\x02."s, "\x80\x02X\xff\xff\xff\xff."s,
                                   "\x80\x02h\x05."s, "\x80\x02s."s, "\x80\x02}(K\x01u."s,
                                   "\x80\x02K\x01K\x02"
                                   "a."s,
                                   "\x80\x02R."s, "\x80\x02Q."s, "\x80\x02t."s, "\x80\x02(."s,
                                   "\x80\x02"
                                   "ctorch._utils\n_rebuild_tensor_v2\n)R."s,
                                   "\x80\x02"
                                   "ctorch\nSize\n)R."s}) {
    EXPECT_FALSE(error_of(bytes).empty());
  }
}

}  // namespace
}  // namespace ganymede::exchange
