#include "ganymede/exchange/pickle.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <map>

#include "ganymede/core/error.h"

namespace ganymede::exchange {
namespace {

// A small file must not take all memory: values pushed in all, of some 150 bytes each, and bytes of texts that stand in
// the file once and are asked for again.
constexpr std::size_t kMaxValues = 2'000'000;
constexpr std::size_t kMaxRepeated = std::size_t{64} << 20;
constexpr std::size_t kMaxDims = 16, kMaxKey = 1000;

/// What a pickle calls: a name on the stack until REDUCE. Never more than a name.
struct Callable {
  std::string name;
};
struct Mark {};

using Item = std::variant<PickleValue, Callable, Mark>;

bool is_storage(const std::string& name) {
  static const std::vector<std::string> known{"FloatStorage", "DoubleStorage", "HalfStorage",  "BFloat16Storage",
                                              "LongStorage",  "IntStorage",    "ShortStorage", "CharStorage",
                                              "ByteStorage",  "BoolStorage"};
  const std::string prefix = "torch.";
  return name.compare(0, prefix.size(), prefix) == 0 &&
         std::find(known.begin(), known.end(), name.substr(prefix.size())) != known.end();
}

bool is_known(const std::string& name) {
  static const std::vector<std::string> callables{"torch._utils._rebuild_tensor_v2", "torch._utils._rebuild_parameter",
                                                  "collections.OrderedDict", "torch.Size"};
  return is_storage(name) || std::find(callables.begin(), callables.end(), name) != callables.end();
}

class Machine {
 public:
  Machine(std::span<const std::uint8_t> bytes, std::string where) : bytes_(bytes), where_(std::move(where)) {}

  Pickle run() {
    for (;;) {
      const auto op = byte();
      if (op == '.') {
        out_.root = pop_value();
        return std::move(out_);
      }
      if (!plain(op) && !container(op) && !memory(op) && !call(op)) {
        fail(fmt::format("the pickle's instruction 0x{:02x} is not one of plain containers and tensors", op));
      }
    }
  }

 private:
  [[noreturn]] void fail(const std::string& problem) const {
    throw Error(problem, where_, "save a state dict: torch.save(model.state_dict(), FILE)");
  }
  [[noreturn]] void damaged() const { throw Error("the pickle is damaged", where_, "take a fresh copy of the file"); }

  std::span<const std::uint8_t> take(std::uint64_t count) {
    if (count > bytes_.size() - at_) damaged();
    const auto part = bytes_.subspan(at_, count);
    at_ += count;
    return part;
  }
  std::uint8_t byte() { return take(1)[0]; }
  template <class T>
  T little() {
    T value{};
    std::memcpy(&value, take(sizeof(T)).data(), sizeof(T));
    return value;
  }
  std::string text(std::uint64_t count) {
    const auto part = take(count);
    return {reinterpret_cast<const char*>(part.data()), part.size()};
  }
  std::string line() {
    std::string out;
    for (char c = static_cast<char>(byte()); c != '\n'; c = static_cast<char>(byte())) out += c;
    return out;
  }

  void push(Item item) {
    if (++pushed_ > kMaxValues) fail("the pickle holds too many values");
    stack_.push_back(std::move(item));
  }
  PickleList* new_list(PickleList values = {}) {
    return out_.lists.emplace_back(std::make_unique<PickleList>(std::move(values))).get();
  }
  PickleDict* new_dict() { return out_.dicts.emplace_back(std::make_unique<PickleDict>()).get(); }
  template <class T>
  void push_value(T value) {
    push(PickleValue{std::move(value)});
  }
  Item pop() {
    if (stack_.empty()) damaged();
    Item item = std::move(stack_.back());
    stack_.pop_back();
    return item;
  }
  PickleValue pop_value() {
    Item item = pop();
    if (auto* value = std::get_if<PickleValue>(&item)) return std::move(*value);
    damaged();
  }
  /// What lies above the last mark, which goes too.
  PickleList above_mark() {
    std::size_t begin = stack_.size();
    while (begin > 0 && !std::holds_alternative<Mark>(stack_[begin - 1])) --begin;
    if (begin == 0) damaged();
    PickleList out;
    for (std::size_t i = begin; i < stack_.size(); ++i) {
      auto* value = std::get_if<PickleValue>(&stack_[i]);
      if (value == nullptr) {
        // A class as a value, such as a storage's type in a persistent id, is its name.
        const auto* callable = std::get_if<Callable>(&stack_[i]);
        if (callable == nullptr) damaged();
        out.push_back({callable->name});
      } else {
        out.push_back(std::move(*value));
      }
    }
    stack_.erase(stack_.begin() + static_cast<std::ptrdiff_t>(begin) - 1, stack_.end());
    return out;
  }
  PickleValue& top() {
    if (stack_.empty()) damaged();
    auto* value = std::get_if<PickleValue>(&stack_.back());
    if (value == nullptr) damaged();
    return *value;
  }

  bool plain(std::uint8_t op) {
    switch (op) {
      case 0x80:  // PROTO
        byte();
        return true;
      case 0x95:  // FRAME
        take(8);
        return true;
      case 'N':
        return push_value(std::monostate{}), true;
      case 0x88:
        return push_value(true), true;
      case 0x89:
        return push_value(false), true;
      case 'J':
        return push_value(std::int64_t{little<std::int32_t>()}), true;
      case 'K':
        return push_value(std::int64_t{byte()}), true;
      case 'M':
        return push_value(std::int64_t{little<std::uint16_t>()}), true;
      case 0x8a: {  // LONG1
        const auto part = take(byte());
        if (part.size() > 8) fail("the pickle holds a number beyond 64 bits");
        std::uint64_t value = !part.empty() && (part.back() & 0x80) != 0 ? ~std::uint64_t{0} : 0;
        for (std::size_t i = part.size(); i-- > 0;) value = (value << 8) | part[i];
        return push_value(static_cast<std::int64_t>(value)), true;
      }
      case 'G': {  // BINFLOAT, big-endian
        std::uint64_t bits = 0;
        for (const auto b : take(8)) bits = (bits << 8) | b;
        return push_value(std::bit_cast<double>(bits)), true;
      }
      case 'X':
        return push_value(text(little<std::uint32_t>())), true;
      case 0x8c:
        return push_value(text(byte())), true;
      case 0x8d:
        return push_value(text(little<std::uint64_t>())), true;
      default:
        return false;
    }
  }

  bool container(std::uint8_t op) {
    switch (op) {
      case '(':
        return push(Mark{}), true;
      case ')':
      case ']':
        return push_value(new_list()), true;
      case '}':
        return push_value(new_dict()), true;
      case 't':
        return push_value(new_list(above_mark())), true;
      case 0x85:
      case 0x86:
      case 0x87:
        return tuple(op - 0x84U), true;
      case 'a': {
        auto value = pop_value();
        return list_on_top().push_back(std::move(value)), true;
      }
      case 'e': {
        auto values = above_mark();
        auto& list = list_on_top();
        for (auto& value : values) list.push_back(std::move(value));
        return true;
      }
      case 's': {
        auto value = pop_value();
        auto key = pop_value();
        return dict_on_top().emplace_back(std::move(key), std::move(value)), true;
      }
      case 'u': {
        auto values = above_mark();
        if (values.size() % 2 != 0) damaged();
        auto& dict = dict_on_top();
        for (std::size_t i = 0; i < values.size(); i += 2) {
          dict.emplace_back(std::move(values[i]), std::move(values[i + 1]));
        }
        return true;
      }
      default:
        return false;
    }
  }

  void tuple(std::size_t count) {
    auto* list = new_list(PickleList(count));
    for (std::size_t i = count; i-- > 0;) (*list)[i] = pop_value();
    push_value(list);
  }
  PickleList& list_on_top() {
    auto* list = std::get_if<PickleList*>(&top().value);
    if (list == nullptr) damaged();
    return **list;
  }
  PickleDict& dict_on_top() {
    auto* dict = std::get_if<PickleDict*>(&top().value);
    if (dict == nullptr) damaged();
    return **dict;
  }

  bool memory(std::uint8_t op) {
    switch (op) {
      case 'q':
        return keep(byte()), true;
      case 'r':
        return keep(little<std::uint32_t>()), true;
      case 0x94:
        return keep(static_cast<std::uint32_t>(memo_.size())), true;
      case 'h':
        return recall(byte()), true;
      case 'j':
        return recall(little<std::uint32_t>()), true;
      case '0':
        return pop(), true;
      default:
        return false;
    }
  }
  void keep(std::uint32_t place) {
    if (stack_.empty()) damaged();
    memo_.insert_or_assign(place, stack_.back());
  }
  void recall(std::uint32_t place) {
    const auto found = memo_.find(place);
    if (found == memo_.end()) damaged();
    const auto* value = std::get_if<PickleValue>(&found->second);
    if (const auto* text = value != nullptr ? value->text() : nullptr) repeated_ += text->size();
    if (repeated_ > kMaxRepeated) fail("the pickle repeats its texts too often");
    push(found->second);
  }

  bool call(std::uint8_t op) {
    switch (op) {
      case 'c': {
        const std::string module = line();
        return name_callable(module + "." + line()), true;
      }
      case 0x93: {  // STACK_GLOBAL
        const auto name = pop_value(), module = pop_value();
        if (name.text() == nullptr || module.text() == nullptr) damaged();
        return name_callable(*module.text() + "." + *name.text()), true;
      }
      case 'Q':
        return persistent(), true;
      case 'R': {
        const auto arguments = pop_value();
        const Item callable = pop();
        const auto* known = std::get_if<Callable>(&callable);
        if (known == nullptr || arguments.list() == nullptr) damaged();
        return reduce(known->name, *arguments.list()), true;
      }
      case 'b':  // BUILD: attributes of an OrderedDict (_metadata), which nobody needs
        pop_value();
        return top().dict() != nullptr;
      default:
        return false;
    }
  }

  void name_callable(const std::string& name) {
    if (!is_known(name)) {
      throw Error("the file asks to run '" + name + "', which was not done", where_,
                  "save a state dict: torch.save(model.state_dict(), FILE)");
    }
    push(Callable{name});
  }

  /// ("storage", type, key, device, elements), as torch.save names a storage.
  void persistent() {
    const auto id = pop_value();
    if (id.list() == nullptr || id.list()->size() != 5) damaged();
    const auto& parts = *id.list();
    if (parts[1].text() == nullptr || parts[2].text() == nullptr || parts[4].integer() == nullptr) damaged();
    if (parts[2].text()->size() > kMaxKey) damaged();
    if (!is_storage(*parts[1].text())) fail("the storage '" + *parts[1].text() + "' is of no type that is known");
    push_value(
        PickleStorage{parts[1].text()->substr(std::string("torch.").size()), *parts[2].text(), *parts[4].integer()});
  }

  void reduce(const std::string& name, const PickleList& arguments) {
    if (name == "collections.OrderedDict") return push_value(new_dict());
    if (arguments.empty()) damaged();
    if (name == "torch.Size") return push(arguments[0]);
    if (name == "torch._utils._rebuild_parameter") {
      if (arguments[0].tensor() == nullptr) damaged();
      return push(arguments[0]);
    }
    if (name != "torch._utils._rebuild_tensor_v2" || arguments.size() < 4) damaged();
    PickleTensor tensor;
    const auto* storage = std::get_if<PickleStorage>(&arguments[0].value);
    if (storage == nullptr || arguments[1].integer() == nullptr) damaged();
    tensor.storage = *storage;
    tensor.offset = *arguments[1].integer();
    tensor.sizes = integers(arguments[2]);
    tensor.strides = integers(arguments[3]);
    if (tensor.sizes.size() != tensor.strides.size()) damaged();
    push_value(std::move(tensor));
  }

  std::vector<std::int64_t> integers(const PickleValue& value) const {
    if (value.list() == nullptr || value.list()->size() > kMaxDims) damaged();
    std::vector<std::int64_t> out;
    for (const auto& one : *value.list()) {
      if (one.integer() == nullptr) damaged();
      out.push_back(*one.integer());
    }
    return out;
  }

  std::span<const std::uint8_t> bytes_;
  std::string where_;
  std::size_t at_ = 0, pushed_ = 0, repeated_ = 0;
  Pickle out_;
  std::vector<Item> stack_;
  std::map<std::uint32_t, Item> memo_;
};

}  // namespace

const PickleDict* PickleValue::dict() const {
  const auto* held = std::get_if<PickleDict*>(&value);
  return held == nullptr ? nullptr : *held;
}
const PickleList* PickleValue::list() const {
  const auto* held = std::get_if<PickleList*>(&value);
  return held == nullptr ? nullptr : *held;
}

Pickle read_pickle(std::span<const std::uint8_t> bytes, const std::string& where) {
  return Machine(bytes, where).run();
}

}  // namespace ganymede::exchange
