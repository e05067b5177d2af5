"""Headers include what they use. Targets that use LibTorch share a precompiled header, and several files make one unit:
both hide a missing include until somebody builds otherwise. A compiler would need minutes for it, so this looks for
names."""

import pathlib
import re

from functions import blanked

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDERS = [ROOT / "src", ROOT / "include"]

# What must be included, by the header itself or by one of ours that it includes, where a name is used.
NAMES = {
    "ganymede/core/torch_compat.h": r"\b(torch|at|c10)::|\b(Tensor|OptionalTensor)\b",
    "fmt/format.h": r"\bfmt::",
    "algorithm": r"\bstd::(sort|stable_sort|(min|max)_element|find|find_if|(any|all|none)_of|transform|copy|copy_n|"
                 r"clamp|fill|reverse)\b",
    "array": r"\bstd::array\b",
    "atomic": r"\bstd::atomic",
    "chrono": r"\bstd::chrono\b",
    "condition_variable": r"\bstd::condition_variable",
    "cstdint": r"\bstd::u?int(8|16|32|64)_t\b",
    "deque": r"\bstd::deque\b",
    "exception": r"\bstd::(exception_ptr|current_exception)\b",
    "filesystem": r"\bstd::filesystem\b",
    "functional": r"\bstd::function\b",
    "future": r"\bstd::(future|promise|shared_future)\b",
    "initializer_list": r"\bstd::initializer_list\b",
    "map": r"\bstd::(multi)?map\b",
    "memory": r"\bstd::((unique|shared|weak)_ptr|make_(unique|shared)|enable_shared_from_this)\b",
    "mutex": r"\bstd::(mutex|lock_guard|unique_lock|once_flag|scoped_lock)\b",
    "nlohmann/json.hpp": r"\bnlohmann::",
    "optional": r"\bstd::(optional|nullopt)\b",
    "set": r"\bstd::(multi)?set\b",
    "span": r"\bstd::span\b",
    "stdexcept": r"\bstd::(runtime_error|logic_error|out_of_range|invalid_argument)\b",
    "string": r"\bstd::(string|to_string)\b",
    "string_view": r"\bstd::string_view\b",
    "thread": r"\bstd::thread\b",
    "type_traits": r"\bstd::(is_\w+|decay|remove_\w+|enable_if|conditional|underlying_type|invoke_result)(_t|_v)\b",
    "tuple": r"\bstd::(tuple|tie)\b",
    "unordered_map": r"\bstd::unordered_map\b",
    "utility": r"\bstd::(pair|move|forward|exchange|swap|in_range)\b",
    "variant": r"\bstd::variant\b",
    "vector": r"\bstd::vector\b",
}
INCLUDE = re.compile(r'^#\s*include\s*[<"]([^>"]+)[>"]', re.M)


def included(text, seen):
    """What a text includes, and what ours among them include."""
    for name in INCLUDE.findall(text):
        if name not in seen:
            seen.add(name)
            for folder in FOLDERS:
                if (folder / name).is_file():
                    included((folder / name).read_text(), seen)
    return seen


def missing(name, text):
    have = included(text, {name})
    if "torch/types.h" in have:
        have.add("optional")  # only the LibTorch that has std::optional in its interfaces is asked for it
    if "nlohmann/json_fwd.hpp" in have:
        have.add("nlohmann/json.hpp")  # to declare a function, its name is enough
    code = blanked(text)
    return [f"{name} needs <{header}> for {match.group()}" for header, pattern in NAMES.items()
            if header not in have and (match := re.search(pattern, code))]


def test_finds_what_is_missing():
    assert missing("a.h", "#pragma once\n#include <string>\n// std::vector\nstd::string f(Tensor x);\n") == \
        ["a.h needs <ganymede/core/torch_compat.h> for Tensor"]
    assert missing("a.h", '#include "ganymede/nn/layer.h"\nstd::vector<Tensor> f();\n') == []
    assert missing("a.h", "#include <vector>\nstatic_assert(std::is_enum_v<A>);\n") == [
        "a.h needs <type_traits> for std::is_enum_v"]


def test_headers_include_what_they_use():
    headers = [(folder, path) for folder in FOLDERS for path in sorted(folder.rglob("*.h"))]
    assert len(headers) > 100 and any(folder.name == "include" for folder, _ in headers)
    assert [problem for folder, path in headers
            for problem in missing(path.relative_to(folder).as_posix(), path.read_text())] == []
