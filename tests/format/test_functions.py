"""Functions are short and take few parameters. The 600 lines of a file are checked by tests/core/layering_test.cpp."""
import pathlib

from functions import Function, functions

ROOT = pathlib.Path(__file__).resolve().parents[2]
LINES, PARAMETERS = 60, 7
FOLDERS = ("src", "include", "tests", "bench", "examples", "fuzz")

SAMPLE = r'''
namespace a {
// void commented(int a, int b) {
constexpr const char* kText = R"(void text(int a) { )";
template <class T, class = std::pair<int, int>>
class Box : public Base<T> {
 public:
  Box(int size, std::map<int, int> names = {{1, 2}, {3, 4}})
      : size_{size}, names_(std::move(names)) {
    fill(size);
  }
  bool operator()(int a, int b) const noexcept { return a < b; }
  int size() const { return size_; }

 private:
  int size_ = 0;
  std::vector<int> some_{1, 2};
};
const auto table = std::vector<int>{
    {1}, {2}};
std::vector<std::pair<int, int>> pairs(
    const std::function<void(int, char)>& f,
    char c = '{') {
  if (c == ',') {
    f([](int a, int b) { return a; });
  }
  return {};
}
int declared(int a, int b, int c);
}  // namespace a
'''


def test_finds_functions():
    assert functions(SAMPLE) == [Function("Box", 8, 4, 2), Function("operator()", 12, 1, 2), Function("size", 13, 1, 0),
                                 Function("pairs", 21, 8, 2)]


def test_functions_are_short_and_take_few_parameters():
    found = [(path, function) for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*"))
             if path.suffix in (".h", ".cpp", ".c") for function in functions(path.read_text())]
    assert len(found) > 1000
    long = [
        f"{path.relative_to(ROOT)}:{f.line} {f.name}: {f.lines} lines, {f.parameters} parameters"
        for path, f in found
        if f.lines > LINES or f.parameters > PARAMETERS
    ]
    assert not long
