// Texts from outside (file names above all) made fit for one line of a message, a list or JSON.
#pragma once

#include <string>
#include <string_view>

namespace ganymede {

/// `text` as valid UTF-8 on one line: line ends, other control characters and bytes that are no UTF-8 are written as
/// \n, \t, \r and \x1b. All else stays as it is.
std::string printable(std::string_view text);

/// As printable(), with each backslash doubled, so that no two names look the same: what lists of files hold.
std::string listed_name(std::string_view name);

/// `text` with the capitals of ASCII as small letters.
std::string in_small_letters(std::string_view text);

/// "how many images" as "How many images."; empty where `text` is.
std::string sentence(std::string text);

/// Whether two texts are the same but for the case of ASCII's letters.
bool equal_in_any_case(std::string_view a, std::string_view b);

/// Whether `text` is UTF-8 throughout.
bool is_utf8(std::string_view text);

/// What a Git LFS pointer begins with: 130 bytes of text that stand where the file itself should.
inline constexpr std::string_view kLfsPointer = "version https://git-lfs.github.com/spec/";
inline constexpr const char* kIsLfsPointer = "this is a Git LFS pointer, not the file";
inline constexpr const char* kLfsPointerHint = "run `git lfs pull` where it came from";

}  // namespace ganymede
